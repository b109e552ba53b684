package train

import (
	"math"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/dataset/loader"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/picture"
	"github.com/seetell/seetell/predict"
	"github.com/seetell/seetell/torch"
	"github.com/seetell/seetell/torch/distributed"
)

// Trainer teaches a network, one batch a step. It knows neither files nor logs.
//
// Trainers of several processes teach one network together: each takes the
// steps of all, on its share of their batches, and the same weights come of it.
type Trainer struct {
	Network       *captioner.Network
	Optimizer     *nn.Adam // the decoder and projection are its group 0, the backbone its group 1
	EMA           *nn.EMA  // average of the weights; nil for none
	Objective     Objective
	Modes         captioner.Modes // layers that are frozen, and BatchNorm's statistics
	Precision     captioner.Precision
	Preprocessing picture.Preprocessing
	World         *distributed.World // of processes that share each batch; nil for one
	ClipNorm      float64            // largest total norm of the gradients; 0 for no limit

	config     Config
	parameters []*torch.Tensor // that the optimiser moves
	features   *frozenFeatures
	microBatch microBatch
	steps      int                             // since the optimiser and the average began, or went on anew
	try        func(*Batch) (StepStats, error) // accumulateAll; tests let it fail
}

// NewTrainer returns a trainer of a network, which stays the caller's, at the
// start of a run that c describes. Close frees what it makes.
func NewTrainer(c Config, network *captioner.Network, v *captioner.Vocabulary, p captioner.Precision) *Trainer {
	t := &Trainer{
		Network: network, Precision: p, Preprocessing: c.Preprocessing, ClipNorm: c.ClipNorm,
		Objective: NewCrossEntropy(c, network, v, p, 0), Modes: c.modes(0),
		World: c.World, config: c, microBatch: c.microBatch(),
	}
	if t.together() {
		network.Across(t.World.SumThrough)
	}
	t.features = newFrozenFeatures(network, c.Preprocessing, p)
	t.try = t.accumulateAll
	t.newOptimizer()
	if c.AverageDecay > 0 {
		t.EMA = nn.NewEMA(network.Named(), c.AverageDecay)
	}
	return t
}

// KeepFeatures has the trainer keep what so many pictures, those that come in
// each epoch as they were, come to in frozen layers, in so many bytes, or in
// half of what is free for -1. Opened hears how many there is room for.
func (t *Trainer) KeepFeatures(pictures int, bytes int64, opened func(kept, bytes int64)) {
	t.features.keep(pictures, t.config.Augmentation.Deterministic(), bytes, opened)
}

// Close frees optimiser, average and features.
func (t *Trainer) Close() {
	t.features.forget()
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
	stats, err := t.Backward(b)
	if err != nil {
		return stats, err
	}
	err = torch.Run(func(s *torch.Scope) error {
		norm := nn.GradNorm(s, t.parameters)
		stats.GradientNorm = norm.Item(s)
		if stats.NotFinite = t.notFinite(s, stats); stats.NotFinite != "" {
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

// notFinite names what is not finite in a step: a tensor of the model, the
// loss, the first gradient, or no more than the norm of them all.
func (t *Trainer) notFinite(s *torch.Scope, stats StepStats) string {
	if sum := stats.Loss + stats.GradientNorm; !math.IsNaN(sum) && !math.IsInf(sum, 0) {
		return ""
	}
	if name := nn.NotFinite(s, t.Network.Named()); name != "" {
		return name
	}
	if math.IsNaN(stats.Loss) || math.IsInf(stats.Loss, 0) {
		return "loss"
	}
	if name := nn.NotFiniteGradient(s, t.Network.Named()); name != "" {
		return "gradient of " + name
	}
	return "gradient norm"
}

// newOptimizer makes the optimiser: Adam over two groups, the backbone at its
// own rate and the rest.
func (t *Trainer) newOptimizer() {
	backbone := nn.Group{LearningRate: t.config.backboneRate(), WeightDecay: t.config.WeightDecay}
	rest := nn.Group{LearningRate: t.config.LearningRate, WeightDecay: t.config.WeightDecay}
	t.parameters = nil
	for _, entry := range t.Network.Named() {
		if !entry.Trainable {
			continue
		}
		group := &rest
		if captioner.InBackbone(entry.Name) {
			group = &backbone
		}
		group.Parameters = append(group.Parameters, nn.Parameter{Name: entry.Name, Tensor: entry.Tensor})
		t.parameters = append(t.parameters, entry.Tensor)
	}
	config := nn.DefaultAdamConfig()
	config.Decoupled, config.Beta2 = true, t.config.Beta2
	t.Optimizer = nn.NewAdam([]nn.Group{rest, backbone}, config)
}

// SetRates sets the learning rates of the backbone and of the rest.
func (t *Trainer) SetRates(rest, backbone float64) {
	t.Optimizer.SetLearningRate(0, rest)
	t.Optimizer.SetLearningRate(1, backbone)
}

// Restart goes on from the average of the weights, where there is one, with an
// optimiser that starts anew.
func (t *Trainer) Restart() error {
	t.Optimizer.Close()
	t.newOptimizer()
	t.steps = 0
	if t.EMA == nil {
		return nil
	}
	return torch.NoGrad(func(s *torch.Scope) error {
		t.EMA.Adopt(s)
		return nil
	})
}

// Averaged calls f while the network holds the average of its weights, where
// there is one.
func (t *Trainer) Averaged(f func() error) error {
	if t.EMA == nil {
		return f()
	}
	swap := func(s *torch.Scope) error { t.EMA.Swap(s); return nil }
	if err := torch.NoGrad(swap); err != nil {
		return err
	}
	if err := f(); err != nil {
		_ = torch.NoGrad(swap) // err says more
		return err
	}
	return torch.NoGrad(swap)
}

// goOn continues behind so many steps, with what memory then had room for.
func (t *Trainer) goOn(steps, microBatch int) {
	t.steps = steps
	if t.microBatch.auto {
		t.microBatch.pictures = microBatch
	}
}

// Predictor returns a predictor of the network as it is, with what is known of
// pictures in frozen layers. C says how it searches.
func (t *Trainer) Predictor(c Config, v *captioner.Vocabulary) *predict.Predictor {
	p := &predict.Predictor{
		Network:      t.Network,
		Vocabulary:   v,
		World:        t.World,
		Loader:       loader.Config{Batch: predict.Batch, Workers: c.Workers, Preprocessing: t.Preprocessing},
		Beam:         c.Beam,
		Precision:    t.Precision,
		CaptionWords: c.CaptionWords,
	}
	if modes := captioner.Evaluation; t.Modes.Frozen > 0 {
		modes.Frozen = t.Modes.Frozen
		_ = t.features.fix(modes.Frozen) // before the predictor does, for as long as it predicts; compute says what is wrong
		p.Pooled = func(s *torch.Scope, batch *loader.Batch) *torch.Tensor {
			return t.Network.Pooled(s, t.features.of(s, batch, modes.Frozen), modes, t.Precision)
		}
	}
	return p
}
