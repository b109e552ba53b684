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
}

// CPU is the processor and its memory.
var CPU Device

// CUDA returns the CUDA device of the given index.
func CUDA(index int) Device { return Device{CUDA: true, Index: index} }

// String returns PyTorch's name of the device: cpu or cuda:0.
func (d Device) String() string {
	if !d.CUDA {
		return "cpu"
	}
	return "cuda:" + strconv.Itoa(d.Index)
}

// ParseDevice reads "cpu", "cuda", "cuda:1", or "auto", which is the first CUDA
// device where one is usable and the CPU elsewhere. A CUDA device that is not
// there is an error that says what is missing.
func ParseDevice(text string) (Device, error) {
	switch kind, index, indexed := strings.Cut(text, ":"); {
	case text == "cpu":
		return CPU, nil
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
	if c == C.TG_CPU {
		return CPU
	}
	return CUDA(int(c))
}

// c returns the device's number in C.
func (d Device) c() C.int32_t {
	if !d.CUDA {
		return C.TG_CPU
	}
	return C.int32_t(d.Index)
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
