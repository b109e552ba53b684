package torch

// #include <stdlib.h>
// #include "ctorch_cuda.h"
// #include "table.h"
import "C"

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/seetell/seetell/torch/internal/capi"
)

var (
	cudaLock   sync.Mutex
	cudaOpened atomic.Bool
)

// driverPresent reports whether NVIDIA's driver can be opened.
func driverPresent() bool { return capi.Open("libcuda.so.1") == nil }

// openCUDA opens libtorch's CUDA library and our shim for it, once.
func openCUDA() error {
	if cudaOpened.Load() {
		return nil
	}
	cudaLock.Lock()
	defer cudaLock.Unlock()
	if cudaOpened.Load() {
		return nil
	}
	if !driverPresent() {
		return errors.New("no CUDA device: NVIDIA's driver (libcuda.so.1) is not on this machine")
	}
	if backwardRan.Load() {
		return errors.New("CUDA must be opened, by ParseDevice, before the first Backward")
	}
	if err := loadCUDA(); err != nil {
		return err
	}
	cudaOpened.Store(true)
	seedLock.Lock()
	defer seedLock.Unlock()
	if seeded {
		return seedCUDA()
	}
	return nil
}

// loadCUDA fills the tables of the CUDA shim; it asks nothing of a device.
func loadCUDA() error {
	library := filepath.Join(location, "lib", "libtorch_cuda.so")
	if err := capi.Open(library); err != nil {
		return fmt.Errorf("libtorch's CUDA library cannot be opened (%w): set up a CUDA build of libtorch, with `make CUDA=1 build` or by installing PyTorch", err)
	}
	for _, list := range []capi.List{capi.List(&C.tg_cuda_list), capi.List(&C.tg_graph_list)} {
		if err := OpenShim(cudaShim, list); err != nil {
			return err
		}
	}
	if v := compiledForCUDA(); !matchesPin(v) {
		return fmt.Errorf("seetell's CUDA library was built for libtorch %s and %s runs; build it anew with `make CUDA=1 build`", v, version)
	}
	return nil
}

func compiledForCUDA() string { return C.GoString(C.tg_cuda_compiled_version()) }

// CUDACount returns the number of CUDA devices, 0 where CUDA cannot be used.
func CUDACount() int {
	if Open() != nil || openCUDA() != nil {
		return 0
	}
	count, err := countCUDA()
	if err != nil {
		return 0
	}
	return count
}

// countCUDA asks libtorch for the number of devices; the table is filled.
func countCUDA() (int, error) {
	var count C.int32_t
	err := takeMessage(C.tg_cuda_count(&count))
	return int(count), err
}

// CUDAName returns the product name of a CUDA device, or "" where it is absent.
func CUDAName(index int) string {
	if CUDA(index).open() != nil {
		return ""
	}
	name := (*C.char)(C.calloc(256, 1))
	defer C.free(unsafe.Pointer(name))
	if takeMessage(C.tg_cuda_name(name, 256, C.int32_t(index))) != nil {
		return ""
	}
	return C.GoString(name)
}

// Synchronize waits until the device has done what it was asked; on the CPU
// that is always so.
func Synchronize(device Device) error {
	if !device.CUDA {
		return nil
	}
	if err := device.open(); err != nil {
		return err
	}
	return takeMessage(C.tg_cuda_synchronize(device.c()))
}
