package train

import (
	"context"
	"errors"
	"io"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/dataset"
	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/torch"
)

// Describer captions whole splits of a data set with a network.
type Describer struct {
	Network      *captioner.Network
	Vocabulary   *captioner.Vocabulary
	Loader       dataset.LoaderConfig // unshuffled, without augmentation
	Beam         captioner.Beam
	Precision    captioner.Precision
	CaptionWords int // words of a reference that the loss counts; 0 leaves the loss out

	// Pooled returns the backbone's features of a batch, (N, L, 512), where
	// someone knows them; nil computes them.
	Pooled func(*torch.Scope, *dataset.Batch) *torch.Tensor
}

// OpenDescriber returns a describer with the checkpoint at path, and what the
// checkpoint says of itself. The caller closes its Network.
func OpenDescriber(path string, o captioner.Options, b captioner.Beam) (Describer, captioner.Metadata, error) {
	device, err := torch.ParseDevice(o.Device)
	if err != nil {
		return Describer{}, captioner.Metadata{}, err
	}
	precision, err := o.Precision.Resolve(device)
	if err != nil {
		return Describer{}, captioner.Metadata{}, err
	}
	network, meta, err := captioner.Load(path, device)
	if err != nil {
		return Describer{}, meta, err
	}
	vocabulary, err := meta.NewVocabulary()
	if err != nil {
		network.Close()
		return Describer{}, meta, err
	}
	return Describer{
		Network: network, Vocabulary: vocabulary, Beam: b, Precision: precision,
		Loader: dataset.LoaderConfig{Batch: validationBatch, Preprocessing: meta.Preprocessing},
	}, meta, nil
}

// Description is what a Describer found out about a split.
type Description struct {
	Pictures     []Described
	Loss         float64 // mean over the references' words
	DeadChannels float64 // share of the backbone's channels that are zero throughout
	Skipped      []dataset.Skip
}

// Described is a picture of a split with its captions, the best first.
type Described struct {
	ID         string
	Row        int
	Captions   []captioner.Caption
	References []string
}

// Images returns the pictures with their best captions as the metrics take
// them.
func (d Description) Images() []evaluate.Image {
	images := make([]evaluate.Image, len(d.Pictures))
	for i, p := range d.Pictures {
		images[i] = evaluate.Image{ID: p.ID, Caption: p.Captions[0].Text, References: p.References}
	}
	return images
}

// Distinct returns the number of different captions.
func (d Description) Distinct() int {
	seen := map[string]bool{}
	for _, p := range d.Pictures {
		seen[p.Captions[0].Text] = true
	}
	return len(seen)
}

// Describe captions every picture of a split, in order, and calls progress
// after each batch with the number of pictures done.
func (d Describer) Describe(ctx context.Context, split *dataset.Split, progress func(pictures int)) (Description, error) {
	loader, err := dataset.NewLoader(ctx, split, d.Loader)
	if err != nil {
		return Description{}, err
	}
	defer loader.Close()
	var all Description
	var sum totals
	for {
		batch, err := loader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Description{}, err
		}
		if err := d.batch(ctx, batch, &all, &sum); err != nil {
			return Description{}, err
		}
		progress(len(all.Pictures))
		loader.Recycle(batch)
	}
	all.Loss, all.DeadChannels = sum.finish()
	return all, nil
}

// totals adds up what a split's batches came to.
type totals struct {
	loss   float64 // summed over words
	words  int
	active []bool // for each channel of the backbone, whether it was ever above zero
}

func (t *totals) finish() (loss, dead float64) {
	for _, active := range t.active {
		if !active {
			dead++
		}
	}
	return t.loss / float64(max(t.words, 1)), dead / float64(max(len(t.active), 1))
}

func (t *totals) see(strongest []float32) {
	if t.active == nil {
		t.active = make([]bool, len(strongest))
	}
	for i, value := range strongest {
		t.active[i] = t.active[i] || value > 0
	}
}

func (d Describer) batch(ctx context.Context, batch *dataset.Batch, all *Description, sum *totals) error {
	all.Skipped = append(all.Skipped, batch.Skipped...)
	if len(batch.IDs) == 0 {
		return nil
	}
	return torch.NoGrad(func(s *torch.Scope) error {
		pooled, features := d.features(s, batch)
		strongest, _ := pooled.To(s, torch.Float32).Reshape(s, -1, pooled.Dim(2)).Max(s, 0)
		sum.see(strongest.Float32s(s))
		if d.CaptionWords > 0 {
			d.loss(s, features, batch, sum)
		}
		captions, err := d.Network.Search(ctx, s, features, d.Vocabulary, d.Beam, d.Precision)
		if err != nil {
			return err
		}
		for i, id := range batch.IDs {
			all.Pictures = append(all.Pictures, Described{id, batch.Rows[i], captions[i], batch.Captions[i]})
		}
		return nil
	})
}

// features returns the backbone's pooled features and the decoder's.
func (d Describer) features(s *torch.Scope, batch *dataset.Batch) (pooled, features *torch.Tensor) {
	if d.Pooled != nil {
		pooled = d.Pooled(s, batch)
		return pooled, d.Network.Project(s, pooled, captioner.Evaluation, d.Precision)
	}
	x := captioner.Normalise(s, pixels(s, batch, d.Network.Device), d.Loader.Preprocessing)
	return d.Network.EncodePictures(s, x, captioner.Evaluation, d.Precision)
}

// pixels returns a batch's pictures, uint8 of shape (N, S, S, 3), on device.
func pixels(s *torch.Scope, batch *dataset.Batch, device torch.Device) *torch.Tensor {
	size := int64(batch.Size)
	return torch.FromSlice(s, batch.Pixels, int64(len(batch.IDs)), size, size, 3).ToDevice(s, device)
}

func (d Describer) loss(s *torch.Scope, features *torch.Tensor, batch *dataset.Batch, sum *totals) {
	targets := captioner.NewTargets(d.Vocabulary, batch.Captions, d.CaptionWords)
	if targets.Scored() == 0 {
		return
	}
	loss := d.Network.Loss(s, features, targets, captioner.LossOptions{Precision: d.Precision})
	sum.loss += loss.Item(s) * float64(targets.Scored())
	sum.words += targets.Scored()
}

// bestScores maps the values of Config.BestBy to the report's names.
var bestScores = map[string]string{"cider": "CIDEr", "bleu": "Bleu_4", "rouge": "ROUGE_L"}
