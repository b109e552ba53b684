package testdevice_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/seetell/seetell/torch"
)

// newGraphs returns graphs of a device and a scope of what outlives them, both closed
// at the end of the test.
func newGraphs(t *testing.T, device torch.Device) (*torch.Graphs, *torch.Scope) {
	t.Helper()
	outer := torch.NewScope()
	t.Cleanup(outer.Close)
	graphs, err := torch.NewGraphs(device)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(graphs.Close)
	return graphs, outer
}

// TestGraph: a replay works on what its tensors hold then, gradients included.
func TestGraph(t *testing.T) {
	device := device(t)
	graphs, outer := newGraphs(t, device)
	x, sum := torch.Ones(outer, torch.Float32, device, 3), torch.Zeros(outer, torch.Float32, device)
	x.RequiresGrad(outer, true)
	work := func(s *torch.Scope) error { // the sum of squares, and gradients 2x
		x.ZeroGrad(s)
		squares := x.Mul(s, x).Sum(s)
		squares.Backward(s)
		sum.CopyFrom(s, squares)
		return nil
	}
	found := func() (values []float32) {
		t.Helper()
		if err := torch.NoGrad(func(s *torch.Scope) error {
			values = append(sum.Float32s(s), x.Grad(s).Float32s(s)...)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return values
	}
	if err := graphs.Run(work); err != nil {
		t.Fatal(err)
	}
	graph, err := graphs.Capture(work)
	if err != nil {
		t.Fatal(err)
	}
	if got := found(); !slices.Equal(got, []float32{3, 2, 2, 2}) {
		t.Errorf("captured: %v", got)
	}
	err = torch.NoGrad(func(s *torch.Scope) error {
		x.CopyFrom(s, torch.FromSlice(s, []float32{1, 2, 3}, 3))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := graph.Replay(); err != nil {
		t.Fatal(err)
	}
	if got := found(); !slices.Equal(got, []float32{14, 2, 4, 6}) {
		t.Errorf("replayed: %v", got)
	}
	graphs.Close()
	if graph.Replay() == nil {
		t.Error("a closed graph was replayed")
	}
}

// TestGraphRefuses: what a graph cannot hold is an error, and the next one is whole.
func TestGraphRefuses(t *testing.T) {
	device := device(t)
	if other != "" {
		t.Skip("a GPU's stream may not survive it")
	}
	graphs, outer := newGraphs(t, device)
	x := torch.Ones(outer, torch.Float32, device, 2, 2)
	for name, mistake := range map[string]func(s *torch.Scope){
		"a value":              func(s *torch.Scope) { x.Sum(s).Item(s) },
		"values":               func(s *torch.Scope) { x.Float32s(s) },
		"a copy to the device": func(s *torch.Scope) { torch.Ones(s, torch.Float32, torch.CPU, 2).ToDevice(s, device) },
	} {
		_, err := graphs.Capture(func(s *torch.Scope) error { mistake(s); return nil })
		if err == nil || !strings.Contains(err.Error(), "graph is captured") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := graphs.Capture(func(s *torch.Scope) error { x.AddScalar(s, 1); return nil }); err != nil {
		t.Error("a graph after the mistakes: ", err)
	}
	if _, err := torch.NewGraphs(torch.CPU); err == nil || !strings.Contains(err.Error(), "device cpu has no graphs") {
		t.Errorf("graphs of the CPU: %v", err)
	}
}
