package torch

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// resolveCUDA opens libtorch's CUDA library and the CUDA shim, for which no GPU
// is needed, so that every entry point is looked up and every symbol bound.
func resolveCUDA() error {
	if err := Open(); err != nil {
		return err
	}
	if err := loadCUDA(); err != nil {
		return err
	}
	n, err := countCUDA()
	if n > 0 && !driverPresent() {
		return fmt.Errorf("%d devices without a driver", n)
	}
	return err
}

func TestCUDAEntriesResolve(t *testing.T) {
	out := child(t, "cuda", "LD_BIND_NOW=1")
	for _, absent := range []string{"libtorch's CUDA library cannot be opened", "libseetell_cuda.so is not there"} {
		if strings.Contains(out, absent) {
			t.Skip("needs CUDA's libraries and shim (make CUDA=1 build): ", out)
		}
	}
	if out != "<nil>" {
		t.Error(out)
	}
}

func TestParseDevice(t *testing.T) {
	for _, test := range []struct{ text, want, wrong string }{
		{"cpu", "cpu", ""},
		{"gpu", "", `device "gpu" is none of auto, cpu, cuda, cuda:N`},
		{"", "", "is none of"},
		{"cuda:", "", "is not the number of a CUDA device"},
		{"cuda:-1", "", "is not the number of a CUDA device"},
		{"cuda:255", "", "device cuda:255: "},
	} {
		got, err := ParseDevice(test.text)
		if test.wrong == "" && (err != nil || got.String() != test.want) {
			t.Errorf("ParseDevice(%q) = %v, %v", test.text, got, err)
		}
		if test.wrong != "" && (err == nil || !strings.Contains(err.Error(), test.wrong)) {
			t.Errorf("ParseDevice(%q): %v, want %q in it", test.text, err, test.wrong)
		}
	}
}

// TestWithoutCUDA runs where there is no CUDA device, TestOnCUDA where one is.
func TestWithoutCUDA(t *testing.T) {
	if CUDACount() > 0 {
		t.Skip("there is a CUDA device")
	}
	if device, err := ParseDevice("auto"); device != CPU || err != nil {
		t.Errorf("auto is %v, %v", device, err)
	}
	if _, err := ParseDevice("cuda"); err == nil || !strings.Contains(err.Error(), "device cuda:0: ") {
		t.Errorf("cuda: %v", err)
	}
	err := Run(func(s *Scope) error {
		if x := Zeros(s, Float32, CUDA(0), 2); x.Device() != CPU {
			t.Errorf("a tensor on %v", x.Device())
		}
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "device cuda:0: ") {
		t.Errorf("a tensor on CUDA: %v", err)
	}
	var e *Error
	if err := Run(func(s *Scope) error { Ones(s, Float32, CPU, 2).PinMemory(s); return nil }); !errors.As(err, &e) {
		t.Errorf("pinned memory: %v", err)
	}
	if CUDAName(0) != "" || FasterInBFloat16(CUDA(0)) || Memory(CUDA(0)) != (MemoryInfo{}) || Synchronize(CUDA(0)) == nil {
		t.Error("an absent device describes itself")
	}
	if _, err := RandomState(CUDA(0)); err == nil {
		t.Error("an absent device has random numbers")
	}
}

func TestOnCUDA(t *testing.T) {
	if CUDACount() == 0 {
		t.Skip("needs a GPU")
	}
	device := CUDA(0)
	t.Log(CUDAName(0), FasterInBFloat16(device))
	t.Run("operators", func(t *testing.T) {
		for name, c := range goldenCases(t) {
			compute(t, func(s *Scope) {
				in := c.tensors(s, Float32)
				for i := range in {
					in[i] = in[i].Detach(s).ToDevice(s, device).RequiresGrad(s, c.Gradients[i] != nil)
				}
				outputs := operators[name](s, in)
				for i, out := range outputs {
					// Convolutions may run in TF32, of ten bits.
					if values := out.Float64s(s); near(values, c.Outputs[i].Data) > 4e-3 {
						t.Errorf("%s = %v, want %v", name, values, c.Outputs[i].Data)
					}
				}
			})
		}
	})
	t.Run("random state", func(t *testing.T) {
		compute(t, func(s *Scope) {
			state, err := RandomState(device)
			if err != nil {
				t.Fatal(err)
			}
			x, y := Empty(s, Float32, device, 8), Empty(s, Float32, device, 8)
			x.Uniform(s, 0, 1)
			if err := SetRandomState(device, state); err != nil {
				t.Fatal(err)
			}
			y.Uniform(s, 0, 1)
			if near(y.Float64s(s), x.Float64s(s)) != 0 {
				t.Error("the same state gave other numbers")
			}
		})
	})
	t.Run("memory", func(t *testing.T) {
		compute(t, func(s *Scope) {
			ResetPeak(device)
			before := Memory(device)
			Zeros(s, Uint8, device, 1<<24).Free()
			after := Memory(device)
			if after.Peak-before.Allocated < 1<<24 || after.Allocated != before.Allocated || after.Total < after.Free {
				t.Errorf("before 16 MiB %+v, after %+v", before, after)
			}
			if err := Synchronize(device); err != nil {
				t.Error(err)
			}
		})
	})
	t.Run("out of memory", func(t *testing.T) {
		var e *Error
		err := Run(func(s *Scope) error { Empty(s, Uint8, device, 1<<50); return nil })
		if !errors.As(err, &e) || !e.OutOfMemory() {
			t.Errorf("got %v", err)
		}
	})
	t.Run("pinned memory", func(t *testing.T) {
		compute(t, func(s *Scope) {
			x := FromSlice(s, []float32{1, 2}, 2).PinMemory(s).ToDevice(s, device)
			if got := x.Float64s(s); near(got, []float64{1, 2}) != 0 {
				t.Errorf("got %v", got)
			}
		})
	})
}
