// Package distributed has processes compute together, on one machine or on
// several, on libtorch's own c10d with Gloo: what torch.distributed is to
// Python. Processes of both can be in one world.
//
// Whatever starts processes for PyTorch starts these: torchrun, Slurm, or four
// environment variables (see [FromEnvironment]). Each process joins, calls the
// same methods in the same order with tensors of the same shapes, and leaves:
//
//	world, err := distributed.Join(options)
//	if err != nil {
//		return err
//	}
//	defer world.Leave()
//	err = torch.Run(func(s *torch.Scope) error {
//		world.Sum(s, gradients...) // now the same on every process
//		return nil
//	})
//
// Where a process dies, the others' next call fails within a second or two,
// and where one hangs at the timeout, with a [LeftError] that says who left
// and, where it could say so itself, why. Where one calls another method than
// the others, or gives tensors of other shapes, all fail and say which. From
// then on every call fails at once; nothing but Leave helps.
//
// A nil *World is one process: its methods do what a world of one would.
package distributed

// #cgo CFLAGS: -std=c11
// #include <stdlib.h>
// #include "table.h"
import "C"

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"sync"
	"time"
	"unsafe"

	"github.com/seetell/seetell/torch"
	"github.com/seetell/seetell/torch/internal/capi"
)

// Options say where the processes meet, and which of them this is.
type Options struct {
	Host string // of the store, on which they find each other: rank 0's machine
	Port int    // of the store
	Rank int    // of this process, from 0
	Size int    // number of processes

	// LocalRank counts the processes of this machine: with one GPU for each, the
	// number of this one's.
	LocalRank int
	// Launcher is true where the launcher keeps the store, as torchrun does, and
	// not rank 0.
	Launcher bool
	// PyTorch is true where processes of torch.distributed are among them. Then a
	// launcher that starts processes again must have a store for each start.
	PyTorch bool
	// Address is this machine's, on which the others reach it. Where it is empty
	// it is the one from which this machine reaches Host, or, where
	// GLOO_SOCKET_IFNAME is set, that interface's.
	Address string
	// Timeout is how long a collective may take, 10 minutes where it is 0: longer
	// than the slowest process needs between two of them.
	Timeout time.Duration
	// JoinTimeout is how long to wait until all have come, 5 minutes where it is
	// 0.
	JoinTimeout time.Duration
}

// World is some processes that compute together. Its methods but Rank and Size
// belong to one goroutine.
type World struct {
	rank, size int
	handle     *C.tg_world
	broken     error // why it is of no more use
	mute       bool  // the store of notes does not answer, and is still being asked
}

var (
	loadLock sync.Mutex
	loaded   bool
)

// load fills the table of entry points.
func load() error {
	if err := torch.Open(); err != nil {
		return err
	}
	loadLock.Lock()
	defer loadLock.Unlock()
	if loaded {
		return nil
	}
	if err := torch.OpenShim("libseetell_torch.so", capi.List(&C.tg_world_list)); err != nil {
		return err
	}
	loaded = true
	return nil
}

// Join waits until all processes have come. The world must be left.
func Join(o Options) (*World, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if err := load(); err != nil {
		return nil, err
	}
	address, err := o.address()
	if err != nil {
		return nil, err
	}
	host, own := C.CString(o.Host), C.CString(address)
	defer C.free(unsafe.Pointer(host))
	defer C.free(unsafe.Pointer(own))
	w := &World{rank: o.Rank, size: o.Size}
	message := C.tg_world_join(&w.handle, C.tg_world_options{
		host: host, address: own, port: C.int32_t(o.Port), rank: C.int32_t(o.Rank), size: C.int32_t(o.Size),
		launcher: C.bool(o.Launcher), pytorch: C.bool(o.PyTorch),
		timeout_ms: milliseconds(o.Timeout, 10*time.Minute), join_ms: milliseconds(o.JoinTimeout, 5*time.Minute),
	})
	if err := capi.Err(capi.Message(message)); err != nil {
		return nil, fmt.Errorf("process %d of %d finds no world at %s: %w", o.Rank, o.Size, o.store(), explainJoin(err, o))
	}
	return w, nil
}

func milliseconds(d, zero time.Duration) C.int64_t {
	if d == 0 {
		d = zero
	}
	return C.int64_t(d.Milliseconds())
}

func (o Options) store() string { return net.JoinHostPort(o.Host, strconv.Itoa(o.Port)) }

func (o Options) check() error {
	switch {
	case o.Size < 1 || o.Rank < 0 || o.Rank >= o.Size:
		return fmt.Errorf("process %d of %d: ranks count from 0 to the number of processes", o.Rank, o.Size)
	case o.Host == "":
		return errors.New("the host of rank 0 is not named: MASTER_ADDR is empty")
	case o.Port < 1 || o.Port > 65535:
		return fmt.Errorf("port %d of %s is none: MASTER_PORT is 1 to 65535", o.Port, o.Host)
	case o.Timeout < 0 || o.JoinTimeout < 0:
		return errors.New("a timeout is negative")
	}
	return nil
}

// address returns where the others reach this process: Gloo's own choice, what
// the host's name resolves to, is a loopback address on many machines.
func (o Options) address() (string, error) {
	if o.Address != "" || os.Getenv("GLOO_SOCKET_IFNAME") != "" {
		return o.Address, nil
	}
	route, err := net.Dial("udp", o.store()) // sends nothing
	if err != nil {
		return "", fmt.Errorf("no way to %s: %w", o.store(), err)
	}
	defer route.Close()
	return route.LocalAddr().(*net.UDPAddr).IP.String(), nil
}

// OpenDevice has Sum, SumThrough and Broadcast take tensors of a CUDA device too,
// by NCCL; of the CPU it does nothing. All processes call it, each with a device
// of its own, after [torch.ParseDevice].
func (w *World) OpenDevice(device torch.Device) error {
	if w == nil || !device.CUDA {
		return nil
	}
	if w.broken != nil {
		return w.broken
	}
	if err := loadNCCL(); err != nil {
		return err
	}
	if err := capi.Err(capi.Message(C.tg_nccl_open(w.handle, C.int32_t(device.Index)))); err != nil {
		return fmt.Errorf("no NCCL for %s: %w", device, err)
	}
	return nil
}

// loadNCCL fills the table of NCCL's entry points; it asks nothing of a device.
func loadNCCL() error { return torch.OpenShim("libseetell_cuda.so", capi.List(&C.tg_nccl_list)) }

// Rank returns this process's number, counted from 0.
func (w *World) Rank() int {
	if w == nil {
		return 0
	}
	return w.rank
}

// Size returns the number of processes.
func (w *World) Size() int {
	if w == nil {
		return 1
	}
	return w.size
}

// Err returns why the world is of no more use, a [LeftError] where a process
// is gone, or nil.
func (w *World) Err() error {
	if w == nil {
		return nil
	}
	return w.broken
}

// Leave waits until the others have come as far, unless the world is broken,
// and leaves it. Leaving twice is harmless.
func (w *World) Leave() {
	if w == nil || w.handle == nil {
		return
	}
	if w.broken == nil {
		w.Barrier() // rank 0's store is to outlive the others' last words
	}
	if !w.mute {
		C.tg_world_leave(w.handle)
	}
	w.handle, w.broken = nil, errors.New("this process has left its world")
}

// collective runs an operator of all processes in s.
func (w *World) collective(s *torch.Scope, op string, outputs int, call func(in, out []capi.Handle) *C.char, inputs ...*torch.Tensor) []*torch.Tensor {
	if w.broken != nil {
		s.Fail(w.broken)
	}
	return s.Call(op, outputs, func(in, out []capi.Handle) capi.Message {
		message := call(in, out)
		if message == nil {
			return nil
		}
		w.broken = w.explain(capi.Text(capi.Message(message)))
		return capi.Message(C.CString(w.broken.Error()))
	}, inputs...)
}

// list passes tensors to C, which borrows the memory of handles.
func list(handles []capi.Handle) C.tg_list {
	return C.tg_list{tensors: (**C.tg_tensor)(unsafe.Pointer(&handles[0])), count: C.int64_t(len(handles))}
}

// Broadcast gives every process rank 0's values of tensors, in place.
func (w *World) Broadcast(s *torch.Scope, tensors ...*torch.Tensor) {
	if w == nil || len(tensors) == 0 {
		return
	}
	w.collective(s, "broadcast", 0, func(in, _ []capi.Handle) *C.char { return C.tg_world_broadcast(w.handle, list(in)) }, tensors...)
}

// Sum makes every tensor, in place, the sum of all processes' of its place in
// the list: bit by bit the same on all of them.
func (w *World) Sum(s *torch.Scope, tensors ...*torch.Tensor) {
	if w == nil || len(tensors) == 0 {
		return
	}
	w.collective(s, "sum", 0, func(in, _ []capi.Handle) *C.char { return C.tg_world_sum(w.handle, list(in)) }, tensors...)
}

// BeginSum is the beginning of Sum: tensors travel while the caller computes, and
// are nobody's until EndSums has waited for all that was begun.
func (w *World) BeginSum(s *torch.Scope, tensors ...*torch.Tensor) {
	if w == nil || len(tensors) == 0 {
		return
	}
	w.collective(s, "sum", 0, func(in, _ []capi.Handle) *C.char { return C.tg_world_begin_sum(w.handle, list(in)) }, tensors...)
}

// EndSums waits for the sums that were begun.
func (w *World) EndSums(s *torch.Scope) {
	if w == nil {
		return
	}
	w.collective(s, "sum", 0, func(_, _ []capi.Handle) *C.char { return C.tg_world_end_sums(w.handle) })
}

// SumThrough returns the sum of all processes' x. Backward sums the gradients
// of the result over the processes too, since x has a share in each of theirs:
// all of them call it.
func (w *World) SumThrough(s *torch.Scope, x *torch.Tensor) *torch.Tensor {
	if w == nil {
		return x
	}
	return w.collective(s, "sum through", 1, func(in, out []capi.Handle) *C.char {
		return C.tg_world_sum_through((**C.tg_tensor)(unsafe.Pointer(&out[0])), w.handle, (*C.tg_tensor)(in[0]))
	}, x)[0]
}

// SumNumbers returns the sums of all processes' values, in place.
func (w *World) SumNumbers(values []float64) error {
	if w == nil || len(values) == 0 {
		return nil
	}
	return torch.NoGrad(func(s *torch.Scope) error {
		x := torch.FromSlice(s, values, int64(len(values)))
		w.Sum(s, x)
		copy(values, x.Float64s(s))
		return nil
	})
}

// AllGather returns every process's values, in the order of ranks, on all of
// them. All give as many.
func (w *World) AllGather(values ...float64) ([][]float64, error) {
	all := make([]float64, w.Size()*len(values))
	copy(all[w.Rank()*len(values):], values)
	if err := w.SumNumbers(all); err != nil {
		return nil, err
	}
	each := make([][]float64, w.Size())
	for rank := range each {
		each[rank] = all[rank*len(values) : (rank+1)*len(values)]
	}
	return each, nil
}

// ErrStopped is the error of processes one of which was asked to stop.
var ErrStopped = errors.New("a process of the world was asked to stop")

// Stopped returns, on every process alike, an [ErrStopped] once ctx has ended on
// one of them. For one process it is ctx's own error.
func (w *World) Stopped(ctx context.Context) error {
	if w.Size() == 1 {
		return ctx.Err()
	}
	ended := []float64{0}
	if ctx.Err() != nil {
		ended[0] = 1
	}
	if err := w.SumNumbers(ended); err != nil {
		return err
	}
	if ended[0] > 0 {
		return ErrStopped
	}
	return nil
}

// Barrier waits until all processes have called it.
func (w *World) Barrier() error { return w.SumNumbers([]float64{0}) }

// Gather returns every process's data on rank 0, in the order of ranks, and nil
// on the others. Lengths may differ.
func (w *World) Gather(data []byte) (all [][]byte, err error) {
	if w == nil {
		return [][]byte{data}, nil
	}
	var joined unsafe.Pointer
	sizes := make([]C.int64_t, w.size)
	err = torch.NoGrad(func(s *torch.Scope) error {
		w.collective(s, "gather", 0, func(_, _ []capi.Handle) *C.char {
			return C.tg_world_gather(w.handle, unsafe.Pointer(unsafe.SliceData(data)), C.int64_t(len(data)), &joined, &sizes[0])
		})
		return nil
	})
	if err != nil || joined == nil {
		return nil, err
	}
	defer C.free(joined)
	at := joined
	for _, size := range sizes {
		all = append(all, C.GoBytes(at, C.int(size)))
		at = unsafe.Add(at, size)
	}
	return all, nil
}

// Share returns rank 0's data on every process.
func (w *World) Share(data []byte) ([]byte, error) {
	if w == nil {
		return data, nil
	}
	length := []float64{0}
	if w.rank == 0 {
		length[0] = float64(len(data))
	}
	if err := w.SumNumbers(length); err != nil {
		return nil, err
	}
	shared := make([]byte, int(length[0]))
	if w.rank == 0 {
		copy(shared, data)
	}
	if len(shared) == 0 {
		return shared, nil
	}
	err := torch.NoGrad(func(s *torch.Scope) error {
		x := torch.FromSlice(s, shared, int64(len(shared)))
		w.Broadcast(s, x)
		shared = x.Uint8s(s)
		return nil
	})
	return shared, err
}
