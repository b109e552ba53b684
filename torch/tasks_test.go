package torch

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
)

// TestTasks goes backward through convolutions while another thread is done and
// waits, and while another is on its own way: the gradients are the same to the
// last bit as one after the other.
func TestTasks(t *testing.T) {
	for _, test := range []struct{ in, out, side, kernel, stride int64 }{
		{64, 64, 30, 3, 1}, {64, 512, 7, 3, 1}, {64, 128, 14, 1, 2}, {3, 64, 40, 7, 2}, {8, 8, 9, 3, 1},
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
			pictures := [2]*Tensor{uniform(2, test.in, test.side, test.side), uniform(2, test.in, test.side, test.side)}
			learn := func(i int) error {
				return Run(func(s *Scope) error {
					x := pictures[i].Clone(s).RequiresGrad(s, true)
					x.Conv2D(s, weight, nil, o).Exp(s).Sum(s).Backward(s)
					return nil
				})
			}
			gradient := func(f func(*Tasks) error) []float32 {
				weight.ZeroGrad(owner)
				tasks, err := NewTasks()
				if err != nil {
					t.Fatal(err)
				}
				defer tasks.Close()
				if err := f(tasks); err != nil {
					t.Fatal(err)
				}
				return weight.Grad(owner).Float32s(owner)
			}
			sideBySide := func(tasks *Tasks, f, g func() error) error {
				var group sync.WaitGroup
				var errs [2]error
				err := tasks.Do(func() error { // so that neither ends before the other begins
					group.Go(func() { errs[0] = tasks.Do(f) })
					errs[1] = g()
					return errs[1]
				})
				group.Wait()
				if err == nil {
					err = errs[0]
				}
				return err
			}
			want := gradient(func(*Tasks) error {
				if err := learn(0); err != nil {
					return err
				}
				return learn(1)
			})
			for range 5 {
				got := gradient(func(tasks *Tasks) error {
					return sideBySide(tasks, func() error { return learn(0) }, func() error { return learn(1) })
				})
				if !slices.Equal(got, want) {
					t.Fatal("gradients of two side by side differ from one after the other")
				}
				got = gradient(func(tasks *Tasks) error {
					return sideBySide(tasks, func() error { return nil }, func() error {
						if err := learn(0); err != nil {
							return err
						}
						return learn(1)
					})
				})
				if !slices.Equal(got, want) {
					t.Fatal("gradients that a thread left to one that waited differ")
				}
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
			tasks, err := NewTasks()
			if err != nil {
				return err
			}
			defer tasks.Close()
			var group sync.WaitGroup
			defer group.Wait()
			return tasks.Do(func() error {
				group.Go(func() { _ = tasks.Do(func() error { return nil }) })
				y := x.Conv2D(s, weight, nil, o)
				for range 7 {
					y = y.Add(s, x.Conv2D(s, weight, nil, o))
				}
				y.Sum(s).Backward(s) // leaves eight gradients sooner than one is computed
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
	for range 1000 { // until the other thread waits in time
		if err := leave(func(s *Scope, x, _ *Tensor) { x.FillInPlace(s, 7) }); err != nil {
			if !strings.Contains(err.Error(), "modified in place") {
				t.Error(err)
			}
			return
		}
	}
	t.Error("pictures that gradients were yet to be computed from could be written into")
}

// TestTasksOnce refuses a thread that shares tasks already, and tasks that are
// closed.
func TestTasksOnce(t *testing.T) {
	tasks, err := NewTasks()
	if err != nil {
		t.Fatal(err)
	}
	if err := tasks.Do(func() error { return tasks.Do(func() error { return nil }) }); err == nil {
		t.Error("a thread shares tasks twice")
	}
	tasks.Close()
	tasks.Close()
	if err := tasks.Do(func() error { return nil }); err == nil {
		t.Error("closed tasks are shared")
	}
}
