package torch

// #include "ctorch.h"
// #include "ctorch_cuda.h"
import "C"

import (
	"fmt"
	"os"
	"runtime"
	"strconv"

	"github.com/klauspost/cpuid/v2"

	"github.com/seetell/seetell/internal/cgroup"
	"github.com/seetell/seetell/torch/internal/capi"
)

// TuneProcess fits the whole process to training and captioning: the C library's
// allocator keeps freed memory for the next tensors, and OpenMP's threads spin
// for no more than about a millisecond (unless GOMP_SPINCOUNT or
// OMP_WAIT_POLICY is set), so that programs that share the cores do not hold
// each other up. Where a container or its like gives the process fewer
// processors than the machine has, libtorch takes as many threads (unless
// OMP_NUM_THREADS or GOMAXPROCS is set). Where addresses are limited (ulimit
// -v), tensors leave some of them to what ends the process where it gets none:
// oneDNN, and Go's runtime. It sets environment variables: a program calls it at its
// start, before Open.
func TuneProcess() {
	capi.KeepMemory()
	capi.SpinBriefly()
	_ = os.Setenv("SEETELL_SPARE_ADDRESSES", strconv.Itoa(spareAddresses))
	if n := quota(cgroup.Processors(), runtime.NumCPU(), os.Getenv); n > 0 {
		_ = os.Setenv("OMP_NUM_THREADS", strconv.Itoa(n)) // which fails for no such name
	}
}

// spareAddresses is how many bytes of addresses tensors leave.
const spareAddresses = 384 << 20

// quota returns the number of threads for a process that may use no more than a
// number of processors at once; 0 where it may use all, or somebody has said how many.
func quota(allowed, processors int, variable func(string) string) int {
	if allowed >= processors || variable("OMP_NUM_THREADS") != "" || variable("GOMAXPROCS") != "" {
		return 0
	}
	return allowed
}

// maxThreads is more than any machine has of use; OpenMP ends the process where
// it cannot start as many as it was told.
const maxThreads = 4096

// SetThreads sets how many threads an operator on the CPU uses.
func SetThreads(n int) error {
	if err := Open(); err != nil {
		return err
	}
	if n < 1 || n > maxThreads {
		return fmt.Errorf("%d threads: there can be 1 to %d", n, maxThreads)
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
	if device == CPU {
		return cpuid.CPU.Has(cpuid.AMXBF16) || cpuid.CPU.Has(cpuid.AVX512BF16) && cpuid.CPU.VendorID == cpuid.AMD
	}
	if !device.CUDA {
		return false
	}
	var major C.int32_t
	return device.open() == nil && takeMessage(C.tg_cuda_capability(&major, device.c())) == nil && major >= 8
}

// ImitatesBFloat16 reports whether products in bfloat16 are imitated on the
// device, at many times float32's time: on an x86 processor without AVX512.
func ImitatesBFloat16(device Device) bool {
	return device == CPU && runtime.GOARCH == "amd64" && !cpuid.CPU.Supports(cpuid.AVX512BW, cpuid.AVX512DQ, cpuid.AVX512VL)
}

// WorkAlone has operators on the CPU that are called on this thread of the
// operating system use it alone, for good: the goroutine has locked itself to it.
// Threads that do so side by side never wait for each other, as the threads of
// one operator do.
func WorkAlone() error {
	if err := Open(); err != nil {
		return err
	}
	return takeMessage(C.tg_work_alone())
}
