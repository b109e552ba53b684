// Package torch is libtorch in Go: tensors, operators, autograd and devices.
//
// Libtorch is found and opened at run time, at first use; see [Open]. A
// [Scope] owns the tensors that operators make and keeps their first error, so
// that a computation reads as a formula and is checked once:
//
//	err := torch.Run(func(s *torch.Scope) error {
//		loss = x.Linear(s, weight, bias).CrossEntropy(s, y, torch.CrossEntropyOptions{}).Item(s)
//		return nil
//	})
//
// A scope belongs to one goroutine. A tensor may be read by several at once,
// each in its own scope; whoever frees it or writes into it, or calls Backward
// through it, needs it alone.
package torch

// #cgo CFLAGS: -std=c11 -D_GNU_SOURCE
// #cgo LDFLAGS: -ldl
import "C"
