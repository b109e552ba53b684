package captioner

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/seetell/seetell/torch"
)

// OpenAll is Open for the checkpoints at several paths, which caption together:
// by the mean of their probabilities for each word, in one search. They must
// know the same words and see pictures alike; what is told of attention is the
// first one's.
func OpenAll(paths []string, o Options) (*Model, error) {
	if len(paths) == 0 {
		return nil, errors.New("no checkpoint is named")
	}
	m, err := Open(paths[0], o)
	if err != nil {
		return nil, err
	}
	for _, path := range paths[1:] {
		network, other, err := Load(path, m.network.Device)
		if err == nil {
			m.others = append(m.others, network)
			network.Uniform(o.Uniform)
			err = m.agrees(other, path, paths[0])
		}
		if err != nil {
			m.Close()
			return nil, err
		}
	}
	return m, nil
}

// agrees says why the model at another path cannot caption together with m.
func (m *Model) agrees(other Metadata, path, first string) error {
	switch {
	case !slices.Equal(m.Metadata.Vocabulary, other.Vocabulary) || m.Tokenizer != other.Tokenizer:
		return fmt.Errorf("%s and %s know different words: models that caption together must have one vocabulary", first, path)
	case !reflect.DeepEqual(m.Preprocessing, other.Preprocessing):
		return fmt.Errorf("%s and %s prepare pictures differently: models that caption together must see them alike", first, path)
	}
	return nil
}

// views returns what each network makes of pictures, RGB pixels of the
// preprocessing's size, and with Options.Flip of their mirror images too.
func (m *Model) views(s *torch.Scope, pixels []uint8, pictures int) (views []view) {
	size := m.Preprocessing.Size
	seen := [][]uint8{pixels}
	if m.flip {
		seen = append(seen, mirrored(pixels, size))
	}
	for _, network := range append([]*Network{m.network}, m.others...) {
		for _, pixels := range seen {
			x := torch.FromSlice(s, pixels, int64(pictures), int64(size), int64(size), 3).ToDevice(s, network.Device)
			_, features := network.EncodePictures(s, Normalise(s, x, m.Preprocessing), Evaluation, m.precision)
			views = append(views, view{network, features})
		}
	}
	return views
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
