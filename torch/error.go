package torch

// #include "ctorch.h"
import "C"

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/seetell/seetell/torch/internal/capi"
)

// Error is an operator that failed.
type Error struct {
	Op      string    // as the method's name in PyTorch
	Message string    // libtorch's, or ours
	Shapes  [][]int64 // of the operator's tensors
}

func (e *Error) Error() string {
	if len(e.Shapes) == 0 {
		return fmt.Sprintf("%s: %s", e.Op, e.Message)
	}
	shapes := make([]string, len(e.Shapes))
	for i, shape := range e.Shapes {
		shapes[i] = shapeText(shape)
	}
	return fmt.Sprintf("%s of %s: %s", e.Op, strings.Join(shapes, ", "), e.Message)
}

// shapeText returns a shape as PyTorch prints it: (2, 3).
func shapeText(shape []int64) string {
	return "(" + strings.Trim(strings.ReplaceAll(fmt.Sprint(shape), " ", ", "), "[]") + ")"
}

// OutOfMemory reports whether the device, or the machine, had too little
// memory for the operator.
func (e *Error) OutOfMemory() bool { return memorySigns.MatchString(e.Message) }

// memorySigns are the words of libtorch, C++ and oneDNN for want of memory;
// oneDNN's last is about a kernel already chosen, whose code found no room.
var memorySigns = regexp.MustCompile(`not enough memory|can't allocate memory|out of memory|bad_alloc|could not create a memory|could not create a primitive$`)

// newError makes an error of libtorch's message, which it frees.
func newError(op string, message capi.Message, inputs []*Tensor) *Error {
	e := &Error{Op: op, Message: capi.Text(message)}
	for _, x := range inputs {
		if x != absent {
			e.Shapes = append(e.Shapes, x.Shape())
		}
	}
	return e
}

// takeMessage returns a message of the shim as an error, and frees it.
func takeMessage(message *C.char) error { return capi.Err(capi.Message(message)) }
