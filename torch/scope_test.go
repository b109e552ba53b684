package torch

import (
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
)

// compute runs f in a scope and fails the test on the scope's error.
func compute(t testing.TB, f func(s *Scope)) {
	t.Helper()
	if err := Run(func(s *Scope) error { f(s); return nil }); err != nil {
		t.Fatal(err)
	}
}

func TestScopeFreesAtClose(t *testing.T) {
	before := Live()
	object := NewScope()
	var kept *Tensor
	compute(t, func(s *Scope) {
		x := Ones(s, Float32, CPU, 3)
		y := x.Exp(s)
		kept = x.Add(s, y).MoveTo(object)
		y.Free()
		y.Free()
		if got := Live() - before; got != 2 {
			t.Errorf("%d tensors live, want 2", got)
		}
	})
	if got := Live() - before; got != 1 {
		t.Errorf("%d tensors live after Run, want the one moved", got)
	}
	compute(t, func(s *Scope) {
		want := 1 + math.E
		if got := kept.Float64s(s); near(got, []float64{want, want, want}) > goldenTolerance {
			t.Errorf("the moved tensor is %v, want %v", got, want)
		}
	})
	object.Close()
	object.Close()
	kept.Free()
	if got := Live() - before; got != 0 {
		t.Errorf("%d tensors live after Close", got)
	}
}

func TestWithin(t *testing.T) {
	compute(t, func(s *Scope) {
		x := Ones(s, Float32, CPU, 2).RequiresGrad(s, true)
		double := func(s *Scope) []*Tensor { return []*Tensor{x.Exp(s).MulScalar(s, 2), x.Neg(s)} }
		before := Live()
		kept := s.Within(double)
		if got := Live() - before; got != 2 {
			t.Errorf("%d tensors live, want the two returned", got)
		}
		kept[0].Sum(s).Backward(s)
		if want := 2 * math.E; near(x.Grad(s).Float64s(s), []float64{want, want}) > goldenTolerance {
			t.Errorf("gradient %v, want %v", x.Grad(s).Float64s(s), want)
		}
		if s.WithinNoGrad(double)[0].NeedsGrad() {
			t.Error("recorded without gradients")
		}
		if !x.Exp(s).NeedsGrad() {
			t.Error("not recorded behind it")
		}
	})
}

func TestWithinFails(t *testing.T) {
	err := Run(func(s *Scope) error {
		x := Ones(s, Float32, CPU, 2)
		kept := s.Within(func(s *Scope) []*Tensor { return []*Tensor{x.Reshape(s, 3).Exp(s)} })
		for _, within := range []func(func(*Scope) []*Tensor) []*Tensor{s.Within, s.WithinNoGrad} {
			kept = within(func(s *Scope) []*Tensor { return []*Tensor{kept[0].Neg(s)} })
		}
		return nil
	})
	var failure *Error
	if !errors.As(err, &failure) || failure.Op != "reshape" {
		t.Errorf("the error is %v, want reshape's", err)
	}
}

func TestScopeFreesAfterPanic(t *testing.T) {
	before := Live()
	func() {
		defer func() { recover() }()
		NoGrad(func(s *Scope) error {
			Ones(s, Float32, CPU, 3)
			panic("inside Run")
		})
	}()
	if got := Live() - before; got != 0 {
		t.Errorf("%d tensors live after a panic", got)
	}
	compute(t, func(s *Scope) {
		if !Ones(s, Float32, CPU).RequiresGrad(s, true).Exp(s).NeedsGrad() {
			t.Error("gradients are still off after a panic inside NoGrad")
		}
	})
}

// TestErrors holds the operator, the shapes and libtorch's reason to the error
// of each kind of mistake, and that no backtrace comes with it.
func TestErrors(t *testing.T) {
	closed := NewScope()
	closed.Close()
	for _, test := range []struct {
		name string
		run  func(s *Scope)
		want []string
	}{
		{"shapes", func(s *Scope) { Zeros(s, Float32, CPU, 2, 3).Add(s, Zeros(s, Float32, CPU, 4)) },
			[]string{"add of (2, 3), (4): ", "must match"}},
		{"types", func(s *Scope) { Zeros(s, Int64, CPU, 2, 2).MatMul(s, Zeros(s, Float32, CPU, 2, 2)) },
			[]string{"matmul of (2, 2), (2, 2): ", "dtype"}},
		{"backward without a graph", func(s *Scope) { Ones(s, Float32, CPU).Backward(s) },
			[]string{"backward of (): ", "does not require grad"}},
		{"backward of many elements", func(s *Scope) { Ones(s, Float32, CPU, 2).RequiresGrad(s, true).Exp(s).Backward(s) },
			[]string{"backward of (2): ", "scalar"}},
		{"backward twice", func(s *Scope) {
			y := Ones(s, Float32, CPU).RequiresGrad(s, true).Exp(s)
			y.Backward(s)
			y.Backward(s)
		}, []string{"backward of (): ", "second time"}},
		{"a nil input", func(s *Scope) { Ones(s, Float32, CPU, 2).Mul(s, nil) }, []string{"mul: tensor 2 of 2 is nil"}},
		{"a nil receiver", func(s *Scope) { (*Tensor)(nil).Exp(s) }, []string{"exp: tensor 1 of 1 is nil"}},
		{"a freed input", func(s *Scope) {
			x := Ones(s, Float32, CPU, 2)
			x.Free()
			x.Exp(s)
		}, []string{"exp: tensor 1 of 1 was freed"}},
		{"a failed input", func(s *Scope) { inert.Exp(s) }, []string{"exp: tensor 1 of 1 is the result of a failed operator"}},
		{"a closed scope", func(s *Scope) {
			Zeros(closed, Float32, CPU)
			s.Fail(closed.Err())
		}, []string{"full: its scope is closed"}},
		{"moved to a closed scope", func(s *Scope) {
			Ones(s, Float32, CPU).MoveTo(closed)
			s.Fail(closed.Err())
		}, []string{"its scope is closed"}},
		{"too few elements", func(s *Scope) { FromSlice(s, []float32{1, 2}, 3) },
			[]string{"from slice: 2 elements for shape (3)"}},
		{"a negative size", func(s *Scope) { Zeros(s, Float32, CPU, -1) }, []string{"full: ", "negative"}},
		{"nine dimensions", func(s *Scope) { Zeros(s, Float32, CPU, 1, 1, 1, 1, 1, 1, 1, 1, 1) },
			[]string{"full: 9 dimensions"}},
		{"an index out of range", func(s *Scope) {
			Zeros(s, Float32, CPU, 2, 3).Embedding(s, FromSlice(s, []int64{2}, 1))
		}, []string{"embedding of (2, 3), (1): ", "out of range"}},
		{"an unknown type", func(s *Scope) { Zeros(s, DType(9), CPU) }, []string{"full: unknown dtype number 9"}},
		{"the gradient of integers", func(s *Scope) { Zeros(s, Int64, CPU, 2).RequiresGrad(s, true) },
			[]string{"requires grad of (2): ", "floating"}},
		{"a gradient of another shape", func(s *Scope) { Zeros(s, Float32, CPU, 2).SetGrad(s, Zeros(s, Float32, CPU, 3)) },
			[]string{"set grad of (2), (3): "}},
		{"item of many", func(s *Scope) { Zeros(s, Float32, CPU, 2).Item(s) }, []string{"item of (2): "}},
		{"too many chunks", func(s *Scope) { Zeros(s, Float32, CPU, 2).Chunk(s, 3, 0)[2].Exp(s) },
			[]string{"chunk of (2): size 2 of dimension 0 gives 2 parts, not 3"}},
		{"lengths of another sum", func(s *Scope) { Zeros(s, Float32, CPU, 4).Split(s, []int64{1, 2}, 0)[1].Exp(s) },
			[]string{"split of (4): "}},
		{"no lengths", func(s *Scope) { Zeros(s, Float32, CPU, 4).Split(s, nil, 0) }, []string{"split: no parts asked for"}},
		{"no tensors to join", func(s *Scope) { Cat(s, 0) }, []string{"cat: "}},
		{"Adam's lists", func(s *Scope) {
			FusedAdam(s, FusedAdamState{Params: []*Tensor{Zeros(s, Float32, CPU)}}, FusedAdamOptions{})
		},
			[]string{"adam: lists of different length"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := Run(func(s *Scope) error { test.run(s); return nil })
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want an *Error", err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %q, want %q in it", err, want)
				}
			}
			for _, trace := range []string{"frame #", ".so", "C++ CapturedTraceback"} {
				if strings.Contains(err.Error(), trace) {
					t.Errorf("a backtrace is in the error: %v", err)
				}
			}
		})
	}
}

func TestFirstErrorIsKept(t *testing.T) {
	var after float64
	err := Run(func(s *Scope) error {
		x := Zeros(s, Float32, CPU, 2).Reshape(s, 3)
		after = x.Exp(s).Sum(s).Item(s) // does nothing
		x.ScaleInPlace(s, 2)
		return io.ErrUnexpectedEOF
	})
	var e *Error
	if !errors.As(err, &e) || e.Op != "reshape" || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v, want reshape's error and f's", err)
	}
	if after != 0 {
		t.Errorf("an operator after the error gave %v", after)
	}
	err = Run(func(s *Scope) error {
		Zeros(s, Float32, CPU, 2).Reshape(s, 3)
		return s.Err()
	})
	if strings.Count(err.Error(), "reshape") != 1 {
		t.Errorf("the error is not reported once: %v", err)
	}
}

func TestOutOfMemory(t *testing.T) {
	err := Run(func(s *Scope) error {
		Empty(s, Float32, CPU, 1<<40, 1<<10)
		return nil
	})
	var e *Error
	if !errors.As(err, &e) || !e.OutOfMemory() {
		t.Fatalf("got %v, want an error of memory", err)
	}
	cuda := Error{Message: "CUDA out of memory. Tried to allocate 2.50 GiB. GPU 0 has a total capacity of 8.00 GiB of which 1.00 GiB is free."}
	if !cuda.OutOfMemory() {
		t.Error("CUDA's message is not taken for one of memory")
	}
	if other := (&Error{Message: "The size of tensor a must match"}); other.OutOfMemory() {
		t.Error("another error is taken for one of memory")
	}
}

func TestNoGradIsRestored(t *testing.T) {
	recorded := func(s *Scope) bool { return Ones(s, Float32, CPU).RequiresGrad(s, true).Exp(s).NeedsGrad() }
	compute(t, func(s *Scope) {
		err := NoGrad(func(inner *Scope) error {
			if recorded(inner) {
				t.Error("recorded inside NoGrad")
			}
			return Run(func(deep *Scope) error {
				if recorded(deep) {
					t.Error("recorded in a Run inside NoGrad")
				}
				return nil
			})
		})
		if err != nil {
			t.Error(err)
		}
		if !recorded(s) {
			t.Error("not recorded after NoGrad")
		}
	})
}

// TestGoroutinesShareTensors reads one weight from many goroutines, some with
// gradients recorded; go test -race watches Go's side.
func TestGoroutinesShareTensors(t *testing.T) {
	model := NewScope()
	defer model.Close()
	weight := Ones(model, Float32, CPU, 8, 8).RequiresGrad(model, true)
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			run := Run
			if worker%2 == 0 {
				run = NoGrad
			}
			for range 50 {
				err := run(func(s *Scope) error {
					x := Full(s, float64(worker), Float32, CPU, 2, 8)
					y := x.Linear(s, weight, nil)
					if got, want := y.Mean(s).Item(s), float64(8*worker); got != want {
						t.Errorf("worker %d got %v, want %v", worker, got, want)
					}
					if y.NeedsGrad() != (worker%2 == 1) {
						t.Errorf("worker %d: gradients recorded: %v", worker, y.NeedsGrad())
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}

func TestInertTensorsAreHarmless(t *testing.T) {
	for name, x := range map[string]*Tensor{"nil": nil, "inert": inert} {
		x.Free()
		if len(x.Shape()) != 0 || x.Dim(0) != 0 || x.Numel() != 0 || x.Device() != CPU || x.NeedsGrad() {
			t.Errorf("a tensor that is %s describes itself", name)
		}
	}
	s := NewScope()
	defer s.Close()
	s.Fail(io.EOF)
	values, places := inert.Max(s, 0)
	for _, x := range append(inert.Chunk(s, 2, 0), values, places, inert.Exp(s), inert.MoveTo(s)) {
		if x != inert {
			t.Errorf("a failed operator gave %v", x)
		}
	}
	if inert.Float32s(s) != nil || inert.Grad(s) != nil || s.Err() != io.EOF {
		t.Errorf("values come from nothing, or the error %v changed", s.Err())
	}
}

func TestGradIsShared(t *testing.T) {
	compute(t, func(s *Scope) {
		x := FromSlice(s, []float32{1, 2}, 2).RequiresGrad(s, true)
		if x.Grad(s) != nil {
			t.Error("a gradient before Backward")
		}
		for range 2 {
			x.Mul(s, x).Sum(s).Backward(s) // adds up
		}
		x.Grad(s).ScaleInPlace(s, 10)
		if got, want := x.Grad(s).Float32s(s), []float32{40, 80}; !slices.Equal(got, want) {
			t.Errorf("gradient %v, want %v", got, want)
		}
		x.SetGrad(s, FromSlice(s, []float32{5, 6}, 2))
		if got, want := x.Grad(s).Float32s(s), []float32{5, 6}; !slices.Equal(got, want) {
			t.Errorf("gradient %v, want %v", got, want)
		}
		x.ZeroGrad(s)
		if x.Grad(s) != nil {
			t.Error("a gradient after ZeroGrad")
		}
	})
}
