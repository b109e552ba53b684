package torch

// #include "ctorch.h"
// #include "table.h"
import "C"

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/seetell/seetell/torch/internal/capi"
)

// pin is the version of libtorch that the shim is written for; the last number
// may differ. A test holds CMakeLists.txt and the set-up to it.
const pin = "2.11"

// The shims' files.
const (
	mainShim = "libseetell_torch.so"
	cudaShim = "libseetell_cuda.so"
	mklShim  = "libseetell_mkl.so"
)

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
// executable, in ../lib/seetell from there or in the user's cache; CUDA's lies
// with it.
//
// Open changes nothing else of the process, but for what MKL is told, see
// [MKL]; for more see [TuneProcess].
func Open() error {
	if opened.Load() {
		return nil
	}
	openLock.Lock()
	defer openLock.Unlock()
	if opened.Load() {
		return nil
	}
	openMKL()
	dir, err := openLibtorch()
	if err != nil {
		return err
	}
	if err := OpenShim(mainShim, capi.List(&C.tg_torch_list)); err != nil {
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
		tried = append(tried, fmt.Sprintf("%s: %v", candidate, err))
	}
	return "", fmt.Errorf("libtorch %s cannot be opened; looked in: %s; `go run github.com/seetell/seetell/cmd/setup@latest` brings it (`make build` in a checkout, `pip install torch==%s` beside Python's seetell), or set LIBTORCH to a folder that has lib/libtorch_cpu.so of version %s, such as an installed PyTorch's",
		pin, strings.Join(tried, ", "), pin+".0", pin)
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
	if err := capi.Open(library); err != nil {
		return err
	}
	if v := loadedVersion(); !matchesPin(v) {
		return fmt.Errorf("it is version %s, and %s is needed", v, pin)
	}
	return nil
}

// OpenShim opens the first shim of this file's name that lies where one is
// looked for, and fills list from it. It is for the packages below this one,
// whose entry points lie in the same libraries.
func OpenShim(file string, list capi.List) error {
	var tried []string
	for _, path := range shimCandidates(file) {
		if _, err := os.Stat(path); err != nil {
			tried = append(tried, path)
			continue
		}
		if err := capi.Fill(path, list); err != nil {
			return fmt.Errorf("seetell's library %s cannot be used: %w; build it anew with `go run github.com/seetell/seetell/cmd/setup@latest` (`make build` in a checkout)", path, err)
		}
		return nil
	}
	return fmt.Errorf("seetell's library %s is not there; looked for: %s; `go run github.com/seetell/seetell/cmd/setup@latest` builds it (`make build` in a checkout), or name it in SEETELL_SHIM", file, strings.Join(tried, ", "))
}

// checkShim compares the version that the shim was compiled for with that of
// the libtorch in dir, which is open.
func checkShim(dir string) error {
	if C.tg_compiled_abi()>>48 == C.tg_running_abi()>>48 { // major and minor
		return nil
	}
	return fmt.Errorf("seetell's library was built for libtorch %s and that of %s is %s; build it anew with `go run github.com/seetell/seetell/cmd/setup@latest` (`make build` in a checkout)",
		C.GoString(C.tg_compiled_version()), dir, loadedVersion())
}
