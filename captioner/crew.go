package captioner

import (
	"context"
	"sync"

	"github.com/seetell/seetell/torch"
)

// Crew is threads that work side by side, each with a part of what there is and
// one of the processor's cores. Pictures are described faster so than with all
// cores on each operator in turn: most operators are small, and their threads
// would wait for each other at the end of every one.
type Crew struct {
	threads []*inferenceThread
}

// leastShare is the fewest pictures that a thread is given: it reads all weights
// for them.
const leastShare = 2

// NewCrew returns a crew for networks on device: on the CPU as many threads as
// libtorch uses for an operator, else none, as the zero Crew. Close ends it.
func NewCrew(device torch.Device) *Crew {
	c := new(Crew)
	if n := torch.Threads(); device == torch.CPU && n > 1 {
		for range n {
			c.threads = append(c.threads, newInferenceThread(torch.WorkAlone))
		}
	}
	return c
}

// Each calls f for n pictures in parts, from one to before another, side by side
// where they are enough, and else for all of them on the caller's thread. It
// returns when all are done.
func (c *Crew) Each(n int, f func(from, to int)) {
	if f == nil {
		return
	}
	shares := c.Shares(n)
	if shares == 1 {
		f(0, n)
		return
	}
	var group sync.WaitGroup
	for i := range shares {
		from, to := n*i/shares, n*(i+1)/shares
		group.Go(func() {
			if c.threads[i].do(context.Background(), func() { f(from, to) }) != nil {
				f(from, to) // the thread could not be set up, or the crew is closed
			}
		})
	}
	group.Wait()
}

// Shares returns in how many parts Each divides n pictures.
func (c *Crew) Shares(n int) int { return max(min(n/leastShare, len(c.threads)), 1) }

// Threads returns how many parts are worked on side by side.
func (c *Crew) Threads() int { return max(len(c.threads), 1) }

// atOnce is how many pictures keep the crew busy.
func (c *Crew) atOnce() int { return fullShare * c.Threads() }

// fullShare is how many pictures a thread describes at once: more of them read
// the decoder's weights together.
const fullShare = 16

// Close ends the threads.
func (c *Crew) Close() {
	for _, t := range c.threads {
		t.close()
	}
}
