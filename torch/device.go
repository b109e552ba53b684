package torch

// #include "ctorch.h"
import "C"

import (
	"fmt"
	"strconv"
	"strings"
)

// Device is where a tensor's elements are and its operators run.
type Device struct {
	CUDA  bool
	Index int // of the CUDA device
	kind  kind
}

// kind tells the devices apart that are not CUDA's.
type kind int8

const (
	processor kind = iota
	meta
	privateUse1
)

var (
	// CPU is the processor and its memory.
	CPU Device

	// Meta is libtorch's device without memory, whose tensors have a shape and a
	// type and no values.
	Meta = Device{kind: meta}

	// PrivateUse1 is a device that a library outside of libtorch adds to it under
	// this name; the program opens that library, before the first Backward.
	PrivateUse1 = Device{kind: privateUse1}
)

// CUDA returns the CUDA device of the given index.
func CUDA(index int) Device { return Device{CUDA: true, Index: index} }

// String returns PyTorch's name of the device, such as cpu or cuda:0.
func (d Device) String() string {
	switch {
	case d.CUDA:
		return "cuda:" + strconv.Itoa(d.Index)
	case d.kind == meta:
		return "meta"
	case d.kind == privateUse1:
		return "privateuseone"
	default:
		return "cpu"
	}
}

// ParseDevice reads "cpu", "cuda", "cuda:1", "privateuseone", or "auto", which is
// the first CUDA device where one is usable and the CPU elsewhere. A CUDA device
// that is not there is an error that says what is missing.
func ParseDevice(text string) (Device, error) {
	switch kind, index, indexed := strings.Cut(text, ":"); {
	case text == "cpu":
		return CPU, nil
	case text == "privateuseone":
		return PrivateUse1, PrivateUse1.open()
	case text == "auto":
		if driverPresent() && CUDA(0).open() == nil {
			return CUDA(0), nil
		}
		return CPU, nil
	case text == "cuda":
		return CUDA(0), CUDA(0).open()
	case kind == "cuda" && indexed:
		n, err := strconv.ParseUint(index, 10, 8)
		if err != nil {
			return CPU, fmt.Errorf("device %q: %q is not the number of a CUDA device", text, index)
		}
		return CUDA(int(n)), CUDA(int(n)).open()
	}
	return CPU, fmt.Errorf("device %q is none of auto, cpu, cuda, cuda:N", text)
}

func deviceOf(c C.int32_t) Device {
	switch c {
	case C.TG_CPU:
		return CPU
	case C.TG_META:
		return Meta
	case C.TG_PRIVATE_USE:
		return PrivateUse1
	default:
		return CUDA(int(c))
	}
}

// c returns the device's number in C.
func (d Device) c() C.int32_t {
	switch {
	case d.CUDA:
		return C.int32_t(d.Index)
	case d.kind == meta:
		return C.TG_META
	case d.kind == privateUse1:
		return C.TG_PRIVATE_USE
	default:
		return C.TG_CPU
	}
}

// open opens what the device needs, and reports whether it is there.
func (d Device) open() error {
	if err := Open(); err != nil || !d.CUDA {
		return err
	}
	if err := openCUDA(); err != nil {
		return fmt.Errorf("device %s: %w", d, err)
	}
	count, err := countCUDA()
	switch {
	case err != nil:
		return fmt.Errorf("device %s: %w", d, err)
	case count == 0:
		return fmt.Errorf("device %s: libtorch finds no CUDA device; see what nvidia-smi says", d)
	case d.Index < 0 || d.Index >= count:
		return fmt.Errorf("device %s: there are %d CUDA devices, counted from 0", d, count)
	}
	return nil
}

// device returns the number of a device in C, opened; the scope fails where it
// cannot be.
func (s *Scope) device(d Device) C.int32_t {
	if d.CUDA {
		s.Fail(d.open())
	}
	return d.c()
}
