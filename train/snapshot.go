package train

import (
	"errors"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/torch"
)

// snapshot is what the forward pass of a step changes: BatchNorm's running
// statistics and the state of random numbers. A step that runs out of memory
// starts again from it.
type snapshot struct {
	buffers *buffers
	device  torch.Device
	random  []byte
}

func takeSnapshot(network *captioner.Network) (*snapshot, error) {
	random, err := torch.RandomState(network.Device)
	if err != nil {
		return nil, err
	}
	return &snapshot{copyBuffers(network), network.Device, random}, nil
}

func (n *snapshot) restore() error {
	return errors.Join(n.buffers.restore(), torch.SetRandomState(n.device, n.random))
}

func (n *snapshot) close() { n.buffers.close() }

// buffers are copies of a network's tensors that are no parameters.
type buffers struct {
	scope  *torch.Scope // owns the copies
	own    []*torch.Tensor
	copies []*torch.Tensor
}

func copyBuffers(network *captioner.Network) *buffers {
	b := &buffers{scope: torch.NewScope()}
	for _, e := range network.Named() {
		if !e.Trainable {
			b.own, b.copies = append(b.own, e.Tensor), append(b.copies, e.Tensor.Clone(b.scope))
		}
	}
	return b
}

func (b *buffers) restore() error {
	if err := b.scope.Err(); err != nil {
		return err
	}
	return torch.NoGrad(func(s *torch.Scope) error {
		for i, x := range b.own {
			x.CopyFrom(s, b.copies[i])
		}
		return nil
	})
}

func (b *buffers) close() { b.scope.Close() }
