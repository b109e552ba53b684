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
	if modes.Frozen > 0 {
		return n.LookAbove(s, n.Below(s, x, modes.Frozen, p), modes, p)
	}
	return n.LookAbove(s, n.stem(s, x, modes, p), modes, p)
}

// Pooled is the part of Look that the backbone does, from what Below returned
// for modes.Frozen layers or, with none frozen, from pictures.
func (n *Network) Pooled(s *torch.Scope, x *torch.Tensor, modes Modes, p Precision) (pooled *torch.Tensor) {
	if modes.Frozen == 0 {
		x = n.stem(s, x, modes, p)
	}
	return n.above(s, x, modes, p)
}

// Project is the other part of Look, from pooled features.
func (n *Network) Project(s *torch.Scope, pooled *torch.Tensor, modes Modes, p Precision) (features *torch.Tensor) {
	p.during(s, n.Device, func() { features = n.Encoder.Project(s, pooled, modes.Norm) })
	return features
}

func (n *Network) stem(s *torch.Scope, x *torch.Tensor, modes Modes, p Precision) *torch.Tensor {
	p.during(s, n.Device, func() { x = n.Encoder.backbone.below(s, x, 0, modes.Backbone) })
	return x
}

func (n *Network) above(s *torch.Scope, below *torch.Tensor, modes Modes, p Precision) (pooled *torch.Tensor) {
	p.during(s, n.Device, func() {
		pooled = n.Encoder.pool(s, n.Encoder.backbone.above(s, below, modes.Frozen, modes.Backbone))
	})
	return pooled
}

// Below maps normalised pictures (N, 3, S, S) to the output of the backbone's
// first layers, 1 to 4 of them, channels last, without a graph: what a picture
// comes to in layers that are frozen may be kept.
func (n *Network) Below(s *torch.Scope, x *torch.Tensor, layers int, p Precision) *torch.Tensor {
	return s.WithinNoGrad(func(s *torch.Scope) []*torch.Tensor {
		p.during(s, n.Device, func() { x = n.Encoder.backbone.below(s, x, layers, nn.Eval) })
		return []*torch.Tensor{x}
	})[0]
}

// LookAbove is Look for what Below returned for modes.Frozen layers.
func (n *Network) LookAbove(s *torch.Scope, below *torch.Tensor, modes Modes, p Precision) (pooled, features *torch.Tensor) {
	pooled = n.above(s, below, modes, p)
	return pooled, n.Project(s, pooled, modes, p)
}
