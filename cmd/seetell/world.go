package main

import (
	"fmt"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/torch"
	"github.com/seetell/seetell/torch/distributed"
)

// joinWorld joins the processes that a launcher started with this one, such as
// torchrun's; nil where none did. With a GPU for each process of a machine, o's
// device becomes this one's.
func joinWorld(o *captioner.Options) (*distributed.World, error) {
	options, launched, err := distributed.FromEnvironment()
	if err != nil || !launched {
		return nil, err
	}
	if (o.Device == "auto" || o.Device == "cuda") && torch.CUDACount() > options.LocalRank {
		o.Device = fmt.Sprint("cuda:", options.LocalRank)
	}
	return distributed.Join(options)
}
