package torch

import (
	"fmt"
	"os"

	"github.com/klauspost/cpuid/v2"

	"github.com/seetell/seetell/torch/internal/capi"
)

// Values of the environment variable SEETELL_MKL.
const (
	mklOwn  = "own"  // MKL chooses by itself
	mklFast = "fast" // it is told to be fast on every processor that can be
)

// asksMKL reports whether MKL within libtorch is told that the processor is
// Intel's. On others it takes its slowest kernels, in float32 at less than half
// of what those with AVX2 do; these want a processor that has it.
func asksMKL(setting string, intel, avx2 bool) bool {
	return avx2 && setting != mklOwn && (!intel || setting == mklFast)
}

// openMKL opens the library that answers MKL, where it helps and lies where
// libraries are looked for. Without it products are slower and no less right.
func openMKL() {
	if !asksMKL(os.Getenv("SEETELL_MKL"), cpuid.CPU.VendorID == cpuid.Intel, cpuid.CPU.Has(cpuid.AVX2)) {
		return
	}
	for _, path := range shimCandidates(mklShim) {
		if capi.Open(path) == nil {
			return
		}
	}
}

// MKL says in words which kernels libtorch's MKL takes for products in float32.
// On processors with AVX2 that are not Intel's, Open asks for its fast ones,
// unless SEETELL_MKL is own.
func MKL() string {
	if Open() != nil {
		return ""
	}
	if asked := capi.MKLAsked(); asked >= 0 {
		return fmt.Sprintf("the kernels for AVX2 and up, by seetell's answer (asked %d times); SEETELL_MKL=own leaves the choice to MKL", asked)
	}
	return "its own choice"
}
