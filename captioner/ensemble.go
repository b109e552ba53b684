package captioner

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/seetell/seetell/picture"
	"github.com/seetell/seetell/torch"
)

// LoadAll is Load for the checkpoints at several paths, whose networks caption
// together. They must know the same words and see pictures alike; the metadata is
// the first one's.
func LoadAll(paths []string, device torch.Device) (networks []*Network, first Metadata, err error) {
	return loadAll(paths, readAhead(paths), device)
}

func loadAll(paths []string, read <-chan contents, device torch.Device) (networks []*Network, first Metadata, err error) {
	if len(paths) == 0 {
		return nil, first, errors.New("no checkpoint is named")
	}
	for i, path := range paths {
		network, meta, err := load(path, <-read, device)
		if err == nil {
			networks = append(networks, network)
			if i == 0 {
				first = meta
			}
			err = agree(first, meta, paths[0], path)
		}
		if err != nil {
			for _, n := range networks {
				n.Close()
			}
			return nil, first, err
		}
	}
	return networks, first, nil
}

// agree says why models at two paths cannot caption together.
func agree(first, other Metadata, firstPath, path string) error {
	switch {
	case !slices.Equal(first.Vocabulary, other.Vocabulary) || first.Tokenizer != other.Tokenizer:
		return fmt.Errorf("%s and %s know different words: models that caption together must have one vocabulary", firstPath, path)
	case !reflect.DeepEqual(first.Preprocessing, other.Preprocessing):
		return fmt.Errorf("%s and %s prepare pictures differently: models that caption together must see them alike", firstPath, path)
	}
	return nil
}

// MoreViews returns, behind the first network's view of pictures, what the others
// make of them and, with flip, what each makes of their mirror images. Pixels are
// RGB, of the preprocessing's size.
func MoreViews(s *torch.Scope, first View, others []*Network, flip bool, pixels []uint8, pictures int, how picture.Preprocessing, p Precision) []View {
	views := []View{first}
	switch size := how.Size; {
	case slices.ContainsFunc(append([]*Network{first.Network}, others...), func(n *Network) bool { return n == nil || n.scope == nil }):
		s.Fail(errNoNetwork)
		return views
	case size < 1 || size > 4096 || pictures < 0 || len(pixels)%(3*size*size) != 0 || len(pixels)/(3*size*size) != pictures:
		s.Fail(fmt.Errorf("%d bytes are not %d pictures of %d x %d pixels", len(pixels), pictures, size, size))
		return views
	}
	see := func(network *Network, pixels []uint8) {
		views = append(views, View{network, network.encodePixels(s, pixels, how, p)})
	}
	for _, network := range others {
		see(network, pixels)
	}
	if flip {
		turned := mirrored(pixels, how.Size)
		for _, network := range append([]*Network{first.Network}, others...) {
			see(network, turned)
		}
	}
	return views
}

// encodedAtOnce is how many pictures are encoded at once: what the first layers
// put out is large.
const encodedAtOnce = 8

// encodePixels returns the features f of pictures, as EncodePictures does.
func (n *Network) encodePixels(s *torch.Scope, pixels []uint8, how picture.Preprocessing, p Precision) *torch.Tensor {
	size := int64(how.Size)
	var parts []*torch.Tensor
	for part := range slices.Chunk(pixels, encodedAtOnce*3*how.Size*how.Size) {
		parts = append(parts, s.Within(func(s *torch.Scope) []*torch.Tensor {
			x := torch.FromSlice(s, part, int64(len(part))/(3*size*size), size, size, 3).ToDevice(s, n.Device)
			_, features := n.EncodePictures(s, Normalise(s, x, how), Evaluation, p)
			return []*torch.Tensor{features}
		})...)
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return torch.Cat(s, 0, parts...)
}

// views returns what the model's networks make of pictures.
func (m *Model) views(s *torch.Scope, pixels []uint8, pictures int) []View {
	first := View{m.network, m.network.encodePixels(s, pixels, m.Preprocessing, m.precision)}
	return MoreViews(s, first, m.others, m.flip, pixels, pictures, m.Preprocessing, m.precision)
}

// mirrored returns rows of width RGB pixels from right to left.
func mirrored(pixels []uint8, width int) []uint8 {
	out := make([]uint8, len(pixels))
	for row := 0; row < len(pixels); row += 3 * width {
		for x := range width {
			copy(out[row+3*x:row+3*x+3], pixels[row+3*(width-1-x):])
		}
	}
	return out
}
