package train

import (
	"encoding/json"

	"github.com/seetell/seetell/torch"
	"github.com/seetell/seetell/torch/distributed"
)

// processes are those that train a run together.
type processes struct {
	world *distributed.World // nil for one
	here  int                // of them on this machine, this one among them
}

// newProcesses returns those of a world, of which one is on this machine.
func newProcesses(w *distributed.World) processes { return processes{w, 1} }

// neighbours returns how many are on this machine, this one among them.
func (p *processes) neighbours() int { return p.here }

// apart tells whether they are on several machines.
func (p *processes) apart() bool { return p.here < p.world.Size() }

// first tells whether this process writes the run's files and is heard.
func (p *processes) first() bool { return p.world.Rank() == 0 }

// several tells whether there are others.
func (p *processes) several() bool { return p.world.Size() > 1 }

// share gives every process rank 0's value.
func (p *processes) share(value any) error { return shareJSON(p.world, value) }

// shareJSON gives every process rank 0's value.
func shareJSON(w *distributed.World, value any) error {
	if w.Size() == 1 {
		return nil
	}
	var text []byte
	var err error
	if w.Rank() == 0 {
		if text, err = json.Marshal(value); err != nil {
			return err
		}
	}
	if text, err = w.Share(text); err != nil || w.Rank() == 0 {
		return err
	}
	return json.Unmarshal(text, value)
}

// seed has the random numbers of a step depend on the run, the step and the
// process, where there are several: nothing of them need be saved.
func (p *processes) seed(run int64, step int) error {
	if !p.several() {
		return nil
	}
	return torch.ManualSeed(stepSeed(run, step, p.world.Rank()))
}

// skippedPicture is a picture that a process could not read.
type skippedPicture struct{ ID, Where, Err string }

// skipped returns the pictures of a batch that any process could not read.
func (p *processes) skipped(b *Batch) (all []skippedPicture, err error) {
	if b.skipped() == 0 {
		return nil, nil
	}
	var own []skippedPicture
	for _, part := range b.Parts {
		for _, skip := range part.Skipped {
			own = append(own, skippedPicture{skip.ID, skip.Where, skip.Err.Error()})
		}
	}
	text, err := json.Marshal(own)
	if err != nil {
		return nil, err
	}
	texts, err := p.world.Gather(text)
	if err != nil {
		return nil, err
	}
	for _, text := range texts {
		var some []skippedPicture
		if err := json.Unmarshal(text, &some); err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}
