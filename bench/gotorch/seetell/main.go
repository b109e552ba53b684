// Command seetell is our side of the comparison with gotorch: a step of a small
// convolutional network, one operator, and a scope of ten tensors. It prints a
// line for each, its name and nanoseconds, which ../run puts beside gotorch's.
package main

import (
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/torch"
)

func main() {
	torch.TuneProcess()
	runtime.LockOSThread()
	if err := torch.Run(measure); err != nil {
		fmt.Fprintln(os.Stderr, "seetell:", err)
		os.Exit(1)
	}
}

func measure(s *torch.Scope) error {
	if err := torch.SetThreads(1); err != nil {
		return err
	}
	step(s)
	operator(s)
	scope()
	return s.Err()
}

// report runs f until a second has passed, after a tenth for warming up, and
// prints what one call of it took.
func report(name string, f func()) {
	for end := time.Now().Add(time.Second / 10); time.Now().Before(end); {
		f()
	}
	n, start := 0, time.Now()
	for ; time.Since(start) < time.Second; n++ {
		f()
	}
	fmt.Println(name, time.Since(start).Nanoseconds()/int64(n))
}

// step trains two convolutions and a linear layer on 64 pictures of 3 × 32 × 32.
func step(s *torch.Scope) {
	torch.ManualSeed(1)
	first := nn.NewConv2d(s, 3, 32, 3, nn.ConvOptions{Padding: 1, Bias: true})
	second := nn.NewConv2d(s, 32, 64, 3, nn.ConvOptions{Padding: 1, Bias: true})
	last := nn.NewLinear(s, 64*8*8, 10, nn.Options{})
	entries := append(append(first.Named("first."), second.Named("second.")...), last.Named("last.")...)
	adam := nn.NewAdam([]nn.Group{{Parameters: nn.Parameters(entries), LearningRate: 1e-3}}, nn.DefaultAdamConfig())
	defer adam.Close()
	x := torch.Zeros(s, torch.Float32, torch.CPU, 64, 3, 32, 32)
	x.Normal(s, 0, 1)
	y := torch.Zeros(s, torch.Int64, torch.CPU, 64)
	report("step", func() {
		s.Within(func(s *torch.Scope) []*torch.Tensor {
			h := first.Forward(s, x).ReLUInPlace(s).MaxPool2D(s, 2, 2, 0)
			h = second.Forward(s, h).ReLUInPlace(s).MaxPool2D(s, 2, 2, 0)
			loss := last.Forward(s, h.Flatten(s, 1)).CrossEntropy(s, y, torch.CrossEntropyOptions{})
			adam.ZeroGrad()
			loss.Backward(s)
			adam.Step(s)
			loss.Item(s)
			return nil
		})
	})
}

// operator adds two tensors of one element, a thousand in a scope.
func operator(s *torch.Scope) {
	a, b := torch.FromSlice(s, []float32{1}), torch.FromSlice(s, []float32{2})
	report("operators", func() {
		s.Within(func(s *torch.Scope) []*torch.Tensor {
			for range 1000 {
				a.Add(s, b)
			}
			return nil
		})
	})
}

// scope makes ten tensors and frees them.
func scope() {
	report("scope", func() {
		_ = torch.Run(func(s *torch.Scope) error {
			for range 10 {
				torch.Zeros(s, torch.Float32, torch.CPU, 1)
			}
			return nil
		})
	})
}
