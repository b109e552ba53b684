package nn

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/seetell/seetell/internal/testshared"
	"github.com/seetell/seetell/nn/tensorfile"
	"github.com/seetell/seetell/torch"
)

// stack is a module of modules.
type stack struct {
	conv *Conv2d
	norm *BatchNorm
	out  *Linear
}

func newStack(s *torch.Scope) *stack {
	return &stack{NewConv2d(s, 3, 4, 3, ConvOptions{}), NewBatchNorm(s, 4), NewLinear(s, 4, 2, Options{Bias: true})}
}

func (m *stack) Named(prefix string) []Entry {
	return append(append(m.conv.Named(prefix+"conv."), m.norm.Named(prefix+"norm.")...), m.out.Named(prefix+"out.")...)
}

func names(state StateDict) []string {
	var names []string
	for _, p := range state {
		names = append(names, p.Name)
	}
	return names
}

// TestNames checks names and order, and what counts as trainable.
func TestNames(t *testing.T) {
	run(t, func(s *torch.Scope) {
		entries := newStack(s).Named("m.")
		want := []string{"m.conv.weight", "m.norm.weight", "m.norm.bias", "m.norm.running_mean",
			"m.norm.running_var", "m.norm.num_batches_tracked", "m.out.weight", "m.out.bias"}
		if got := names(StateOf(entries)); !reflect.DeepEqual(got, want) {
			t.Errorf("names %v, want %v", got, want)
		}
		freezeNorm := func(on bool) {
			for _, e := range entries {
				if e.Trainable && strings.HasPrefix(e.Name, "m.norm.") {
					e.Tensor.RequiresGrad(s, !on)
				}
			}
		}
		freezeNorm(true)
		want = []string{"m.conv.weight", "m.out.weight", "m.out.bias"}
		if got := names(Parameters(entries)); !reflect.DeepEqual(got, want) {
			t.Errorf("parameters %v, want %v", got, want)
		}
		freezeNorm(false)
		if got := names(Parameters(entries)); len(got) != 5 {
			t.Errorf("parameters %v, want all five", got)
		}
		if len(Tensors(Parameters(entries))) != 5 || newStackLSTM(s) != "weight_ih weight_hh bias_ih bias_hh" {
			t.Error("the LSTM's names or order are not PyTorch's")
		}
	})
}

func newStackLSTM(s *torch.Scope) string {
	return strings.Join(names(StateOf(NewLSTMCell(s, 2, 3).Named(""))), " ")
}

// TestInitial compares the initial values of one seed with PyTorch's, bit for
// bit.
func TestInitial(t *testing.T) {
	run(t, func(s *torch.Scope) {
		want := golden(t, s, "initial")
		if err := torch.ManualSeed(7); err != nil {
			t.Fatal(err)
		}
		var entries []Entry
		entries = append(entries, NewLinear(s, 5, 17, Options{Bias: true}).Named("linear.")...)
		entries = append(entries, NewConv2d(s, 3, 4, 3, ConvOptions{Bias: true}).Named("conv.")...)
		entries = append(entries, NewBatchNorm(s, 4).Named("norm.")...)
		entries = append(entries, NewEmbedding(s, 6, 20).Named("embedding.")...)
		entries = append(entries, NewLSTMCell(s, 6, 5).Named("lstm.")...)
		resnet := NewConv2d(s, 3, 4, 7, ConvOptions{})
		KaimingNormalFanOut(s, resnet.Weight)
		entries = append(entries, resnet.Named("resnet.")...)
		if len(entries) != len(want) {
			t.Errorf("%d tensors, want %d", len(entries), len(want))
		}
		for _, e := range entries {
			same(t, s, e.Name, e.Tensor, tensorOf(t, want, e.Name))
		}
	})
}

// TestLoad gives a module states that fit and that do not.
func TestLoad(t *testing.T) {
	change := func(name string, f func(s *torch.Scope) *torch.Tensor) func(*torch.Scope, StateDict) StateDict {
		return func(s *torch.Scope, d StateDict) StateDict {
			for i := range d {
				if d[i].Name == name {
					d[i].Tensor = f(s)
				}
			}
			return d
		}
	}
	for _, test := range []struct {
		name   string
		change func(*torch.Scope, StateDict) StateDict
		want   string // in the error; empty for none
	}{
		{"fits", func(_ *torch.Scope, d StateDict) StateDict { return d }, ""},
		{"no count of batches", func(_ *torch.Scope, d StateDict) StateDict { return d.Without("norm.num") }, ""},
		{"float64", change("out.bias", func(s *torch.Scope) *torch.Tensor {
			return torch.Ones(s, torch.Float64, torch.CPU, 2)
		}), ""},
		{"missing", func(_ *torch.Scope, d StateDict) StateDict { return d.Without("norm.w").Without("out") },
			"3 missing: norm.weight, out.weight, out.bias"},
		{"unexpected", func(_ *torch.Scope, d StateDict) StateDict { return append(d, d.Prefixed("fc.")[:1]...) },
			"1 unexpected: fc.conv.weight"},
		{"misshapen", change("out.bias", func(s *torch.Scope) *torch.Tensor {
			return torch.Ones(s, torch.Float32, torch.CPU, 3)
		}), "1 of another shape: out.bias [3], not [2]"},
		{"not a number", change("out.bias", func(s *torch.Scope) *torch.Tensor {
			return torch.Full(s, math.NaN(), torch.Float32, torch.CPU, 2)
		}), "1 with values that are not finite: out.bias"},
		{"all others", func(_ *torch.Scope, d StateDict) StateDict { return d.Prefixed("module.") },
			"7 missing: conv.weight, norm.weight, norm.bias, norm.running_mean, …; 8 unexpected"},
	} {
		for way, load := range map[string]func([]Entry, StateDict) error{"tensors": Load, "values": func(entries []Entry, state StateDict) error {
			return valuesOf(t, state).Load(entries)
		}} {
			t.Run(test.name+"/"+way, func(t *testing.T) {
				run(t, func(s *torch.Scope) {
					module, other := newStack(s), newStack(s)
					entries := module.Named("")
					before := module.conv.Weight.Clone(s)
					state := test.change(s, StateOf(other.Named("")))
					err := load(entries, state)
					if test.want == "" {
						if err != nil {
							t.Fatal(err)
						}
						same(t, s, "conv.weight", module.conv.Weight, other.conv.Weight)
						return
					}
					var mismatch *MismatchError
					if !errors.As(err, &mismatch) || !strings.Contains(err.Error(), test.want) {
						t.Errorf("Load: %v, want %q", err, test.want)
					}
					same(t, s, "conv.weight", module.conv.Weight, before)
				})
			})
		}
	}
}

// valuesOf returns a state's values as a file holds them.
func valuesOf(t *testing.T, state StateDict) Values {
	t.Helper()
	path := filepath.Join(t.TempDir(), "state.safetensors")
	if err := WriteFile(path, nil, state); err != nil {
		t.Fatal(err)
	}
	file, err := tensorfile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	values, err := ReadValues(file)
	if err != nil {
		t.Fatal(err)
	}
	return values
}

// TestValuesSplit: each part fills what it belongs to, and values that nobody read
// are refused.
func TestValuesSplit(t *testing.T) {
	run(t, func(s *torch.Scope) {
		norm := NewBatchNorm(s, 2)
		own, rest := valuesOf(t, append(StateOf(norm.Named("norm.")), Parameter{"beside", torch.Ones(s, torch.Float32, torch.CPU, 3)})).
			Split(func(name string) bool { return name != "beside" })
		if err := own.Load(norm.Named("norm.")); err != nil {
			t.Error(err)
		}
		if state := rest.State(s); len(state) != 1 || state[0].Name != "beside" || state[0].Tensor.Sum(s).Item(s) != 3 {
			t.Errorf("beside: %v", names(state))
		}
		if err := make(Values, 1).Load(nil); err == nil {
			t.Error("values that nobody read were loaded")
		}
	})
}

// TestLoadCountsFromZero checks the one tensor that a file may lack.
func TestLoadCountsFromZero(t *testing.T) {
	run(t, func(s *torch.Scope) {
		norm := NewBatchNorm(s, 2)
		norm.Forward(s, torch.FromSlice(s, []float32{1, 2, 3, 4}, 2, 2), Train)
		if got := norm.BatchesTracked.Int64s(s)[0]; got != 1 {
			t.Errorf("%d batches after one", got)
		}
		state := StateOf(norm.Named("")).Without(tracked)
		if err := Load(norm.Named(""), state); err != nil || norm.BatchesTracked.Int64s(s)[0] != 0 {
			t.Errorf("%d batches, want 0 (%v)", norm.BatchesTracked.Int64s(s)[0], err)
		}
	})
}

// TestFile writes tensors of every type and reads them back, and writes them
// again to the same bytes.
func TestFile(t *testing.T) {
	directory := t.TempDir()
	first, second := filepath.Join(directory, "1"), filepath.Join(directory, "2")
	run(t, func(s *torch.Scope) {
		state := StateDict{
			{"float32", torch.FromSlice(s, []float32{1.5, -2, 3, 4, 5, 6}, 2, 3)},
			{"transposed", torch.FromSlice(s, []float32{1, 2, 3, 4, 5, 6}, 2, 3).Transpose(s, 0, 1)},
			{"bfloat16", torch.FromSlice(s, []float32{1.5, -2}, 2).To(s, torch.BFloat16)},
			{"float64", torch.FromSlice(s, []float64{1. / 3}, 1)},
			{"int64", torch.FromSlice(s, []int64{-1 << 62})},
			{"int32", torch.FromSlice(s, []int32{-1 << 31, 7}, 2)},
			{"uint8", torch.FromSlice(s, []uint8{255}, 1, 1)},
			{"bool", torch.FromSlice(s, []bool{true, false}, 2)},
			{"empty", torch.Zeros(s, torch.Float32, torch.CPU, 0, 3)},
		}
		metadata := map[string]string{"seetell": "{}"}
		if err := WriteFile(first, metadata, state); err != nil {
			t.Fatal(err)
		}
		read, gotMetadata, err := ReadFile(s, first)
		if err != nil || !reflect.DeepEqual(gotMetadata, metadata) || !reflect.DeepEqual(names(read), names(state)) {
			t.Fatalf("%v %v, want %v (%v)", names(read), gotMetadata, names(state), err)
		}
		for i, p := range read {
			same(t, s, p.Name, p.Tensor, state[i].Tensor)
			want := state[i].Tensor.DType()
			if want == torch.BFloat16 {
				want = torch.Float32
			}
			if p.Tensor.DType() != want {
				t.Errorf("%s: %v, want %v", p.Name, p.Tensor.DType(), want)
			}
		}
		if err := WriteFile(second, metadata, read); err != nil {
			t.Fatal(err)
		}
	})
	one, err := os.ReadFile(first)
	if err != nil {
		t.Fatal(err)
	}
	if two, err := os.ReadFile(second); err != nil || !bytes.Equal(one, two) {
		t.Errorf("the second file differs: %v", err)
	}
}

// TestFileErrors checks that reading names the file.
func TestFileErrors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "absent")
	run(t, func(s *torch.Scope) {
		if _, _, err := ReadFile(s, path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("ReadFile: %v", err)
		}
	})
}

// TestPth reads the older form into tensors.
func TestPth(t *testing.T) {
	run(t, func(s *torch.Scope) {
		state, metadata, err := ReadFile(s, filepath.Join("tensorfile", "testdata", "old.pth"))
		if err != nil || metadata != nil {
			t.Fatal(metadata, err)
		}
		want := torch.FromSlice(s, []float32{12, 16, 20, 13, 17, 21, 14, 18, 22, 15, 19, 23}, 4, 3)
		same(t, s, "transposed", tensorOf(t, state, "transposed"), want)
	})
}

// TestShared loads the weights beside the checkout: all finite.
func TestShared(t *testing.T) {
	path := testshared.Dir(t, "weights", "resnet18-imagenet.safetensors")
	run(t, func(s *torch.Scope) {
		state, _, err := ReadFile(s, path)
		if err != nil {
			t.Fatal(err)
		}
		var entries []Entry
		for _, p := range state.Without("fc.") {
			entries = append(entries, Entry{Name: p.Name, Tensor: torch.Zeros(s, p.Tensor.DType(), torch.CPU, p.Tensor.Shape()...)})
		}
		if err := Load(entries, state.Without("fc.")); err != nil || len(entries) != 120 {
			t.Errorf("%d tensors: %v", len(entries), err)
		}
	})
}

// TestLoadInTheEntrysType refuses numbers that an entry's type cannot hold, by
// either way.
func TestLoadInTheEntrysType(t *testing.T) {
	for _, test := range []struct {
		name    string
		numbers []float64
		entry   torch.DType
		want    string // of the error; empty for none
	}{
		{"fit", []float64{1e30, 2}, torch.Float32, ""},
		{"too large for float32", []float64{1e300, 2}, torch.Float32, "not finite: w"},
		{"fit float64", []float64{1e300, 2}, torch.Float64, ""},
		{"whole numbers wanted", []float64{1, 2}, torch.Int64, "fractions for whole numbers: w"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "w.safetensors")
			err := torch.NoGrad(func(s *torch.Scope) error {
				return WriteFile(path, nil, StateDict{{"w", torch.FromSlice(s, test.numbers, 2)}})
			})
			if err != nil {
				t.Fatal(err)
			}
			check := func(way string, load func(s *torch.Scope, entries []Entry) error) {
				t.Helper()
				err := torch.NoGrad(func(s *torch.Scope) error {
					w := torch.Full(s, 3, test.entry, torch.CPU, 2)
					err := load(s, []Entry{{Name: "w", Tensor: w}})
					want := test.numbers[1]
					if err != nil {
						want = 3
					}
					if got := w.To(s, torch.Float64).Float64s(s)[1]; got != want {
						t.Errorf("%s: %v in the entry, want %v", way, got, want)
					}
					return err
				})
				if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
					t.Errorf("%s: %v, want %q", way, err, test.want)
				}
			}
			check("tensors", func(s *torch.Scope, entries []Entry) error {
				state, _, err := ReadFile(s, path)
				return errors.Join(err, Load(entries, state))
			})
			check("values", func(s *torch.Scope, entries []Entry) error {
				f, err := tensorfile.Open(path)
				if err != nil {
					return err
				}
				defer f.Close()
				v, err := ReadValues(f)
				return errors.Join(err, v.Load(entries))
			})
		})
	}
}
