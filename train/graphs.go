package train

import (
	"fmt"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/dataset/loader"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/predict"
	"github.com/seetell/seetell/torch"
)

// warmUps is the number of steps of a size that are taken before one is captured, as
// torch.cuda.make_graphed_callables does it.
const warmUps = 3

// bucket is the number of captions, and of words of the longest, that both are
// rounded up to where a graph's sizes must not change: twenty captions stay twenty.
const bucket = 4

// graphs take a trainer's steps as graphs of the device, one for each size of batch.
// From the pictures, or what frozen layers make of them, to Adam's update the device
// works alone: the processor hands it a batch and reads what a step came to.
type graphs struct {
	graphs  *torch.Graphs
	of      graphed
	scope   *torch.Scope
	rates   *torch.Tensor // of the optimiser's groups, float32
	results *torch.Tensor // loss and norm of the last step, float32
	steps   map[graphSize]*graphStep
}

// graphed are the settings of a step that a graph holds for ever.
type graphed struct {
	modes     captioner.Modes
	words     CrossEntropy
	optimizer *nn.Adam
}

// graphSize is what all batches of a graph have in common.
type graphSize struct{ pictures, captions, words int }

// graphStep is a step of one size.
type graphStep struct {
	input     *torch.Tensor // pictures, or what frozen layers make of them
	targets   *captioner.FixedTargets
	taken     int
	graph     *torch.Graph    // nil until it is captured
	gradients []*torch.Tensor // that it computes, of each parameter; nil for those without
}

// graphable reports whether a step of a batch may be a graph, and from what words
// it learns: the batch is whole, and so are the pictures in memory at once.
func (t *Trainer) graphable(b *Batch) (words CrossEntropy, ok bool) {
	if t.graphs == nil || len(b.Parts) != 1 || t.World.Size() > 1 {
		return words, false
	}
	words, ok = t.Objective.(CrossEntropy)
	pictures := len(b.Parts[0].IDs)
	return words, ok && pictures == t.settings.Batch && t.microBatch.atOnce(pictures) == pictures
}

// step is Trainer.Step as a graph.
func (g *graphs) step(t *Trainer, words CrossEntropy, part *loader.Batch) (stats StepStats, err error) {
	words.Options.BatchWords, words.Options.BatchCaptions = 0, 0 // the batch is all there is
	if err := g.begin(t, words); err != nil {
		return stats, err
	}
	targets := captioner.NewTargets(words.Vocabulary, part.Captions, words.CaptionWords)
	stats.Words = targets.Scored()
	one, err := g.fill(t, part, targets)
	if err != nil {
		return stats, err
	}
	take := func(s *torch.Scope) error { return g.take(s, t, one) }
	switch {
	case one.graph != nil:
		err = one.graph.Replay()
	case one.taken < warmUps:
		err = g.graphs.Run(take)
	default:
		if one.graph, err = g.graphs.Capture(take); err == nil {
			one.gradients = gradientsOfAll(g.scope, t.parameters)
		}
	}
	if predict.OutOfMemory(err) {
		err = fmt.Errorf("graphs take a whole batch at once: %w", err)
	}
	if err != nil {
		return stats, err
	}
	one.taken++
	return stats, g.read(t, one, &stats)
}

// begin makes what all graphs share, anew where a step is no longer what they hold.
func (g *graphs) begin(t *Trainer, words CrossEntropy) (err error) {
	now := graphed{t.Modes, words, t.Optimizer}
	if g.graphs != nil && g.of == now {
		return nil
	}
	g.close()
	if g.graphs, err = torch.NewGraphs(t.Network.Device); err != nil {
		return err
	}
	g.of, g.steps, g.scope = now, map[graphSize]*graphStep{}, torch.NewScope()
	g.rates = torch.Zeros(g.scope, torch.Float32, t.Network.Device, 2)
	g.results = torch.Zeros(g.scope, torch.Float32, t.Network.Device, 2)
	return g.scope.Err()
}

// close frees all graphs.
func (g *graphs) close() {
	if g == nil || g.graphs == nil {
		return
	}
	g.graphs.Close()
	g.scope.Close()
	g.graphs, g.steps = nil, nil
}

// fill returns the step of a batch's size with the batch in its tensors.
func (g *graphs) fill(t *Trainer, part *loader.Batch, targets captioner.Targets) (one *graphStep, err error) {
	size := graphSize{len(part.IDs), roundUp(targets.Captions), roundUp(targets.Steps)}
	err = torch.NoGrad(func(s *torch.Scope) error {
		input := t.pass(nil).input(s, part)
		if one = g.steps[size]; one == nil {
			one = &graphStep{input: input.Clone(g.scope), targets: t.Network.NewFixedTargets(g.scope, size.pictures, size.captions, size.words)}
			g.steps[size] = one
		}
		one.input.CopyFrom(s, input)
		one.targets.Set(s, targets)
		rates := []float32{float32(t.Optimizer.LearningRate(0)), float32(t.Optimizer.LearningRate(1))}
		g.rates.CopyFrom(s, torch.FromSlice(s, rates, 2))
		return g.scope.Err()
	})
	return one, err
}

func roundUp(count int) int { return (count + bucket - 1) / bucket * bucket }

// take is the device's part of a step: nothing in it waits for a value or depends on
// one of the processor's. Where loss or norm is not finite the gradients stay as
// they are, and so do weights and moments.
func (g *graphs) take(s *torch.Scope, t *Trainer, one *graphStep) error {
	t.Optimizer.ZeroGrad()
	pooled := t.Network.Pooled(s, one.input, t.Modes, t.Precision)
	features := t.Network.Project(s, pooled, t.Modes, t.Precision)
	loss := t.Network.Loss(s, features, one.targets.Targets(), g.of.words.Options)
	loss.Backward(s)
	s.WithinNoGrad(func(s *torch.Scope) []*torch.Tensor {
		norm := nn.GradNorm(s, t.parameters)
		g.results.CopyFrom(s, torch.Cat(s, 0, loss.Detach(s).Reshape(s, 1), norm.Reshape(s, 1)))
		finite := g.results.IsFinite(s).All(s)
		if t.ClipNorm > 0 {
			none := torch.Zeros(s, torch.Float32, norm.Device())
			nn.ClipGradients(s, t.parameters, torch.Where(s, finite, norm, none), t.ClipNorm)
		}
		skip := finite.To(s, torch.Float32).Neg(s).AddScalar(s, 1)
		rate := func(group int64) *torch.Tensor { return g.rates.Narrow(s, 0, group, 1).Reshape(s) }
		t.Optimizer.StepUnless(s, skip, rate(0), rate(1))
		return nil
	})
	return nil
}

// read says what the step came to, once the device has taken it.
func (g *graphs) read(t *Trainer, one *graphStep, stats *StepStats) error {
	return torch.NoGrad(func(s *torch.Scope) error {
		results := g.results.Float32s(s)
		if s.Err() != nil {
			return nil
		}
		stats.Loss, stats.GradientNorm = float64(results[0]), float64(results[1])
		for i, gradient := range one.gradients { // another graph's are the parameters' now
			t.parameters[i].SetGrad(s, gradient)
		}
		stats.NotFinite = notFinite(s, *stats, t.Network.Named())
		if t.EMA != nil && stats.NotFinite == "" {
			t.EMA.Update(s, t.steps)
		}
		return nil
	})
}

// gradientsOfAll returns the parameters' gradients, in their own memory.
func gradientsOfAll(s *torch.Scope, parameters []*torch.Tensor) (all []*torch.Tensor) {
	for _, p := range parameters {
		all = append(all, p.Grad(s))
	}
	return all
}

// Graphs returns how many sizes of batches have become graphs so far, in place of
// those of other settings.
func (t *Trainer) Graphs() (count int) {
	if t.graphs == nil {
		return 0
	}
	for _, one := range t.graphs.steps {
		if one.graph != nil {
			count++
		}
	}
	return count
}
