package train

import (
	"math"
	"math/rand/v2"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/dataset/loader"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/torch"
	"github.com/seetell/seetell/torch/distributed"
)

// newPair returns two threads that learn from the halves of a batch side by side,
// where libtorch has two: they wait for each other once a step, not at every
// operator. Gradients of two add up to the same in either order; those of more, or
// of two behind others', would depend on which thread is first.
func newPair(device torch.Device, world *distributed.World) *captioner.Crew {
	if device != torch.CPU || world.Size() > 1 || torch.Threads() != 2 {
		return nil
	}
	return captioner.NewCrew(device)
}

// halves reports whether the halves of a part can be learned from by themselves,
// and from what words: nothing normalises over the batch, and nothing is drawn
// but what is dropped.
func (p pass) halves(part *loader.Batch) (words CrossEntropy, ok bool) {
	words, ok = p.objective.(CrossEntropy)
	normed := p.modes.Backbone == nn.Train && p.modes.Frozen < captioner.BackboneLayers ||
		p.network.Config.FeatureNorm == checkpoint.FeatureNormBatch
	return words, ok && p.pair != nil && !normed && words.Options.ScheduledSampling == 0 && len(part.IDs) > 1
}

// sideBySide is atOnce of a part's halves on a thread each, which do together what
// depends on weights alone. What they drop is drawn from seeds that libtorch's
// generator gives.
func (p pass) sideBySide(words CrossEntropy, part *loader.Batch, step Counts, stats *StepStats) error {
	seed, err := drawSeed()
	if err != nil {
		return err
	}
	type half struct {
		stats StepStats
		err   error
	}
	tasks, err := torch.NewTasks(p.pair.Shares(len(part.IDs)))
	if err != nil {
		return err
	}
	defer tasks.Close()
	halves := make([]half, len(part.IDs)) // each at its first picture's place
	p.pair.Each(len(part.IDs), func(from, to int) {
		one, own := &halves[from], p
		words := words
		words.Options.Random = rand.New(rand.NewPCG(seed, uint64(from)))
		own.objective = words
		one.err = tasks.Do(min(from, 1), func() error { return own.atOnce(part.Part(from, to), step, &one.stats) })
	})
	for _, one := range halves {
		if one.err != nil {
			return one.err
		}
		stats.Loss += one.stats.Loss
		stats.Words += one.stats.Words
	}
	return nil
}

// drawSeed returns a number of libtorch's generator, whose state a run's
// checkpoints hold.
func drawSeed() (seed uint64, err error) {
	err = torch.NoGrad(func(s *torch.Scope) error {
		x := torch.Empty(s, torch.Float32, torch.CPU, 3)
		x.Uniform(s, 0, 1)
		for _, part := range x.Float32s(s) {
			seed = seed<<21 ^ uint64(math.Float32bits(part))
		}
		return nil
	})
	return seed, err
}
