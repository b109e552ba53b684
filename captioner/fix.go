package captioner

import (
	"fmt"

	"github.com/seetell/seetell/torch"
)

// Fixed is a network whose weights do not change for a while, some of them laid
// out for the products to come: on the CPU the backbone's convolutions carry
// their BatchNorms, and the decoder's weights are joined once.
type Fixed struct {
	scope *torch.Scope
	undo  []func()
}

// picturesAtOnce is about how many pictures an encoder is given.
const picturesAtOnce = 4

// mostFixed is the largest side that weights are laid out for, that of
// picture.Preprocessing.
const mostFixed = 4096

// Fix lays out all weights, for Evaluation and searches of pictures of size ×
// size pixels in precision p. Close undoes it, before the network's.
func (n *Network) Fix(p Precision, size int) (*Fixed, error) {
	f, err := n.FixLayers(p, size, BackboneLayers)
	if err != nil || !n.Decoder.atOnce(n.Device) {
		return f, err
	}
	err = torch.NoGrad(func(s *torch.Scope) error {
		w := n.Decoder.fuse(f.scope, p).pack(f.scope)
		n.Decoder.fixed = &w
		f.undo = append(f.undo, func() { n.Decoder.fixed = nil })
		return f.scope.Err()
	})
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// FixLayers lays out the stem and the first layers alone, those that training
// leaves as they are.
func (n *Network) FixLayers(p Precision, size, layers int) (*Fixed, error) {
	if size < 1 || size > mostFixed || layers < 0 || layers > BackboneLayers {
		return nil, fmt.Errorf("no weights are laid out for %d layers and pictures of %d × %d pixels", layers, size, size)
	}
	f := &Fixed{scope: torch.NewScope()}
	if n.Device != torch.CPU || !torch.Packs(f.scope, p.dtype()) {
		return f, nil
	}
	err := torch.NoGrad(func(*torch.Scope) error {
		f.undo = append(f.undo, n.Encoder.backbone.Fold(f.scope, p.dtype(), picturesAtOnce, int64(size), layers))
		return f.scope.Err()
	})
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Close undoes Fix. Closing nil is harmless.
func (f *Fixed) Close() {
	if f == nil {
		return
	}
	for _, undo := range f.undo {
		undo()
	}
	f.undo = nil
	f.scope.Close()
}

// fix lays out the weights of a model's networks, once, where that pays; release
// undoes it.
func (m *Model) fix() error {
	if m.loose || m.fixed != nil {
		return nil
	}
	for _, network := range append(m.others[:len(m.others):len(m.others)], m.network) {
		fixed, err := network.Fix(m.precision, m.Preprocessing.Size)
		if err != nil {
			m.release()
			return err
		}
		m.fixed = append(m.fixed, fixed)
	}
	return nil
}

func (m *Model) release() {
	for _, fixed := range m.fixed {
		fixed.Close()
	}
	m.fixed = nil
}
