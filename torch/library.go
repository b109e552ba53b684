package torch

// #include <stdlib.h>
// #include "ctorch.h"
// #include "loader.h"
import "C"

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"
)

// pin is the version of libtorch that the shim is written for; the last number
// may differ.
const pin = "2.11"

var (
	openLock sync.Mutex
	opened   atomic.Bool
	location string // libtorch's folder
	version  string
)

// Open finds and opens libtorch and the shim, once; every Run does so. The
// error says where they were looked for and what to do.
//
// Libtorch is looked for in LIBTORCH, a folder that has lib/libtorch_cpu.so,
// and where that is not set in the user's cache and in an installed PyTorch.
// The shim, libseetell_torch.so, is the file SEETELL_SHIM, or lies beside the
// executable, in the checkout or in the user's cache; CUDA's lies with it.
//
// Open also tells the C library's allocator, for the whole process, to keep
// freed memory for the next tensors, and OpenMP's threads to spin for no more
// than about a millisecond (unless GOMP_SPINCOUNT or OMP_WAIT_POLICY is set),
// so that programs that share the cores do not hold each other up.
func Open() error {
	if opened.Load() {
		return nil
	}
	openLock.Lock()
	defer openLock.Unlock()
	if opened.Load() {
		return nil
	}
	C.loader_keep_memory()
	C.loader_spin_briefly()
	dir, err := openLibtorch()
	if err != nil {
		return err
	}
	if err := openShim("libseetell_torch.so", func(path *C.char) *C.char { return C.loader_fill(path) }); err != nil {
		return err
	}
	if err := checkShim(dir); err != nil {
		return err
	}
	location, version = dir, runningVersion(dir)
	opened.Store(true)
	return nil
}

// Version returns the version of the libtorch that is open, such as
// 2.11.0+cpu, or "" where none can be opened.
func Version() string {
	if Open() != nil {
		return ""
	}
	return version
}

// Location returns the folder of the libtorch that is open, or "" where none
// can be.
func Location() string {
	if Open() != nil {
		return ""
	}
	return location
}

// openLibtorch opens the first usable libtorch and returns its folder.
func openLibtorch() (string, error) {
	var tried []string
	for candidate := range libtorchCandidates() {
		err := openLibtorchAt(candidate.path)
		if err == nil {
			return candidate.path, nil
		}
		tried = append(tried, fmt.Sprintf("  %s: %v", candidate, err))
	}
	return "", fmt.Errorf("libtorch %s cannot be opened; looked in:\n%s\nrun `make build` in seetell's checkout, which brings it, or set LIBTORCH to a folder that has lib/libtorch_cpu.so of version %s, such as an installed PyTorch's",
		pin, strings.Join(tried, "\n"), pin)
}

func openLibtorchAt(dir string) error {
	if dir == "" {
		return errors.New("not found")
	}
	library := filepath.Join(dir, "lib", "libtorch_cpu.so")
	if _, err := os.Stat(library); err != nil {
		return errors.New("no lib/libtorch_cpu.so there")
	}
	if v := recordedVersion(dir); v != "" && !matchesPin(v) {
		return fmt.Errorf("it is version %s, and %s is needed", v, pin)
	}
	if err := openGlobal(library); err != nil {
		return err
	}
	if v := loadedVersion(); !matchesPin(v) {
		return fmt.Errorf("it is version %s, and %s is needed", v, pin)
	}
	return nil
}

// openGlobal opens a library whose symbols serve those opened later.
func openGlobal(path string) error {
	c := C.CString(path)
	defer C.free(unsafe.Pointer(c))
	return takeMessage(C.loader_open(c))
}

// openShim opens the first shim that lies where one is looked for.
func openShim(file string, fill func(path *C.char) *C.char) error {
	var tried []string
	for _, path := range shimCandidates(file) {
		if _, err := os.Stat(path); err != nil {
			tried = append(tried, "  "+path)
			continue
		}
		c := C.CString(path)
		defer C.free(unsafe.Pointer(c))
		if err := takeMessage(fill(c)); err != nil {
			return fmt.Errorf("seetell's library %s cannot be used: %w; build it anew with `make build`", path, err)
		}
		return nil
	}
	return fmt.Errorf("seetell's library %s is not there; looked for:\n%s\nbuild it with `make build` in seetell's checkout, or name it in SEETELL_SHIM", file, strings.Join(tried, "\n"))
}

// checkShim compares the version that the shim was compiled for with that of
// the libtorch in dir, which is open.
func checkShim(dir string) error {
	if C.tg_compiled_abi()>>48 == C.tg_running_abi()>>48 { // major and minor
		return nil
	}
	return fmt.Errorf("seetell's library was built for libtorch %s and that of %s is %s; build it anew with `make build`",
		C.GoString(C.tg_compiled_version()), dir, loadedVersion())
}
