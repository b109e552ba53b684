package torch

// #include "ctorch.h"
// #include "ctorch_cuda.h"
import "C"

import (
	"fmt"

	"github.com/klauspost/cpuid/v2"
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

// FasterInBFloat16 reports whether products on the device are faster in
// bfloat16 than in float32: on a CPU with AMX or with AMD's AVX512-BF16
// (Intel's alone was measured at half of float32), on CUDA from compute
// capability 8.0.
func FasterInBFloat16(device Device) bool {
	if !device.CUDA {
		return cpuid.CPU.Has(cpuid.AMXBF16) || cpuid.CPU.Has(cpuid.AVX512BF16) && cpuid.CPU.VendorID == cpuid.AMD
	}
	var major C.int32_t
	return device.open() == nil && takeMessage(C.tg_cuda_capability(&major, device.c())) == nil && major >= 8
}
