package captioner

import (
	"fmt"

	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/torch"
)

// Network is the captioner's encoder and decoder, with their tensors. It
// belongs to one goroutine at a time.
type Network struct {
	Config  Config
	Words   int // size of the vocabulary
	Device  torch.Device
	Encoder *Encoder
	Decoder *Decoder
	scope   *torch.Scope
}

// NewNetwork returns a network with PyTorch's initial values, drawn by
// libtorch's generator (torch.ManualSeed), on device. Close frees it.
func NewNetwork(c Config, words int, device torch.Device) (*Network, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if err := torch.Open(); err != nil {
		return nil, err
	}
	scope := torch.NewScope()
	n := &Network{
		Config:  c,
		Words:   words,
		Device:  device,
		Encoder: newEncoder(scope, c),
		Decoder: newDecoder(scope, c, words),
		scope:   scope,
	}
	if err := scope.Err(); err != nil {
		n.Close()
		return nil, fmt.Errorf("build the network: %w", err)
	}
	nn.ToDevice(scope, n.Named(), device)
	nn.ChannelsLast(scope, n.Named()) // which libtorch's fast convolutions want
	if err := scope.Err(); err != nil {
		n.Close()
		return nil, fmt.Errorf("move the network to %s: %w", device, err)
	}
	return n, nil
}

// Named lists every tensor of the network with its name in the checkpoint.
func (n *Network) Named() []nn.Entry {
	return append(n.Encoder.Named("encoder."), n.Decoder.Named("decoder.")...)
}

// Close frees the tensors.
func (n *Network) Close() { n.scope.Close() }

// Look maps normalised pictures (N, 3, S, S) to the backbone's pooled features
// (N, L, 512) and to the features f that the decoder attends to, (N, L, F).
func (n *Network) Look(s *torch.Scope, x *torch.Tensor, modes Modes, p Precision) (pooled, features *torch.Tensor) {
	p.during(s, n.Device, func() {
		pooled = n.pooled(s, x, modes)
		features = n.Encoder.Project(s, pooled, modes.Norm)
	})
	return pooled, features
}

func (n *Network) pooled(s *torch.Scope, x *torch.Tensor, modes Modes) (pooled *torch.Tensor) {
	if !modes.Still {
		return n.Encoder.Backbone(s, x, modes.Backbone)
	}
	s.Fail(torch.NoGrad(func(inner *torch.Scope) error {
		pooled = n.Encoder.Backbone(inner, x, modes.Backbone).MoveTo(s)
		return nil
	}))
	return pooled
}
