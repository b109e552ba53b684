package nn

import (
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
			loss := m.out.Forward(s, y).CrossEntropy(s, torch.Zeros(s, torch.Int64, device, 2), torch.CrossEntropyOptions{IgnoreIndex: -100})
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
		wantH, wantC := stepOf(s, l, x, h, c)
		s.Autocast(torch.CPU, torch.BFloat16, func() {
			gotH, gotC := stepOf(s, l, x, h, c)
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
