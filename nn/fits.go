package nn

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seetell/seetell/nn/tensorfile"
)

// Shape is the name of a tensor of a module, and its shape.
type Shape struct {
	Name string
	Of   []int64
}

// Fits tells whether a file's tensors have the names and shapes that a module
// needs, before the module is built: a small file may say that its module is
// a large one. It returns a *MismatchError, as Load does, which alone sees
// the values.
func Fits(needed []Shape, found []tensorfile.Tensor) error {
	shapes := make(map[string][]int64, len(found))
	for _, t := range found {
		shapes[t.Name] = t.Shape
	}
	wrong := &MismatchError{}
	for _, n := range needed {
		shape, ok := shapes[n.Name]
		delete(shapes, n.Name)
		switch {
		case !ok && strings.HasSuffix(n.Name, tracked):
		case !ok:
			wrong.Missing = append(wrong.Missing, n.Name)
		case !slices.Equal(shape, n.Of):
			wrong.Misshapen = append(wrong.Misshapen, fmt.Sprintf("%s %v, not %v", n.Name, shape, n.Of))
		}
	}
	for _, t := range found {
		if _, left := shapes[t.Name]; left {
			wrong.Unexpected = append(wrong.Unexpected, t.Name)
		}
	}
	return wrong.orNil()
}
