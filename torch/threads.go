package torch

// #include "ctorch.h"
// #include "ctorch_cuda.h"
import "C"

import (
	"fmt"

	"golang.org/x/sys/cpu"
)

// SetThreads sets how many threads an operator on the CPU uses.
func SetThreads(n int) error {
	if err := Open(); err != nil {
		return err
	}
	if err := takeMessage(C.tg_set_threads(C.int32_t(n))); err != nil {
		return fmt.Errorf("%d threads: %w", n, err)
	}
	return nil
}

// Threads returns how many threads an operator on the CPU uses, or 0 without
// libtorch.
func Threads() int {
	if Open() != nil {
		return 0
	}
	return int(C.tg_threads())
}

// NativeBFloat16 reports whether the device computes in bfloat16 directly: a
// CPU by AVX512-BF16 or AMX, CUDA from compute capability 8.0.
func NativeBFloat16(device Device) bool {
	if !device.CUDA {
		return cpu.X86.HasAVX512BF16 || cpu.X86.HasAMXBF16
	}
	var major C.int32_t
	return device.open() == nil && takeMessage(C.tg_cuda_capability(&major, device.c())) == nil && major >= 8
}
