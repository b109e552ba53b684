package nn

import (
	"testing"

	"github.com/seetell/seetell/torch"
)

// BenchmarkLSTMCell runs a decoder's steps, 20 sequences of 29 words, forward
// and backward.
func BenchmarkLSTMCell(b *testing.B) {
	model := torch.NewScope()
	defer model.Close()
	l := NewLSTMCell(model, 512, 512)
	for b.Loop() {
		err := torch.Run(func(s *torch.Scope) error {
			x := torch.Ones(s, torch.Float32, torch.CPU, 20, 512)
			h, c := torch.Zeros(s, torch.Float32, torch.CPU, 20, 512), torch.Zeros(s, torch.Float32, torch.CPU, 20, 512)
			for range 29 {
				h, c = stepOf(s, l, x, h, c)
			}
			h.Sum(s).Backward(s)
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAdam clips and steps 64 tensors of 180,000 values, as many as a
// captioner has.
func BenchmarkAdam(b *testing.B) {
	err := torch.Run(func(s *torch.Scope) error {
		var parameters []Parameter
		for range 64 {
			p := torch.Ones(s, torch.Float32, torch.CPU, 300, 600).RequiresGrad(s, true)
			p.SetGrad(s, torch.Ones(s, torch.Float32, torch.CPU, 300, 600))
			parameters = append(parameters, Parameter{Tensor: p})
		}
		adam := NewAdam([]Group{{Parameters: parameters, LearningRate: 1e-3}}, DefaultAdamConfig())
		defer adam.Close()
		for b.Loop() {
			step := torch.NewScope()
			ClipGradNorm(step, Tensors(parameters), 5)
			adam.Step(step)
			s.Fail(step.Err())
			step.Close()
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}
