package main

import (
	"fmt"
	"path/filepath"

	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/torch"
)

// writeBatches writes, for batch i, i.pixels (N, S, S, 3), i.picture (B) and
// i.words (B, T): each caption's words, <end> and <pad> behind.
func (l *learner) writeBatches() error {
	return torch.NoGrad(func(s *torch.Scope) error {
		var state nn.StateDict
		add := func(i int, name string, x *torch.Tensor) {
			state = append(state, nn.Parameter{Name: fmt.Sprintf("%d.%s", i, name), Tensor: x})
		}
		for i, batch := range l.batches {
			size := int64(batch.Size)
			t := l.targets(batch)
			words := make([]int64, t.Captions*t.Steps)
			row := 0
			for _, captions := range batch.Captions {
				for _, caption := range captions {
					copy(words[row*t.Steps:], l.vocabulary.Encode(caption, l.mostWords))
					row++
				}
			}
			add(i, "pixels", torch.FromSlice(s, batch.Pixels, int64(len(batch.IDs)), size, size, 3))
			add(i, "picture", torch.FromSlice(s, t.Picture, int64(t.Captions)))
			add(i, "words", torch.FromSlice(s, words, int64(t.Captions), int64(t.Steps)))
		}
		return nn.WriteFile(filepath.Join(l.out, "batches.safetensors"), nil, state)
	})
}

// parity writes the first batch's features, logits and gradients, before
// clipping, and then takes a step on every batch: their losses, and the
// model's tensors at the end.
func (l *learner) parity() (map[string]any, error) {
	path := filepath.Join(l.out, "ours.safetensors")
	outer := torch.NewScope()
	defer outer.Close()
	var state nn.StateDict
	keep := func(name string, x *torch.Tensor) {
		state = append(state, nn.Parameter{Name: name, Tensor: x.MoveTo(outer)})
	}
	before := torch.NewScope()
	defer before.Close()
	statistics := l.statistics(before)
	err := torch.Run(func(s *torch.Scope) error {
		features := l.look(s, l.batches[0])
		targets := l.targets(l.batches[0])
		logits := l.network.Logits(s, features, targets, l.teaching())
		l.network.Loss(s, features, targets, l.teaching()).Backward(s)
		keep("features", features.Detach(s))
		keep("logits", logits.Narrow(s, 0, 0, int64(targets.Scored())).Detach(s))
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

// statistics copies the buffers, which the look at the gradients changes.
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
