package predict

import (
	"github.com/seetell/seetell/dataset/demo"
	"github.com/seetell/seetell/evaluate/grounding"
)

// openRegions returns what is where in the pictures: as a file says, or, of the
// built-in set, as it was drawn; nil where nobody knows.
func openRegions(o Evaluation) (*Regions, error) {
	if o.Boxes != "" {
		boxes, err := grounding.ReadInstances(o.Boxes)
		return &Regions{Boxes: boxes, Names: grounding.COCO()}, err
	}
	if o.Data == demo.Source {
		return drawn(o.Set.Seed, o.Split), nil
	}
	return nil, nil
}

// drawn returns where the things of the built-in set are. Its words name them by
// their kind and by their colour, and what is around them.
func drawn(seed int64, split string) *Regions {
	r := &Regions{Boxes: map[string][]grounding.Box{}, Names: grounding.Names{}, Around: demo.Places}
	for _, word := range demo.Nouns() {
		r.Names[word] = []string{"thing"}
	}
	for _, word := range demo.Colours {
		r.Names[word] = []string{"colour"}
	}
	for _, s := range demo.New(seed) {
		if s.Name != split {
			continue
		}
		for _, p := range s.Pictures {
			for _, b := range p.Boxes() {
				for _, category := range []string{"thing", "colour"} {
					r.Boxes[p.ID] = append(r.Boxes[p.ID], grounding.Box{Category: category, X: b.X, Y: b.Y, Width: b.Width, Height: b.Height})
				}
			}
		}
	}
	return r
}
