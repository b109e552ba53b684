// Package testdevice gives tests a device that is not the CPU where there is
// none: torch/ctorch/testdevice, which computes on the CPU and trips over what a
// GPU trips over. Its own tests train and caption on it, and on libtorch's meta
// device.
package testdevice

// #cgo LDFLAGS: -ldl
// #include <dlfcn.h>
// #include <stdlib.h>
import "C"

import (
	"errors"
	"os"
	"path/filepath"
	"unsafe"

	"github.com/seetell/seetell/internal/testshim"
	"github.com/seetell/seetell/torch"
)

// Open gives the process the device torch.PrivateUse1. It comes before the
// process's first Backward, behind which libtorch takes no further devices.
func Open() error {
	testshim.Use()
	if err := torch.Open(); err != nil {
		return err
	}
	path := filepath.Join(filepath.Dir(os.Getenv("SEETELL_SHIM")), "..", "test", "libseetell_testdevice.so")
	c := C.CString(path)
	defer C.free(unsafe.Pointer(c))
	if C.dlopen(c, C.RTLD_NOW|C.RTLD_GLOBAL) == nil {
		return errors.New(C.GoString(C.dlerror()))
	}
	return torch.OpenGraphs(path)
}
