package main

import (
	"fmt"
	"path/filepath"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/dataset/loader"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/predict"
	"github.com/seetell/seetell/torch"
)

// part returns the loader's batch that is one of ours.
func (l *learner) part(i int) *loader.Batch { return l.batches[i].Parts[0] }

// targets are the captions of a loader's batch.
func (l *learner) targets(batch *loader.Batch) captioner.Targets {
	return captioner.NewTargets(l.vocabulary, batch.Captions, l.config.CaptionWords)
}

// writeBatches writes, for batch i, i.pixels (N, S, S, 3), i.picture (B) and
// i.words (B, T): each caption's words, <end> and <pad> behind.
func (l *learner) writeBatches() error {
	return torch.NoGrad(func(s *torch.Scope) error {
		var state nn.StateDict
		for i := range l.batches {
			batch := l.part(i)
			add := func(name string, x *torch.Tensor) {
				state = append(state, nn.Parameter{Name: fmt.Sprintf("%d.%s", i, name), Tensor: x})
			}
			t := l.targets(batch)
			words := make([]int64, t.Captions*t.Steps)
			row := 0
			for _, captions := range batch.Captions {
				for _, caption := range captions {
					copy(words[row*t.Steps:], l.vocabulary.Encode(caption, l.config.CaptionWords))
					row++
				}
			}
			add("pixels", predict.Pixels(s, batch, torch.CPU))
			add("picture", torch.FromSlice(s, t.Picture, int64(t.Captions)))
			add("words", torch.FromSlice(s, words, int64(t.Captions), int64(t.Steps)))
		}
		return nn.WriteFile(filepath.Join(l.config.Out, "batches.safetensors"), nil, state)
	})
}

// parity writes the first batch's features, logits and gradients, before
// clipping, and then takes a step on every batch: their losses, and the
// model's tensors at the end.
func (l *learner) parity() (map[string]any, error) {
	path := filepath.Join(l.config.Out, "ours.safetensors")
	outer := torch.NewScope()
	defer outer.Close()
	var state nn.StateDict
	keep := func(name string, x *torch.Tensor) {
		state = append(state, nn.Parameter{Name: name, Tensor: x.MoveTo(outer)})
	}
	statistics := l.statistics(outer)
	if err := l.forward(keep, statistics); err != nil {
		return nil, err
	}
	if _, err := l.trainer.Backward(l.batches[0]); err != nil {
		return nil, err
	}
	err := torch.NoGrad(func(s *torch.Scope) error {
		for _, entry := range l.network.Named() {
			if entry.Trainable {
				keep("gradient."+entry.Name, entry.Tensor.Grad(s).Clone(s))
			}
		}
		l.restore(s, statistics)
		return nil
	})
	if err != nil {
		return nil, err
	}
	losses := make([]float64, len(l.batches))
	for i := range losses {
		if losses[i], err = l.step(); err != nil {
			return nil, err
		}
	}
	for _, entry := range l.network.Named() {
		state = append(state, nn.Parameter{Name: "after." + entry.Name, Tensor: entry.Tensor})
	}
	return map[string]any{"file": path, "losses": losses}, nn.WriteFile(path, nil, state)
}

// forward keeps the first batch's features and logits.
func (l *learner) forward(keep func(string, *torch.Tensor), statistics []*torch.Tensor) error {
	batch := l.part(0)
	return torch.NoGrad(func(s *torch.Scope) error {
		x := captioner.Normalise(s, predict.Pixels(s, batch, l.device), l.config.Preprocessing)
		_, features := l.network.EncodePictures(s, x, l.trainer.Modes, l.config.Precision)
		targets := l.targets(batch)
		options := captioner.LossOptions{Precision: l.config.Precision, Dropout: l.config.Dropout}
		logits := l.network.Logits(s, features, targets, options)
		keep("features", features)
		keep("logits", logits.Narrow(s, 0, 0, int64(targets.Scored())))
		l.restore(s, statistics)
		return nil
	})
}

// statistics copies the buffers, which the look at features and gradients
// changes.
func (l *learner) statistics(s *torch.Scope) (copies []*torch.Tensor) {
	for _, entry := range l.network.Named() {
		if !entry.Trainable {
			copies = append(copies, entry.Tensor.Clone(s))
		}
	}
	return copies
}

func (l *learner) restore(s *torch.Scope, copies []*torch.Tensor) {
	for _, entry := range l.network.Named() {
		if !entry.Trainable {
			entry.Tensor.CopyFrom(s, copies[0])
			copies = copies[1:]
		}
	}
}
