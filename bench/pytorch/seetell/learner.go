package main

import (
	"context"
	"path/filepath"
	"time"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/dataset"
	"github.com/seetell/seetell/dataset/loader"
	"github.com/seetell/seetell/predict"
	"github.com/seetell/seetell/torch"
	"github.com/seetell/seetell/train"
)

// learner takes the steps of a train.Trainer on the batches, in turn.
type learner struct {
	settings
	network    *captioner.Network
	vocabulary *captioner.Vocabulary
	trainer    *train.Trainer
	batches    []*train.Batch
	taken      int // steps
}

func newLearner(ctx context.Context, s settings) (*learner, error) {
	l := &learner{settings: s}
	if err := l.read(ctx); err != nil {
		return nil, err
	}
	if err := torch.ManualSeed(s.config.Seed); err != nil {
		return nil, err
	}
	var err error
	if l.network, err = captioner.NewNetwork(s.config.Model, l.vocabulary.Len(), s.device); err != nil {
		return nil, err
	}
	if err := l.network.LoadBackbone(ctx, s.config.EncoderWeights); err != nil {
		return nil, err
	}
	l.trainer = train.NewTrainer(s.config, l.network, l.vocabulary, s.config.Precision)
	meta := captioner.Metadata{
		Model: l.network.Config, Vocabulary: l.vocabulary.Words(), Tokenizer: l.vocabulary.Tokenizer(), Preprocessing: s.config.Preprocessing,
	}
	if err := l.network.Save(filepath.Join(s.config.Out, "model.safetensors"), meta); err != nil {
		return nil, err
	}
	return l, l.writeBatches()
}

func (l *learner) close() {
	l.trainer.Close()
	l.network.Close()
}

// read takes the vocabulary and the first batches of the training split.
func (l *learner) read(ctx context.Context) error {
	set, err := dataset.Open(ctx, l.config.Data, dataset.Options{Seed: l.config.Seed})
	if err != nil {
		return err
	}
	defer set.Close()
	split, err := set.Split(l.config.TrainSplit)
	if err != nil {
		return err
	}
	if l.vocabulary, err = checkpoint.BuildVocabulary(l.config.Tokenizer, predict.Captions(split), l.config.MinimumCount); err != nil {
		return err
	}
	pictures, err := loader.New(ctx, split, loader.Config{
		Batch: l.config.Batch, Shuffle: true, Seed: l.config.Seed, Preprocessing: l.config.Preprocessing,
	})
	if err != nil {
		return err
	}
	defer pictures.Close()
	for range l.count {
		batch, err := pictures.Next()
		if err != nil {
			return err
		}
		l.batches = append(l.batches, train.NewBatch(l.vocabulary, l.config.CaptionWords, batch))
	}
	return nil
}

// step takes one step on the next batch and returns its loss.
func (l *learner) step() (loss float64, err error) {
	stats, err := l.trainer.Step(l.batches[l.taken%len(l.batches)])
	l.taken++
	return stats.Loss, err
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
	if err := torch.Synchronize(l.device); err != nil {
		return a, err
	}
	memory := torch.Memory(l.device)
	a.Seconds, a.Live, a.Resident, a.Peak = time.Since(begin).Seconds(), torch.Live(), memory.Allocated, memory.Peak
	return a, nil
}
