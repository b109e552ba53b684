package predict

import "github.com/seetell/seetell/evaluate/grounding"

// openRegions returns what is where in the pictures, as a file says; nil where
// nobody knows.
func (e *evaluation) openRegions() (*Regions, error) {
	if e.Boxes == "" {
		return nil, nil
	}
	boxes, err := grounding.ReadInstances(e.Boxes)
	return &Regions{Boxes: boxes, Names: grounding.COCO()}, err
}
