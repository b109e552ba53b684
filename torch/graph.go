package torch

// #include "ctorch.h"
// #include "ctorch_graph.h"
// #include "table.h"
import "C"

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/seetell/seetell/torch/internal/capi"
)

// graphsOpened says that the entry points of graphs are there, CUDA's or those of
// a device outside of libtorch.
var graphsOpened bool

// OpenGraphs takes the graphs of [PrivateUse1] from the library that adds the
// device, at path.
func OpenGraphs(path string) error {
	err := capi.Fill(path, capi.List(&C.tg_graph_list))
	graphsOpened = err == nil
	return err
}

// HasGraphs says why work of a device cannot be captured, if it cannot.
func HasGraphs(device Device) error {
	if err := device.open(); err != nil {
		return err
	}
	if !device.CUDA && (device != PrivateUse1 || !graphsOpened) {
		return fmt.Errorf("device %s has no graphs; CUDA devices have", device)
	}
	return nil
}

// Graphs are work that a device was given once, to be done again as a whole, on
// the same memory and without what Go and libtorch do for each operator: CUDA
// graphs. What is captured must read no value of a tensor, copy nothing to or from
// the CPU, and be given tensors that live as long as the graphs and whose values
// alone change between replays.
//
// The graphs share the memory that they work in: a tensor of one is overwritten by
// another's replay. What a replay comes to it copies into a tensor from outside.
// Graphs belong to one goroutine.
type Graphs struct {
	device Device
	stream *C.tg_stream
	all    []*Graph
}

// Graph is one of Graphs, which own it.
type Graph struct{ handle *C.tg_graph }

// NewGraphs returns the graphs of a device, none so far. Close frees them.
func NewGraphs(device Device) (*Graphs, error) {
	if err := HasGraphs(device); err != nil {
		return nil, err
	}
	g := &Graphs{device: device}
	if err := takeMessage(C.tg_stream_new(&g.stream, device.c())); err != nil {
		return nil, fmt.Errorf("graphs on %s: %w", device, err)
	}
	return g, nil
}

// Run is the function Run on the stream on which graphs are captured. Work that is
// to be captured is done there a few times before, since libtorch and CUDA's
// libraries make at first what they keep.
func (g *Graphs) Run(f func(*Scope) error) error {
	return g.beside(func() error { return Run(f) })
}

// Capture captures what f has the device do, which is done once.
func (g *Graphs) Capture(f func(*Scope) error) (*Graph, error) {
	var first, graph *C.tg_graph
	if g != nil && len(g.all) > 0 {
		first = g.all[0].handle
	}
	err := g.beside(func() error {
		if err := takeMessage(C.tg_graph_begin(&graph, first, g.device.c())); err != nil {
			return err
		}
		err := Run(f)                                                                    // of which nothing is done where it fails
		if ended := takeMessage(C.tg_graph_end(graph, C.bool(err == nil))); err == nil { // or the first says more
			err = ended
		}
		return err
	})
	if err != nil {
		if graph != nil {
			C.tg_graph_free(graph)
		}
		return nil, fmt.Errorf("capture a graph: %w", err)
	}
	g.all = append(g.all, &Graph{graph})
	return g.all[len(g.all)-1], nil
}

// Replay has the device do the work again, behind what it was asked before.
func (g *Graph) Replay() error {
	if g == nil || g.handle == nil {
		return errors.New("replay of a graph that is closed")
	}
	runtime.LockOSThread() // whose stream it is given
	defer runtime.UnlockOSThread()
	return takeMessage(C.tg_graph_replay(g.handle))
}

// Close frees the graphs and their memory. Closing nil or twice is harmless.
func (g *Graphs) Close() {
	if g == nil || g.stream == nil {
		return
	}
	for _, one := range g.all {
		C.tg_graph_free(one.handle)
		one.handle = nil
	}
	C.tg_stream_free(g.stream)
	g.all, g.stream = nil, nil
}

// beside calls f while the thread's stream is the graphs' own, which waits for
// what the device was asked before, as what comes after waits for it.
func (g *Graphs) beside(f func() error) error {
	if g == nil || g.stream == nil {
		return errors.New("the graphs are closed")
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := takeMessage(C.tg_stream_enter(g.stream)); err != nil {
		return err
	}
	err := f()
	return errors.Join(err, takeMessage(C.tg_stream_leave(g.stream)))
}
