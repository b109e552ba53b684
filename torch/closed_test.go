package torch

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestWithinLeavesWhatItDidNotMake(t *testing.T) {
	owner := NewScope()
	defer owner.Close()
	weight := Ones(owner, Float32, CPU, 2, 3)
	compute(t, func(s *Scope) {
		kept := s.Within(func(inner *Scope) []*Tensor { return []*Tensor{weight, weight.Neg(inner)} })
		if kept[0] != weight || kept[1].scope != s {
			t.Errorf("kept %v", kept)
		}
	})
	if got := weight.Float32s(owner); len(got) != 6 {
		t.Errorf("the owner's tensor has %d elements after Run, want 6: %v", len(got), owner.Err())
	}
}

// TestErrorsGoToTheCaller makes mistakes with a tensor of another scope, which
// must not hear of them.
func TestErrorsGoToTheCaller(t *testing.T) {
	owner := NewScope()
	defer owner.Close()
	weight := Ones(owner, Float32, CPU, 2)
	words := FromSlice(owner, []int64{1, 2}, 2)
	for name, mistake := range map[string]func(s *Scope){
		"SetGrad":      func(s *Scope) { weight.SetGrad(s, Ones(s, Float32, CPU, 5)) },
		"RequiresGrad": func(s *Scope) { words.RequiresGrad(s, true) },
		"ZeroGrad":     func(s *Scope) { (*Tensor)(nil).ZeroGrad(s) },
	} {
		if err := Run(func(s *Scope) error { mistake(s); return nil }); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if owner.Err() != nil {
		t.Errorf("the owner's scope has %v", owner.Err())
	}
}

func TestTwoGoroutinesInAScope(t *testing.T) {
	panics := func(f func()) (said string) {
		var group sync.WaitGroup
		group.Go(func() {
			defer func() { said = fmt.Sprint(recover()) }()
			f()
		})
		group.Wait()
		return said
	}
	err := Run(func(s *Scope) error {
		if said := panics(func() { Ones(s, Float32, CPU, 1) }); !strings.Contains(said, "not Run's") {
			t.Errorf("another goroutine in Run's scope: %s", said)
		}
		s.Within(func(inner *Scope) []*Tensor {
			if said := panics(func() { Ones(inner, Float32, CPU, 1) }); !strings.Contains(said, "not Run's") {
				t.Errorf("another goroutine in Within's scope: %s", said)
			}
			return nil
		})
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	object := NewScope()
	defer object.Close()
	Ones(object, Float32, CPU, 1)
	if said := panics(func() { Ones(object, Float32, CPU, 1) }); said != "<nil>" {
		t.Errorf("one goroutine after another: %s", said)
	}
	object.do("wait", func() *message {
		if said := panics(func() { Ones(object, Float32, CPU, 1) }); !strings.Contains(said, "at the same time") {
			t.Errorf("two goroutines: %s", said)
		}
		return nil
	})
}

func TestNineDimensions(t *testing.T) {
	err := Run(func(s *Scope) error {
		Ones(s, Float32, CPU, 1, 1, 1, 1, 1, 1, 1, 2).Unsqueeze(s, 0)
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "9 dimensions, more than 8") {
		t.Errorf("the error is %v", err)
	}
}

// TestFusedAdamShapes gives Adam state that is shorter than its parameters,
// which it would read and write beyond.
func TestFusedAdamShapes(t *testing.T) {
	const n = 1 << 20
	for name, spoil := range map[string]func(s *Scope, state *FusedAdamState){
		"short first moments":  func(s *Scope, state *FusedAdamState) { state.M[0] = Zeros(s, Float32, CPU, 1) },
		"short second moments": func(s *Scope, state *FusedAdamState) { state.V[0] = Zeros(s, Float32, CPU, 1) },
		"short gradients":      func(s *Scope, state *FusedAdamState) { state.Grads[0] = Zeros(s, Float32, CPU, 1) },
		"moments of a half":    func(s *Scope, state *FusedAdamState) { state.M[0] = Zeros(s, BFloat16, CPU, n) },
		"steps of integers":    func(s *Scope, state *FusedAdamState) { state.Steps[0] = Zeros(s, Int64, CPU) },
		"another layout": func(s *Scope, state *FusedAdamState) {
			state.Params[0] = Ones(s, Float32, CPU, 2, n/2)
			state.Grads[0] = Ones(s, Float32, CPU, 2, n/2)
			state.M[0] = Zeros(s, Float32, CPU, n/2, 2).Transpose(s, 0, 1)
			state.V[0] = Zeros(s, Float32, CPU, 2, n/2)
		},
		"parameters with gaps": func(s *Scope, state *FusedAdamState) {
			state.Params[0] = Ones(s, Float32, CPU, n, 2).Narrow(s, 1, 0, 1)
			for _, list := range [][]*Tensor{state.Grads, state.M, state.V} {
				list[0] = Zeros(s, Float32, CPU, n, 2).Narrow(s, 1, 0, 1)
			}
		},
	} {
		err := Run(func(s *Scope) error {
			zeros := func() []*Tensor { return []*Tensor{Zeros(s, Float32, CPU, n)} }
			state := FusedAdamState{Params: zeros(), Grads: zeros(), M: zeros(), V: zeros(), Steps: []*Tensor{Zeros(s, Float32, CPU)}}
			spoil(s, &state)
			FusedAdam(s, state, FusedAdamOptions{LR: .1, Beta1: .9, Beta2: .99, Eps: 1e-8})
			return nil
		})
		if err == nil || !strings.Contains(err.Error(), "adam of") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTensorPrintsItself(t *testing.T) {
	compute(t, func(s *Scope) {
		freed := Ones(s, Float32, CPU)
		freed.Free()
		for _, test := range []struct {
			x    *Tensor
			want string
		}{
			{FromSlice(s, []float32{.5, -1, 2, 0, .25, 7}, 2, 3), "float32 (2, 3) on cpu: 0.5 -1 2 0 0.25 7"},
			{Arange(s, 9, CPU), "int64 (9) on cpu: 0 1 2 3 4 5 …"},
			{FromSlice(s, []bool{true, false}, 2), "bool (2) on cpu: true false"},
			{Ones(s, BFloat16, CPU).RequiresGrad(s, true), "bfloat16 () on cpu, with gradient: 1"},
			{Zeros(s, Float64, CPU, 0, 3), "float64 (0, 3) on cpu"},
			{nil, "a tensor that is nil"},
			{inert, "a tensor that is the result of a failed operator"},
			{freed, "a tensor that was freed"},
		} {
			if got := fmt.Sprint(test.x); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		}
	})
}

// TestOnePin holds every place that names libtorch's version to one.
func TestOnePin(t *testing.T) {
	for file, place := range map[string]string{
		"../CMakeLists.txt":             `set\(TORCH_PIN "([0-9.]+)"\)`,
		"../cmd/setup/pins.go":          `const libtorchVersion = "([0-9]+\.[0-9]+)\.[0-9]+"`,
		"../cmd/setup/requirements.txt": `(?m)^torch==([0-9]+\.[0-9]+)\.`,
	} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		match := regexp.MustCompile(place).FindSubmatch(text)
		if match == nil || string(match[1]) != pin {
			t.Errorf("%s names %q, torch's pin is %s", file, match, pin)
		}
	}
	wheel := regexp.MustCompile(`"torch-([0-9]+\.[0-9]+\.[0-9]+)-`)
	text, err := os.ReadFile("../cmd/setup/pins.go")
	if err != nil {
		t.Fatal(err)
	}
	if match := wheel.FindSubmatch(text); match == nil || !slices.Contains(strings.Split(string(text), `"`), string(match[1])) {
		t.Errorf("the wheel's version %q is not libtorchVersion", match)
	}
}
