// Command peer measures in gotorch what ../seetell measures in seetell, written
// as gotorch's own examples are: torch.GC at the head of every step frees what
// the step before it made.
package main

import (
	"fmt"
	"time"

	torch "github.com/wangkuiyi/gotorch"
	"github.com/wangkuiyi/gotorch/nn"
	F "github.com/wangkuiyi/gotorch/nn/functional"
	"github.com/wangkuiyi/gotorch/nn/initializer"
)

func main() {
	torch.SetNumThreads(1)
	step()
	operator()
	scope()
}

// report runs f until a second has passed, after a tenth for warming up, and
// prints what one call of it took. What lives on must be made before it: torch.GC
// waits for all that was made since it was first called.
func report(name string, f func()) {
	for end := time.Now().Add(time.Second / 10); time.Now().Before(end); {
		f()
	}
	n, start := 0, time.Now()
	for ; time.Since(start) < time.Second; n++ {
		f()
	}
	took := time.Since(start)
	torch.FinishGC()
	fmt.Println(name, took.Nanoseconds()/int64(n))
}

func step() {
	initializer.ManualSeed(1)
	first := nn.Conv2d(3, 32, 3, 1, 1, 1, 1, true, "zeros")
	second := nn.Conv2d(32, 64, 3, 1, 1, 1, 1, true, "zeros")
	last := nn.Linear(64*8*8, 10, true)
	adam := torch.Adam(1e-3, .9, .999, 0)
	for _, layer := range []interface{ Parameters() []torch.Tensor }{first, second, last} {
		adam.AddParameters(layer.Parameters())
	}
	x := torch.RandN([]int64{64, 3, 32, 32}, false)
	y := torch.Full([]int64{64}, 0, false).CastTo(torch.Long)
	two, none, one := []int64{2, 2}, []int64{0, 0}, []int64{1, 1}
	report("step", func() {
		torch.GC()
		h := F.MaxPool2d(F.Relu(first.Forward(x), true), two, two, none, one, false)
		h = F.MaxPool2d(F.Relu(second.Forward(h), true), two, two, none, one, false)
		scores := last.Forward(torch.Flatten(h, 1, -1))
		loss := F.CrossEntropy(scores, y, torch.Tensor{}, -100, "mean")
		adam.ZeroGrad()
		loss.Backward()
		adam.Step()
		loss.Item()
	})
}

func operator() {
	a, b := torch.Full([]int64{1}, 1, false), torch.Full([]int64{1}, 2, false)
	report("operators", func() {
		torch.GC()
		for range 1000 {
			torch.Add(a, b, 1)
		}
	})
}

func scope() {
	report("scope", func() {
		torch.GC()
		for range 10 {
			torch.Full([]int64{1}, 0, false)
		}
	})
}
