// Package capi is what package torch and the packages below it share in order
// to call C++: shims that are found and opened at run time, their tables of
// entry points, tensors as C has them, and messages.
//
// A package with a shim of its own writes its entry points as a macro list, as
// torch/ctorch.h does, names them in a struct capi_list (loader.h), and calls
// them within torch.Scope.Call.
package capi

// #cgo CFLAGS: -std=c11 -D_GNU_SOURCE
// #cgo LDFLAGS: -ldl
// #include <stdlib.h>
// #include "loader.h"
import "C"

import (
	"errors"
	"strings"
	"unsafe"
)

// Handle is C's reference to a tensor, a struct tg_tensor.
type Handle unsafe.Pointer

// Message is a text of C that whoever gets it frees, or nil for none.
type Message unsafe.Pointer

// Text returns a message's text, and frees it.
func Text(m Message) string {
	defer C.free(unsafe.Pointer(m))
	return strings.TrimSpace(C.GoString((*C.char)(m)))
}

// Err returns a message as an error, and frees it; nil for none.
func Err(m Message) error {
	if m == nil {
		return nil
	}
	return errors.New(Text(m))
}

// List is a struct capi_list of C.
type List unsafe.Pointer

// Fill opens the shim at path and fills the list's table, or nothing of it
// where the shim is not this list's: another signature, or other types.
func Fill(path string, list List) error {
	c := C.CString(path)
	defer C.free(unsafe.Pointer(c))
	return Err(Message(C.capi_fill(c, (*C.struct_capi_list)(list))))
}

// Open opens a library whose symbols serve those opened later.
func Open(path string) error {
	c := C.CString(path)
	defer C.free(unsafe.Pointer(c))
	return Err(Message(C.capi_open(c)))
}

// Version returns the version of the libtorch in the process, a byte each for
// major, minor and patch from the highest, or 0 where it is too old to say.
func Version() uint64 { return uint64(C.capi_version()) }

// KeepMemory has the C library keep freed memory for the next tensors.
func KeepMemory() { C.capi_keep_memory() }

// MKLAsked returns how often MKL asked libseetell_mkl.so for its processor, or
// -1 where that is not open.
func MKLAsked() int { return int(C.capi_mkl_asked()) }

// SpinBriefly has OpenMP's threads sleep after a millisecond without work,
// unless the environment says otherwise.
func SpinBriefly() { C.capi_spin_briefly() }
