package train

import (
	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/picture"
	"github.com/seetell/seetell/torch"
	"github.com/seetell/seetell/torch/distributed"
)

// Trainer teaches a network, one batch a step. It knows neither files nor logs.
//
// Trainers of several processes teach one network together: each takes the
// steps of all, on its share of their batches, and the same weights come of it.
type Trainer struct {
	Network       *captioner.Network
	Optimizer     *nn.Adam                // the decoder and projection are its group 0, the backbone its group 1
	EMA           *nn.EMA                 // average of the weights; nil for none
	Detector      *captioner.WordDetector // guides attention, and learns with the rest; nil for none
	Objective     Objective
	Modes         captioner.Modes // layers that are frozen, and BatchNorm's statistics
	Precision     captioner.Precision
	Preprocessing picture.Preprocessing
	World         *distributed.World // of processes that share each batch; nil for one
	Overlap       bool               // the decoder's gradients travel while the backbone's are computed: for processes on several machines
	ClipNorm      float64            // largest total norm of the gradients; 0 for no limit

	settings   Config
	parameters []*torch.Tensor // that the optimiser moves
	features   *frozenFeatures
	microBatch microBatch
	pair       *captioner.Crew                 // learns from the halves of a batch side by side; nil where it cannot
	graphs     *graphs                         // take the steps that they can; nil for none
	steps      int                             // since the optimiser and the average began, or went on anew
	try        func(*Batch) (StepStats, error) // gradients; tests let it fail
}

// NewTrainer returns a trainer of a network, which stays the caller's, at the
// start of a run that c describes. Close frees what it makes.
func NewTrainer(c Config, network *captioner.Network, v *captioner.Vocabulary, p captioner.Precision) *Trainer {
	t := &Trainer{
		Network: network, Precision: p, Preprocessing: c.Preprocessing, ClipNorm: c.ClipNorm,
		Objective: NewCrossEntropy(c, network, v, p, 0), Modes: c.modes(0),
		World: c.World, settings: c, microBatch: newMicroBatch(c),
	}
	if t.World.Size() > 1 {
		network.Across(t.World.SumThrough)
	}
	t.features = newFrozenFeatures(network, c.Preprocessing, p)
	t.pair = newPair(network.Device, c.World)
	t.try = t.gradients
	t.Optimizer, t.parameters = newOptimizer(c, network.Named())
	if c.Graphs {
		t.graphs = &graphs{}
	}
	if c.AverageDecay > 0 {
		t.EMA = nn.NewEMA(network.Named(), c.AverageDecay)
	}
	return t
}

// Close frees optimiser, average and features.
func (t *Trainer) Close() {
	t.graphs.close()
	t.features.forget()
	if t.pair != nil {
		t.pair.Close()
	}
	t.Detector.Close()
	t.Optimizer.Close()
	if t.EMA != nil {
		t.EMA.Close()
	}
}

// Step learns from a batch and says what it came to. A loss or norm that is not
// finite leaves the weights as they were; the caller counts it. Processes that
// share the batch have joined it before.
func (t *Trainer) Step(b *Batch) (StepStats, error) {
	defer func() { t.steps++ }()
	if b.Counts.Words == 0 {
		return StepStats{}, nil
	}
	if words, ok := t.graphable(b); ok {
		return t.graphs.step(t, words, b.Parts[0])
	}
	stats, err := t.Backward(b)
	if err != nil {
		return stats, err
	}
	err = torch.Run(func(s *torch.Scope) error {
		norm := nn.GradNorm(s, t.parameters)
		stats.GradientNorm = norm.Item(s)
		if stats.NotFinite = notFinite(s, stats, t.Network.Named()); stats.NotFinite != "" {
			return nil
		}
		if t.ClipNorm > 0 && stats.GradientNorm > .99*t.ClipNorm { // below, they would be multiplied by 1
			nn.ClipGradients(s, t.parameters, norm, t.ClipNorm)
		}
		t.Optimizer.Step(s)
		if t.EMA != nil {
			t.EMA.Update(s, t.steps)
		}
		return nil
	})
	return stats, err
}
