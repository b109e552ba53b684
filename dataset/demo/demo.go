package demo

import (
	"bytes"
	"image"
	"image/png"
	"math/rand/v2"
)

// Source is the name under which the set is opened.
const Source = "demo"

// Split is a part of the set.
type Split struct {
	Name     string
	Pictures []Picture
}

// Picture is one drawing with its captions.
type Picture struct {
	Scene
	ID       string
	Captions []string
	seed     [2]uint64
}

// The sizes of the splits. All scenes of the test split, a fifth of the
// combinations, are in no other.
const (
	trainPictures      = 3000
	validationPictures = 300
	testPictures       = 430
)

// New returns the set that belongs to a seed: train, validation and test.
func New(seed int64) []Split {
	seen, heldOut := combinations()
	return []Split{
		newSplit("train", trainPictures, seen, seed, 1),
		newSplit("validation", validationPictures, seen, seed, 2),
		newSplit("test", testPictures, heldOut, seed, 3),
	}
}

// newSplit draws scenes evenly: all of them in turn, in a new order each time.
func newSplit(name string, n int, scenes []Scene, seed int64, stream uint64) Split {
	random := rand.New(rand.NewPCG(uint64(seed), stream))
	split := Split{Name: name, Pictures: make([]Picture, n)}
	var order []int
	for i := range split.Pictures {
		if i%len(scenes) == 0 {
			order = random.Perm(len(scenes))
		}
		scene := scenes[order[i%len(scenes)]]
		split.Pictures[i] = Picture{
			Scene: scene, ID: scene.id(name, i), Captions: scene.captions(random),
			seed: [2]uint64{random.Uint64(), random.Uint64()},
		}
	}
	return split
}

// PNG draws the picture and returns the file's bytes, the same at every call.
func (p Picture) PNG() ([]byte, error) {
	var file bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := encoder.Encode(&file, p.image()); err != nil {
		return nil, err
	}
	return file.Bytes(), nil
}

func (p Picture) image() *image.RGBA {
	random := p.random()
	return p.draw(stand(p.Count, random), random)
}

// Boxes returns where the picture's things are.
func (p Picture) Boxes() []Box {
	var boxes []Box
	for _, one := range stand(p.Count, p.random()) {
		boxes = append(boxes, one.box(shapes[p.Thing]))
	}
	return boxes
}

func (p Picture) random() *rand.Rand { return rand.New(rand.NewPCG(p.seed[0], p.seed[1])) }
