package captioner

import (
	"errors"
	"fmt"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/torch"
)

var (
	errNoNetwork    = errors.New("no network: NewNetwork or Load makes one")
	errNoVocabulary = errors.New("no vocabulary")
)

// takes tells whether features are such as the decoder attends to, (N, L, F) of
// one picture and one place at least, and fails the scope where they are not.
func (n *Network) takes(s *torch.Scope, features *torch.Tensor) bool {
	if n == nil || n.scope == nil {
		s.Fail(errNoNetwork)
		return false
	}
	shape := features.Shape()
	if len(shape) != 3 || shape[0] < 1 || shape[1] < 1 || shape[2] != int64(n.Config.Features) {
		s.Fail(fmt.Errorf("features of shape %v: (pictures, places, %d) is what the decoder attends to", shape, n.Config.Features))
	}
	return s.Err() == nil
}

// learns is takes for targets too: their pictures must be among those whose
// features are given, their words among the network's.
func (n *Network) learns(s *torch.Scope, features *torch.Tensor, t Targets) bool {
	if n.takes(s, features) {
		s.Fail(t.check(features.Dim(0), int64(n.VocabularySize)))
	}
	return s.Err() == nil
}

// check says what keeps targets from being taught.
func (t Targets) check(pictures, words int64) error {
	switch {
	case t.err != nil:
		return t.err
	case t.fixed != nil:
		return t.fixed.check(pictures, words)
	case t.count < 1:
		return errors.New("targets without words")
	case t.Captions != len(t.sortedIndices) || t.Captions != len(t.Picture):
		return fmt.Errorf("targets of %d captions say %d, and the pictures of %d", len(t.sortedIndices), t.Captions, len(t.Picture))
	}
	for _, picture := range t.Picture {
		if picture < 0 || picture >= pictures {
			return fmt.Errorf("targets with a caption of picture %d, where there are features of %d pictures", picture, pictures)
		}
	}
	for _, word := range t.words {
		if word < 0 || word >= words {
			return fmt.Errorf("targets with the word %d, where the network has %d words", word, words)
		}
	}
	return nil
}

// checkLayers says what is wrong with a number of layers that learn nothing.
func checkLayers(layers int) error {
	if layers < 0 || layers > BackboneLayers {
		return fmt.Errorf("%d frozen layers: must be from 0 to %d", layers, BackboneLayers)
	}
	return nil
}

// sees tells whether the backbone, or layers of it, can be given x, (N, C, H, W)
// with one channel and pixel at least, and fails the scope where not.
func (n *Network) sees(s *torch.Scope, x *torch.Tensor, layers int) bool {
	if n == nil || n.scope == nil {
		s.Fail(errNoNetwork)
		return false
	}
	s.Fail(checkLayers(layers))
	if shape := x.Shape(); len(shape) != 4 || min(shape[1], shape[2], shape[3]) < 1 {
		s.Fail(fmt.Errorf("pictures of shape %v: (pictures, channels, height, width) is what the backbone sees", shape))
	}
	return s.Err() == nil
}

// checkViews says what keeps views from being searched together in a
// vocabulary's words.
func checkViews(s *torch.Scope, views []View, v *Vocabulary) error {
	switch {
	case len(views) == 0:
		return errors.New("no view of pictures is given")
	case v == nil:
		return errNoVocabulary
	}
	for _, view := range views {
		switch {
		case !view.Network.takes(s, view.Features):
			return s.Err()
		case view.Features.Dim(0) != views[0].Features.Dim(0):
			return fmt.Errorf("views of %d and of %d pictures", views[0].Features.Dim(0), view.Features.Dim(0))
		case view.Network.VocabularySize != v.Len():
			return fmt.Errorf("a network of %d words and a vocabulary of %d", view.Network.VocabularySize, v.Len())
		}
	}
	return nil
}

// nothing is what a call returns whose scope has failed, a tensor without values.
func nothing(s *torch.Scope) *torch.Tensor { return torch.Zeros(s, torch.Float32, torch.CPU) }

// leastWords is the size of a vocabulary of special words alone.
const leastWords = checkpoint.Unknown + 1
