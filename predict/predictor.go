package predict

import (
	"context"
	"errors"
	"io"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/dataset"
	"github.com/seetell/seetell/dataset/loader"
	"github.com/seetell/seetell/torch"
	"github.com/seetell/seetell/torch/distributed"
)

// Predictor captions whole splits of a data set with a network.
type Predictor struct {
	Network      *captioner.Network
	Others       []*captioner.Network // that caption together with it
	Flip         bool                 // see each picture mirrored too
	Vocabulary   *captioner.Vocabulary
	Loader       loader.Config // unshuffled, without augmentation
	Beam         captioner.Beam
	Precision    captioner.Precision
	CaptionWords int // words of a reference that the loss counts; 0 leaves the loss out

	Given bool // whether references are read too, for where attention lay

	World *distributed.World // of processes that share the split; nil for one

	// Pooled returns the backbone's features of a batch, (N, L, 512), where
	// someone knows them; nil computes them. Threads call it side by side.
	Pooled func(*torch.Scope, *loader.Batch) *torch.Tensor
}

// Batch is the number of pictures captioned at once, where nothing else is
// asked for.
const Batch = 16

// Open returns a predictor with the checkpoints at paths, which caption together
// (see captioner.OpenAll), and what the first one says of itself. The caller closes
// it.
func Open(paths []string, o captioner.Options, b captioner.Beam) (*Predictor, captioner.Metadata, error) {
	device, err := torch.ParseDevice(o.Device)
	if err != nil {
		return nil, captioner.Metadata{}, err
	}
	precision, err := o.Precision.Resolve(device)
	if err != nil {
		return nil, captioner.Metadata{}, err
	}
	networks, meta, err := captioner.LoadAll(paths, device)
	if err != nil {
		return nil, meta, err
	}
	p := &Predictor{
		Network: networks[0], Others: networks[1:], Flip: o.Flip, Beam: b, Precision: precision,
		Loader: loader.Config{Batch: Batch, Preprocessing: meta.Preprocessing},
	}
	for _, network := range networks {
		network.Uniform(o.Uniform)
	}
	if p.Vocabulary, err = meta.NewVocabulary(); err != nil {
		p.Close()
		return nil, meta, err
	}
	return p, meta, nil
}

// Close frees the networks.
func (p *Predictor) Close() {
	for _, network := range p.networks() {
		network.Close()
	}
}

func (p *Predictor) networks() []*captioner.Network {
	return append([]*captioner.Network{p.Network}, p.Others...)
}

// Predict captions every picture of a split, in order, and calls progress after
// each batch with the number of pictures done. Progress may be nil. Where memory
// runs out it captions half as many at once, from there on. Processes that share
// the split all call it, with the same split; rank 0 gets all of it and the
// others nothing.
func (p *Predictor) Predict(ctx context.Context, split *dataset.Split, progress func(pictures int)) (Predictions, error) {
	together := p.World.Size() > 1
	running := ctx
	if together { // they stop together, or one would wait for the others
		running = context.WithoutCancel(ctx)
	}
	crew := captioner.NewCrew(p.Network.Device)
	loader, err := loader.New(running, split, p.shared(crew))
	if err != nil {
		return Predictions{}, err
	}
	defer loader.Close()
	defer crew.Close()
	for _, network := range p.networks() {
		fixed, err := network.Fix(p.Precision, p.Loader.Preprocessing.Size)
		if err != nil {
			return Predictions{}, err
		}
		defer fixed.Close()
	}
	all := Predictions{AtOnce: p.Loader.Batch * crew.Threads()}
	var sum totals
	var ends []end
	for {
		batch, err := loader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Predictions{}, err
		}
		if together {
			if err := p.World.Stopped(ctx); err != nil {
				return Predictions{}, err
			}
		}
		if err := p.batch(running, crew, batch, &all, &sum); err != nil {
			return Predictions{}, err
		}
		if progress != nil {
			progress(min((len(all.Pictures)+len(all.Skipped))*p.World.Size(), split.Len()))
		}
		loader.Recycle(batch)
		ends = append(ends, end{len(all.Pictures), len(all.Skipped)})
	}
	if err := gather(p.World, &all, &sum, ends); err != nil {
		return Predictions{}, err
	}
	all.Loss, all.DeadChannels = sum.finish()
	return all, nil
}

// batch adds what a batch comes to.
func (p *Predictor) batch(ctx context.Context, crew *captioner.Crew, batch *loader.Batch, all *Predictions, sum *totals) error {
	all.Skipped = append(all.Skipped, batch.Skipped...)
	for from := 0; from < len(batch.IDs); {
		to := min(from+all.AtOnce, len(batch.IDs))
		pictures, part, err := p.sideBySide(ctx, crew, batch.Part(from, to))
		if OutOfMemory(err) && to-from > 1 {
			all.AtOnce = (to - from + 1) / 2
			continue
		}
		if err != nil {
			return err
		}
		all.Pictures = append(all.Pictures, pictures...)
		sum.add(part)
		from = to
	}
	return nil
}

// OutOfMemory tells whether an error is libtorch's for want of memory.
func OutOfMemory(err error) bool {
	var failure *torch.Error
	return errors.As(err, &failure) && failure.OutOfMemory()
}

// sideBySide captions some pictures at once, in shares for the crew's threads.
func (p *Predictor) sideBySide(ctx context.Context, crew *captioner.Crew, batch *loader.Batch) (pictures []Prediction, sum totals, err error) {
	type share struct {
		pictures []Prediction
		sum      totals
		err      error
	}
	shares := make([]share, len(batch.IDs)) // each at its first picture's place
	crew.Each(len(batch.IDs), func(from, to int) {
		one := &shares[from]
		one.pictures, one.sum, one.err = p.part(ctx, batch.Part(from, to))
	})
	for _, one := range shares {
		if one.err != nil {
			return nil, sum, one.err
		}
		if one.pictures != nil {
			pictures = append(pictures, one.pictures...)
			sum.add(one.sum)
		}
	}
	return pictures, sum, nil
}

// part captions some pictures at once.
func (p *Predictor) part(ctx context.Context, batch *loader.Batch) (pictures []Prediction, sum totals, err error) {
	err = torch.NoGrad(func(s *torch.Scope) error {
		pooled, features := p.features(s, batch)
		strongest, _ := pooled.To(s, torch.Float32).Reshape(s, -1, pooled.Dim(2)).Max(s, 0)
		sum.see(strongest.Float32s(s))
		if p.CaptionWords > 0 {
			p.loss(s, features, batch, &sum)
		}
		captions, err := captioner.SearchTogether(ctx, s, p.views(s, batch, features), p.Vocabulary, p.Beam, p.Precision)
		if err == nil {
			err = s.Err() // of what the search was given
		}
		if err != nil {
			return err
		}
		for i, id := range batch.IDs {
			one := Prediction{ID: id, Row: batch.Rows[i], Captions: captions[i], References: batch.Captions[i]}
			if p.Given {
				one.Given = p.Network.Given(s, features.Narrow(s, 0, int64(i), 1), p.Vocabulary, one.References, p.Precision)
			}
			pictures = append(pictures, one)
		}
		return nil
	})
	return pictures, sum, err
}

// features returns the backbone's pooled features and the decoder's.
func (p *Predictor) features(s *torch.Scope, batch *loader.Batch) (pooled, features *torch.Tensor) {
	if p.Pooled != nil {
		pooled = p.Pooled(s, batch)
		return pooled, p.Network.Project(s, pooled, captioner.Evaluation, p.Precision)
	}
	x := captioner.Normalise(s, Pixels(s, batch, p.Network.Device), p.Loader.Preprocessing)
	return p.Network.EncodePictures(s, x, captioner.Evaluation, p.Precision)
}

// views returns what the networks make of a batch, the first of them features.
func (p *Predictor) views(s *torch.Scope, batch *loader.Batch, features *torch.Tensor) []captioner.View {
	first := captioner.View{Network: p.Network, Features: features}
	return captioner.MoreViews(s, first, p.Others, p.Flip, batch.Pixels, len(batch.IDs), p.Loader.Preprocessing, p.Precision)
}

func (p *Predictor) loss(s *torch.Scope, features *torch.Tensor, batch *loader.Batch, sum *totals) {
	targets := captioner.NewTargets(p.Vocabulary, batch.Captions, p.CaptionWords)
	if targets.Scored() == 0 {
		return
	}
	loss := p.Network.Loss(s, features, targets, captioner.LossOptions{Precision: p.Precision})
	sum.loss += loss.Item(s) * float64(targets.Scored())
	sum.words += targets.Scored()
}
