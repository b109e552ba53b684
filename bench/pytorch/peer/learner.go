package main

import (
	"context"
	"path/filepath"
	"time"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/dataset"
	"github.com/seetell/seetell/dataset/loader"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/torch"
)

// learner trains the model on the batches, in turn, as package train does.
type learner struct {
	settings
	network    *captioner.Network
	vocabulary *captioner.Vocabulary
	optimiser  *nn.Adam
	trained    []*torch.Tensor
	batches    []*loader.Batch
	taken      int // steps
}

func newLearner(ctx context.Context, s settings) (*learner, error) {
	l := &learner{settings: s}
	if err := l.read(ctx); err != nil {
		return nil, err
	}
	if err := torch.ManualSeed(s.seed); err != nil {
		return nil, err
	}
	var err error
	if l.network, err = captioner.NewNetwork(captioner.DefaultConfig(), l.vocabulary.Len(), torch.CPU); err != nil {
		return nil, err
	}
	if err := l.network.LoadBackbone(ctx, s.weights); err != nil {
		return nil, err
	}
	l.optimise()
	meta := captioner.Metadata{
		Model: l.network.Config, Vocabulary: l.vocabulary.Words(), Tokenizer: l.vocabulary.Tokenizer(), Preprocessing: s.preprocessing,
	}
	if err := l.network.Save(filepath.Join(s.out, "model.safetensors"), meta); err != nil {
		return nil, err
	}
	return l, l.writeBatches()
}

func (l *learner) close() {
	l.optimiser.Close()
	l.network.Close()
}

// read takes the vocabulary and the first batches of the training split.
func (l *learner) read(ctx context.Context) error {
	set, err := dataset.Open(ctx, l.data, dataset.Options{Seed: l.seed})
	if err != nil {
		return err
	}
	defer set.Close()
	split, err := set.Split("train")
	if err != nil {
		return err
	}
	var captions []string
	for i := range split.Len() {
		captions = append(captions, split.Record(i).Captions...)
	}
	if l.vocabulary, err = checkpoint.BuildVocabulary(checkpoint.WordTokenizer, captions, l.minimumCount); err != nil {
		return err
	}
	loader, err := loader.New(ctx, split, loader.Config{
		Batch: l.batch, Shuffle: true, Seed: l.seed, Preprocessing: l.preprocessing,
	})
	if err != nil {
		return err
	}
	defer loader.Close()
	for range l.count {
		batch, err := loader.Next()
		if err != nil {
			return err
		}
		l.batches = append(l.batches, batch)
	}
	return nil
}

func (l *learner) optimise() {
	rest, backbone := nn.Group{LearningRate: l.rate}, nn.Group{LearningRate: l.settings.backbone}
	for _, entry := range l.network.Named() {
		if !entry.Trainable {
			continue
		}
		group := &rest
		if captioner.InBackbone(entry.Name) {
			group = &backbone
		}
		group.Parameters = append(group.Parameters, nn.Parameter{Name: entry.Name, Tensor: entry.Tensor})
		l.trained = append(l.trained, entry.Tensor)
	}
	l.optimiser = nn.NewAdam([]nn.Group{rest, backbone}, nn.DefaultAdamConfig())
}

// look returns the features of a batch.
func (l *learner) look(s *torch.Scope, batch *loader.Batch) *torch.Tensor {
	size := int64(batch.Size)
	pixels := torch.FromSlice(s, batch.Pixels, int64(len(batch.IDs)), size, size, 3)
	modes := captioner.Modes{Backbone: nn.Frozen, Norm: nn.Train}
	if l.batchNorm {
		modes.Backbone = nn.Train
	}
	_, features := l.network.EncodePictures(s, captioner.Normalise(s, pixels, l.preprocessing), modes, l.precision)
	return features
}

func (l *learner) teaching() captioner.LossOptions {
	return captioner.LossOptions{Precision: l.precision, Dropout: l.dropout}
}

func (l *learner) targets(batch *loader.Batch) captioner.Targets {
	return captioner.NewTargets(l.vocabulary, batch.Captions, l.mostWords)
}

// step takes one step on the next batch and returns its loss.
func (l *learner) step() (loss float64, err error) {
	batch := l.batches[l.taken%len(l.batches)]
	l.taken++
	err = torch.Run(func(s *torch.Scope) error {
		l.optimiser.ZeroGrad()
		total := l.network.Loss(s, l.look(s, batch), l.targets(batch), l.teaching())
		total.Backward(s)
		nn.ClipGradNorm(s, l.trained, l.clipNorm)
		l.optimiser.Step(s)
		loss = total.Item(s)
		return nil
	})
	return loss, err
}

// answer is what a block of steps came to.
type answer struct {
	Seconds  float64 `json:"seconds"`
	Loss     float64 `json:"loss"`
	Live     int64   `json:"live"`     // handles
	Resident int64   `json:"resident"` // bytes
	Peak     int64   `json:"peak"`     // bytes
}

func (l *learner) steps(count int) (a answer, err error) {
	begin := time.Now()
	for range count {
		if a.Loss, err = l.step(); err != nil {
			return a, err
		}
	}
	memory := torch.Memory(torch.CPU)
	a.Seconds, a.Live, a.Resident, a.Peak = time.Since(begin).Seconds(), torch.Live(), memory.Allocated, memory.Peak
	return a, nil
}
