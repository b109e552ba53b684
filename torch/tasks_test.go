package torch

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
)

// TestTasks goes backward through convolutions on two threads side by side, with
// two pictures each, from either of which may be done first: the gradients are
// those of all pictures at once, the same to the last bit each time.
func TestTasks(t *testing.T) {
	for _, test := range []struct {
		in, out, side, kernel, stride int64
		precision                     DType
		within                        float64
	}{
		{64, 64, 30, 3, 1, Float32, 1e-5}, {64, 512, 7, 3, 1, Float32, 1e-5}, {64, 128, 14, 1, 2, Float32, 1e-5},
		{3, 64, 40, 7, 2, Float32, 1e-5}, {8, 8, 9, 3, 1, Float32, 1e-5},
		{64, 64, 15, 3, 1, BFloat16, 1e-2}, {128, 256, 14, 3, 2, BFloat16, 1e-2}, {512, 512, 7, 3, 1, BFloat16, 1e-2},
	} {
		t.Run(fmt.Sprint(test), func(t *testing.T) {
			o := Conv2DOptions{Stride: [2]int64{test.stride, test.stride}, Padding: [2]int64{test.kernel / 2, test.kernel / 2}}
			owner := NewScope()
			defer owner.Close()
			uniform := func(shape ...int64) *Tensor {
				x := Empty(owner, Float32, CPU, shape...)
				x.Uniform(owner, -1, 1)
				return x
			}
			weight := uniform(test.out, test.in, test.kernel, test.kernel).RequiresGrad(owner, true)
			pictures := uniform(4, test.in, test.side, test.side)
			learn := func(from, to int) error {
				return Run(func(s *Scope) error {
					x := pictures.Narrow(s, 0, int64(from), int64(to-from)).Clone(s).RequiresGrad(s, true)
					var y *Tensor
					s.Autocast(CPU, test.precision, func() { y = x.Conv2D(s, weight, nil, o) })
					y.To(s, Float32).MulScalar(s, .01).Exp(s).Sum(s).Backward(s)
					return nil
				})
			}
			sideBySide := func(later int) *Tensor {
				weight.ZeroGrad(owner)
				tasks, err := NewTasks(2)
				if err != nil {
					t.Fatal(err)
				}
				defer tasks.Close()
				var group sync.WaitGroup
				var errs [2]error
				var first sync.WaitGroup
				first.Add(1)
				for i := range 2 {
					group.Go(func() {
						errs[i] = tasks.Do(i, func() error {
							if i == later {
								first.Wait()
							}
							err := learn(2*i, 2*i+2)
							if i == 1-later {
								first.Done()
							}
							return err
						})
					})
				}
				group.Wait()
				if err := errors.Join(errs[:]...); err != nil {
					t.Fatal(err)
				}
				return weight.Grad(owner)
			}
			if err := learn(0, 4); err != nil {
				t.Fatal(err)
			}
			want, first := weight.Grad(owner), sideBySide(-1)
			expectNear(t, owner, "gradient", first, want, test.within)
			for i := range 6 {
				if !slices.Equal(sideBySide(i%3-1).Float32s(owner), first.Float32s(owner)) {
					t.Fatal("gradients of two side by side differ from one time to the next")
				}
			}
			if err := owner.Err(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestTasksOfUnlikeParts leaves gradients of maps of other sizes, and of windows that
// go over them otherwise, on each thread: they are those of one after the other.
func TestTasksOfUnlikeParts(t *testing.T) {
	for _, precision := range []DType{Float32, BFloat16} {
		t.Run(precision.String(), func(t *testing.T) {
			owner := NewScope()
			defer owner.Close()
			weight := Empty(owner, Float32, CPU, 64, 64, 3, 3)
			weight.Uniform(owner, -1, 1)
			weight.RequiresGrad(owner, true)
			parts := [2][]struct{ side, stride int64 }{{{24, 1}, {20, 1}, {9, 2}, {15, 1}}, {{16, 1}, {20, 2}, {9, 1}}}
			learn := func(i int) error {
				return Run(func(s *Scope) error {
					for _, part := range parts[i] {
						o := Conv2DOptions{Stride: [2]int64{part.stride, part.stride}, Padding: [2]int64{1, 1}}
						x := Ones(s, Float32, CPU, 2, 64, part.side, part.side).MulScalar(s, .1*float64(i+1))
						var y *Tensor
						s.Autocast(CPU, precision, func() { y = x.Conv2D(s, weight, nil, o) })
						y.To(s, Float32).Sum(s).Backward(s)
					}
					return nil
				})
			}
			gradient := func(f func(*Tasks) error) *Tensor {
				weight.ZeroGrad(owner)
				tasks, err := NewTasks(2)
				if err != nil {
					t.Fatal(err)
				}
				defer tasks.Close()
				if err := f(tasks); err != nil {
					t.Fatal(err)
				}
				return weight.Grad(owner)
			}
			want := gradient(func(*Tasks) error { return errors.Join(learn(0), learn(1)) })
			for range 5 {
				got := gradient(func(tasks *Tasks) error {
					var group sync.WaitGroup
					var other error
					group.Go(func() { other = tasks.Do(1, func() error { return learn(1) }) })
					err := tasks.Do(0, func() error { return learn(0) })
					group.Wait()
					return errors.Join(err, other)
				})
				expectNear(t, owner, "gradient", got, want, map[DType]float64{Float32: 1e-5, BFloat16: 2e-2}[precision])
			}
			if err := owner.Err(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestTasksOfOthers leaves gradients of a weight that learns no more, which nobody
// gets, and of pictures that are written into before they are computed, which is
// refused.
func TestTasksOfOthers(t *testing.T) {
	o := Conv2DOptions{Stride: [2]int64{1, 1}, Padding: [2]int64{1, 1}}
	leave := func(then func(s *Scope, x, weight *Tensor)) error {
		return Run(func(s *Scope) error {
			x, weight := Ones(s, Float32, CPU, 2, 64, 30, 30), Ones(s, Float32, CPU, 64, 64, 3, 3).RequiresGrad(s, true)
			tasks, err := NewTasks(2)
			if err != nil {
				return err
			}
			defer tasks.Close()
			var group sync.WaitGroup
			defer group.Wait()
			group.Go(func() { _ = tasks.Do(1, func() error { return nil }) })
			return tasks.Do(0, func() error {
				y := x.Conv2D(s, weight, nil, o)
				for range 7 {
					y = y.Add(s, x.Conv2D(s, weight, nil, o))
				}
				y.Sum(s).Backward(s) // leaves eight gradients until the other thread has none either
				then(s, x, weight)
				return s.Err()
			})
		})
	}
	for range 20 {
		if err := leave(func(s *Scope, _, weight *Tensor) { weight.RequiresGrad(s, false) }); err != nil {
			t.Fatal(err)
		}
	}
	err := leave(func(s *Scope, x, _ *Tensor) { x.FillInPlace(s, 7) })
	if err == nil || !strings.Contains(err.Error(), "modified in place") {
		t.Errorf("pictures that gradients were yet to be computed from could be written into: %v", err)
	}
}

// TestTasksOnce refuses a thread that shares tasks already, or that others are, and
// tasks that are closed or nobody's.
func TestTasksOnce(t *testing.T) {
	for _, threads := range []int{-1, 0, 1 << 40} {
		if _, err := NewTasks(threads); err == nil {
			t.Errorf("%d threads share tasks", threads)
		}
	}
	tasks, err := NewTasks(1)
	if err != nil {
		t.Fatal(err)
	}
	nothing := func() error { return nil }
	for _, thread := range []int{-1, 1, 1 << 40} {
		if err := tasks.Do(thread, nothing); err == nil {
			t.Errorf("a thread of number %d shares tasks of one", thread)
		}
	}
	if err := tasks.Do(0, func() error { return tasks.Do(0, nothing) }); err == nil {
		t.Error("a thread shares tasks twice")
	}
	if err := tasks.Do(0, nothing); err == nil {
		t.Error("tasks that all are done with are shared")
	}
	tasks.Close()
	tasks.Close()
	if err := tasks.Do(0, nothing); err == nil {
		t.Error("closed tasks are shared")
	}
}
