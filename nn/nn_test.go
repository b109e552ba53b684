package nn

import (
	"math"
	"strings"
	"testing"

	"github.com/seetell/seetell/torch"
)

// TestChannelsLast checks that the layout changes no value and keeps what is
// trained.
func TestChannelsLast(t *testing.T) {
	run(t, func(s *torch.Scope) {
		m := newStack(s)
		x := torch.Arange(s, 2*3*5*5, torch.CPU).To(s, torch.Float32).Reshape(s, 2, 3, 5, 5)
		before, weight := m.conv.Forward(s, x), m.conv.Weight
		live := torch.Live()
		ChannelsLast(s, m.Named(""))
		if m.conv.Weight == weight || !m.conv.Weight.NeedsGrad() || torch.Live() > live+1 {
			t.Errorf("weight not replaced, frozen or not freed: %d handles more", torch.Live()-live)
		}
		near(t, s, "y", m.conv.Forward(s, x.ChannelsLast(s)), StateDict{{"y", before}}, 1e-6)
	})
}

// TestReplaceWithoutLayer asks to change a tensor that no layer holds.
func TestReplaceWithoutLayer(t *testing.T) {
	err := torch.Run(func(s *torch.Scope) error {
		ChannelsLast(s, []Entry{{Name: "a", Tensor: torch.Ones(s, torch.Float32, torch.CPU, 1, 1, 1, 1)}})
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "a belongs to no layer") {
		t.Errorf("error %v", err)
	}
}

// TestToDevice trains a stack on a GPU and compares with the CPU within 1e-4.
func TestToDevice(t *testing.T) {
	if torch.CUDACount() == 0 {
		t.Skip("needs a GPU: there is no CUDA device")
	}
	run(t, func(s *torch.Scope) {
		m := newStack(s)
		results := StateDict{}
		for _, device := range []torch.Device{torch.CPU, torch.CUDA(0)} {
			ToDevice(s, m.Named(""), device)
			adam := NewAdam([]Group{{Parameters: Parameters(m.Named("")), LearningRate: .01}}, DefaultAdamConfig())
			x := torch.Arange(s, 2*3*5*5, torch.CPU).To(s, torch.Float32).MulScalar(s, .01).Reshape(s, 2, 3, 5, 5).ToDevice(s, device)
			y := m.norm.Forward(s, m.conv.Forward(s, x), Frozen).Mean(s, 2, 3)
			loss := CrossEntropy{Ignore: -100}.Forward(s, m.out.Forward(s, y), torch.Zeros(s, torch.Int64, device, 2))
			loss.Backward(s)
			ClipGradNorm(s, Tensors(Parameters(m.Named(""))), 1)
			if device != torch.CPU {
				near(t, s, "loss", loss, results, 1e-4)
				near(t, s, "gradient", m.conv.Weight.Grad(s), results, 1e-4)
				adam.Step(s)
			}
			results = StateDict{{"loss", loss}, {"gradient", m.conv.Weight.Grad(s)}}
			adam.Close()
		}
	})
}

// TestLSTMBFloat16 checks that under autocast the states stay float32 and are
// near the float32 ones: 2⁻⁸ for each product's rounding.
func TestLSTMBFloat16(t *testing.T) {
	run(t, func(s *torch.Scope) {
		l := NewLSTMCell(s, 64, 32)
		x, h, c := torch.Ones(s, torch.Float32, torch.CPU, 3, 64), torch.Ones(s, torch.Float32, torch.CPU, 3, 32), torch.Ones(s, torch.Float32, torch.CPU, 3, 32)
		wantH, wantC := l.Forward(s, x, h, c)
		s.Autocast(torch.CPU, torch.BFloat16, func() {
			gotH, gotC := l.Forward(s, x, h, c)
			if gotH.DType() != torch.Float32 || gotC.DType() != torch.Float32 {
				t.Errorf("states in %v and %v", gotH.DType(), gotC.DType())
			}
			want := StateDict{{"h", wantH}, {"c", wantC}}
			near(t, s, "h", gotH, want, .02)
			near(t, s, "c", gotC, want, .02)
			if gotC.Sub(s, wantC).Abs(s).Sum(s).Item(s) == 0 {
				t.Error("the products were not in bfloat16")
			}
		})
	})
}

// TestLSTMCell compares with libtorch's own cell, within 1e-6.
func TestLSTMCell(t *testing.T) {
	run(t, func(s *torch.Scope) {
		l := NewLSTMCell(s, 6, 5)
		x, h, c := torch.Ones(s, torch.Float32, torch.CPU, 3, 6), torch.Ones(s, torch.Float32, torch.CPU, 3, 5), torch.Zeros(s, torch.Float32, torch.CPU, 3, 5)
		wantH, wantC := x.LSTMCell(s, h, c, l.WeightIH, l.WeightHH, l.BiasIH, l.BiasHH)
		gotH, gotC := l.Forward(s, x, h, c)
		near(t, s, "h", gotH, StateDict{{"h", wantH}}, 1e-6)
		near(t, s, "c", gotC, StateDict{{"c", wantC}}, 1e-6)
	})
}

// TestDropout checks the share, the scale, and that only Train drops.
func TestDropout(t *testing.T) {
	run(t, func(s *torch.Scope) {
		if err := torch.ManualSeed(1); err != nil {
			t.Fatal(err)
		}
		const n, p = 100_000, .25
		x := torch.Ones(s, torch.Float32, torch.CPU, n)
		for _, mode := range []Mode{Eval, Frozen} {
			if Dropout(s, x, p, mode) != x {
				t.Errorf("%v dropped out", mode)
			}
		}
		zeros := 0
		for _, v := range Dropout(s, x, p, Train).Float32s(s) {
			if v == 0 {
				zeros++
			} else if math.Abs(float64(v)-1/(1-p)) > 1e-6 {
				t.Fatalf("kept values become %v, want 1/(1-p)", v)
			}
		}
		if deviation := math.Sqrt(n * p * (1 - p)); math.Abs(float64(zeros)-n*p) > 5*deviation {
			t.Errorf("%d of %d dropped, want %v ± %v", zeros, n, n*p, deviation)
		}
	})
}

// TestCrossEntropyBFloat16 checks that the loss of bfloat16 logits is float32.
func TestCrossEntropyBFloat16(t *testing.T) {
	run(t, func(s *torch.Scope) {
		logits := torch.Zeros(s, torch.BFloat16, torch.CPU, 2, 3)
		loss := CrossEntropy{Ignore: 0}.Forward(s, logits, torch.Ones(s, torch.Int64, torch.CPU, 2))
		if got := loss.Item(s); loss.DType() != torch.Float32 || !close(got, math.Log(3), 1e-6) {
			t.Errorf("%v %v, want ln 3 in float32", loss.DType(), got)
		}
	})
}

// TestBatchNormSingle trains on one value for each channel, which has no
// variance.
func TestBatchNormSingle(t *testing.T) {
	err := torch.Run(func(s *torch.Scope) error {
		NewBatchNorm(s, 3).Forward(s, torch.Ones(s, torch.Float32, torch.CPU, 1, 3), Train)
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "one value for each channel") {
		t.Errorf("error %v", err)
	}
}

func TestModeString(t *testing.T) {
	for mode, want := range map[Mode]string{Eval: "eval", Train: "train", Frozen: "frozen"} {
		if mode.String() != want {
			t.Errorf("%d is %q, want %q", mode, mode, want)
		}
	}
}

// TestNotFinite asks for tensors, and for gradients, that are not finite.
func TestNotFinite(t *testing.T) {
	run(t, func(s *torch.Scope) {
		entry := func(name string, value float64) Entry {
			return Entry{Name: name, Tensor: torch.FromSlice(s, []float64{1, value}, 2).RequiresGrad(true)}
		}
		entries := []Entry{entry("even", 4), entry("flat", 0)}
		for _, e := range entries {
			e.Tensor.Pow(s, .5).Sum(s).Backward(s) // infinitely steep at 0
		}
		if name := NotFinite(s, entries); name != "" {
			t.Errorf("%q is not finite, want none", name)
		}
		if name := NotFiniteGradient(s, entries); name != "flat" {
			t.Errorf("the gradient of %q is not finite, want that of flat", name)
		}
		if name := NotFinite(s, append(entries, entry("far", math.Inf(-1)))); name != "far" {
			t.Errorf("%q is not finite, want far", name)
		}
	})
}
