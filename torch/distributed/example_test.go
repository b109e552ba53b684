package distributed_test

import (
	"fmt"

	"github.com/seetell/seetell/torch"
	"github.com/seetell/seetell/torch/distributed"
)

// Each process computes the gradients of its own part of a batch, and all take
// the same step with their sum. Without a launcher there is one process.
func Example() {
	options, launched, err := distributed.FromEnvironment()
	if err != nil {
		fmt.Println(err)
		return
	}
	var world *distributed.World // nil: one process
	if launched {
		if world, err = distributed.Join(options); err != nil {
			fmt.Println(err)
			return
		}
		defer world.Leave()
	}
	err = torch.Run(func(s *torch.Scope) error {
		weight := torch.Ones(s, torch.Float32, torch.CPU, 2).RequiresGrad(s, true)
		share := torch.Full(s, float64(world.Rank()+1), torch.Float32, torch.CPU, 2)
		weight.Mul(s, share).Sum(s).Backward(s)
		world.Sum(s, weight.Grad(s))
		if world.Rank() == 0 {
			fmt.Println(weight.Grad(s))
		}
		return nil
	})
	if err != nil {
		world.Note(err) // the others learn why
		fmt.Println(err)
	}
	// Output: float32 (2) on cpu: 1 1
}
