package captioner

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/picture"
	"github.com/seetell/seetell/torch"
)

// golden is testdata/network.json, the model as it was first, or deep.json, with
// a deep output, a ReLU and layer3's channels. golden.py beside them writes them
// with PyTorch: float32 on the CPU, dropout 0.
type golden struct {
	Vocabulary []string
	Model      Config
	Pictures   int       // the pictures' salt
	Features   []float64 // 48 of them, evenly spread
	Logits     []float64 // of the scored words
	Frozen     goldenTraining
	Batch      goldenTraining
}

// goldenTraining is what training comes to with one kind of BatchNorm.
type goldenTraining struct {
	Gradients map[string]struct {
		Norm, Largest float64
		Values        []float64 // 6 of them, evenly spread
	}
	Losses []float64 // of ten steps of Adam, 1e-4 and for the backbone 1e-5, clipped to 5
}

// The tolerances: largest difference over largest magnitude. Loss is absolute.
const (
	goldenForward  = 1e-5
	goldenGradient = 1e-4
	goldenLoss     = 5e-5 // of ten steps; PyTorch's own float32 and float64 part by 3e-5 there
	goldenZero     = 1e-6 // of gradients that are zero but for rounding
)

// eachGolden runs a test with the numbers of each model.
func eachGolden(t *testing.T, test func(t *testing.T, g golden)) {
	for _, name := range []string{"network", "deep"} {
		t.Run(name, func(t *testing.T) { test(t, readGolden(t, name)) })
	}
}

func readGolden(t *testing.T, name string) (g golden) {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

// formula is golden.py's: count numbers in [0, 1).
func formula(salt, count int) []float64 {
	values := make([]float64, count)
	for i := range values {
		x := (uint64(i)*2654435761 + uint64(salt)*40503 + 12345) % (1 << 32)
		x = (x ^ x>>15) * 2246822519 % (1 << 32)
		values[i] = float64(x^x>>13) / (1 << 32)
	}
	return values
}

// fill gives the network golden.py's weights.
func (g golden) fill(n *Network) error {
	return torch.NoGrad(func(s *torch.Scope) error {
		for k, entry := range n.Named() {
			shape := entry.Tensor.Shape()
			values := formula(k, int(entry.Tensor.Numel()))
			scale, middle := weightScale(entry.Name, shape)
			if scale == 0 {
				continue
			}
			for i := range values {
				values[i] = middle + scale*(values[i]-.5)
			}
			entry.Tensor.CopyFrom(s, torch.FromSlice(s, values, shape...))
		}
		return nil
	})
}

func weightScale(name string, shape []int64) (scale, middle float64) {
	switch {
	case strings.HasSuffix(name, "num_batches_tracked"):
		return 0, 0
	case strings.HasSuffix(name, "running_var"):
		return 1, 1
	case len(shape) >= 2:
		fan := 1.0
		for _, size := range shape[1:] {
			fan *= float64(size)
		}
		return 2 * math.Sqrt(3/fan), 0
	case strings.HasSuffix(name, "weight"):
		return .2, 1
	}
	return .2, 0
}

func (g golden) network(t *testing.T) (*Network, *Vocabulary) {
	t.Helper()
	oneThread(t)
	v, err := checkpoint.NewVocabulary(checkpoint.WordTokenizer, g.Vocabulary)
	if err != nil {
		t.Fatal(err)
	}
	g.Model.Backbone = DefaultConfig().Backbone
	n, err := NewNetwork(g.Model, v.Len(), torch.CPU)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	if err := g.fill(n); err != nil {
		t.Fatal(err)
	}
	return n, v
}

// oneThread computes as golden.py does: with more threads, sums within
// convolutions round otherwise, and a ReLU's input may fall on the other side.
func oneThread(t *testing.T) {
	t.Helper()
	if err := torch.Open(); err != nil {
		t.Fatal(err)
	}
	before := torch.Threads()
	if err := torch.SetThreads(1); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = torch.SetThreads(before) })
}

// batch returns golden.py's four pictures and their captions.
func (g golden) batch(s *torch.Scope, v *Vocabulary) (*torch.Tensor, Targets) {
	pixels := make([]uint8, 4*96*96*3)
	for i, u := range formula(g.Pictures, len(pixels)) {
		pixels[i] = uint8(u * 256)
	}
	x := Normalise(s, torch.FromSlice(s, pixels, 4, 96, 96, 3), picture.DefaultPreprocessing())
	return x, NewTargets(v, [][]string{{"a dog runs", "a dog"}, {"dog", "a zebra runs dog"}, {"runs"}, {"a"}}, 28)
}

func TestGoldenForward(t *testing.T) { eachGolden(t, goldenNumbers) }

func goldenNumbers(t *testing.T, g golden) {
	n, v := g.network(t)
	err := torch.NoGrad(func(s *torch.Scope) error {
		x, targets := g.batch(s, v)
		_, features := n.EncodePictures(s, x, Evaluation, PrecisionFloat32)
		logits := n.Logits(s, features, targets, LossOptions{Precision: PrecisionFloat32})
		near(t, "features", sample(features.Float32s(s), len(g.Features)), g.Features, goldenForward)
		near(t, "logits", widen(logits.Narrow(s, 0, 0, int64(targets.Scored())).Float32s(s)), g.Logits, goldenForward)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestGoldenTraining(t *testing.T) { eachGolden(t, goldenTrainings) }

func goldenTrainings(t *testing.T, g golden) {
	for _, test := range []struct {
		name  string
		modes Modes
		want  goldenTraining
	}{
		{"statistics frozen", Modes{Backbone: nn.Frozen, Norm: nn.Train}, g.Frozen},
		{"statistics of the batch", Modes{Backbone: nn.Train, Norm: nn.Train}, g.Batch},
	} {
		t.Run(test.name, func(t *testing.T) { goldenSteps(t, g, test.modes, test.want) })
	}
}

func goldenSteps(t *testing.T, g golden, modes Modes, want goldenTraining) {
	n, v := g.network(t)
	rest, backbone := nn.Group{LearningRate: 1e-4}, nn.Group{LearningRate: 1e-5}
	for _, entry := range n.Named() {
		if !entry.Trainable {
			continue
		}
		group := &rest
		if InBackbone(entry.Name) {
			group = &backbone
		}
		group.Parameters = append(group.Parameters, nn.Parameter{Name: entry.Name, Tensor: entry.Tensor})
	}
	how := g.loss(t)
	if how.Detector != nil {
		for _, entry := range how.Detector.Named("detector.") {
			rest.Parameters = append(rest.Parameters, nn.Parameter{Name: entry.Name, Tensor: entry.Tensor})
		}
	}
	parameters := slices.Concat(rest.Parameters, backbone.Parameters)
	adam := nn.NewAdam([]nn.Group{rest, backbone}, nn.DefaultAdamConfig())
	defer adam.Close()
	for step, loss := range want.Losses {
		err := torch.Run(func(s *torch.Scope) error {
			adam.ZeroGrad()
			x, targets := g.batch(s, v)
			_, features := n.EncodePictures(s, x, modes, PrecisionFloat32)
			got := n.Loss(s, features, targets, how)
			got.Backward(s)
			if step == 0 {
				goldenGradients(t, s, parameters, want)
			}
			nn.ClipGradNorm(s, nn.Tensors(parameters), 5)
			adam.Step(s)
			if value := got.Item(s); !(math.Abs(value-loss) <= goldenLoss) {
				t.Errorf("loss of step %d is %v, PyTorch's %v", step+1, value, loss)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// loss is golden.py's: with a deep output a detector of words guides attention.
func (g golden) loss(t *testing.T) LossOptions {
	t.Helper()
	how := LossOptions{Precision: PrecisionFloat32, Attention: 1}
	if g.Model.Output != checkpoint.OutputDeep {
		return how
	}
	how.Detection, how.Guide, how.GuideTemperature = .1, 1, .5
	var err error
	if how.Detector, err = NewWordDetector(g.Model.Features, []float64{0, 0, 1, 0, .7, .4, .05}, torch.CPU); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(how.Detector.Close)
	err = torch.NoGrad(func(s *torch.Scope) error {
		for i, entry := range how.Detector.Named("") {
			values := formula(2001+i, int(entry.Tensor.Numel()))
			for k := range values {
				values[k] -= .5
			}
			entry.Tensor.CopyFrom(s, torch.FromSlice(s, values, entry.Tensor.Shape()...))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return how
}

func goldenGradients(t *testing.T, s *torch.Scope, parameters []nn.Parameter, want goldenTraining) {
	for _, p := range parameters {
		w, ok := want.Gradients[p.Name]
		if !ok {
			t.Errorf("PyTorch has no parameter %s", p.Name)
			continue
		}
		grad := p.Tensor.Grad(s).Contiguous(s).Float32s(s)
		got := append(sample(grad, len(w.Values)), norm(grad))
		nearOf(t, p.Name, got[:len(w.Values)], w.Values, goldenGradient*w.Largest+goldenZero)
		nearOf(t, p.Name+"'s norm", got[len(w.Values):], []float64{w.Norm}, goldenGradient*w.Norm+goldenZero)
	}
}

// sample returns count of the values, evenly spread, as golden.py takes them.
func sample(values []float32, count int) []float64 {
	step := max(1, len(values)/count)
	var taken []float64
	for i := 0; i < len(values) && len(taken) < count; i += step {
		taken = append(taken, float64(values[i]))
	}
	return taken
}

func norm(values []float32) float64 {
	var sum float64
	for _, v := range values {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum)
}

// near compares by the largest difference over the largest magnitude.
func near(t *testing.T, what string, got, want []float64, tolerance float64) {
	t.Helper()
	var largest float64
	for _, w := range want {
		largest = max(largest, math.Abs(w))
	}
	nearOf(t, what, got, want, tolerance*largest)
}

func nearOf(t *testing.T, what string, got, want []float64, allowed float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", what, len(got), len(want))
	}
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= allowed) {
			t.Errorf("%s: value %d is %v, PyTorch's %v: more than %.3g apart", what, i, got[i], want[i], allowed)
			return
		}
	}
}
