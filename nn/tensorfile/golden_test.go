package tensorfile

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// golden is a tensor of testdata/golden.json: every value as Python prints it.
type golden struct {
	Shape  []int64
	Values []string
}

func readGolden(t *testing.T) map[string]golden {
	t.Helper()
	text, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]golden
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	return want
}

// TestGolden reads what PyTorch and safetensors wrote, value for value: the
// tolerance is zero.
func TestGolden(t *testing.T) {
	all := readGolden(t)
	plain := maps.Clone(all)
	maps.DeleteFunc(plain, func(name string, _ golden) bool {
		return slices.Contains([]string{"whole", "offset", "transposed", "strided", "parameter"}, name)
	})
	for _, test := range []struct {
		file string
		want map[string]golden
	}{
		{"golden.safetensors", plain},
		{"zip.pth", all},
		{"zip-protocol4.pth", all},
		{"old.pth", all},
		{"nested.pth", all},
	} {
		t.Run(test.file, func(t *testing.T) {
			f, err := Open(filepath.Join("testdata", test.file))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if len(f.Tensors) != len(test.want) {
				t.Errorf("%d tensors, want %d", len(f.Tensors), len(test.want))
			}
			for _, tensor := range f.Tensors {
				compare(t, tensor, test.want[tensor.Name])
			}
		})
	}
}

func compare(t *testing.T, tensor Tensor, want golden) {
	t.Helper()
	if !slices.Equal(tensor.Shape, want.Shape) {
		t.Errorf("%s: shape %v, want %v", tensor.Name, tensor.Shape, want.Shape)
	}
	got, err := texts(tensor)
	if err != nil {
		t.Error(err)
	}
	if !slices.Equal(got, want.Values) {
		t.Errorf("%s: %v, want %v", tensor.Name, got, want.Values)
	}
}

// texts returns the tensor's values as golden.json writes them.
func texts(tensor Tensor) ([]string, error) {
	values, err := values(tensor)
	texts := []string{}
	for i := range reflect.ValueOf(values).Len() {
		switch v := reflect.ValueOf(values).Index(i).Interface().(type) {
		case bool:
			texts = append(texts, map[bool]string{false: "False", true: "True"}[v])
		case float32:
			texts = append(texts, python(float64(v)))
		case float64:
			texts = append(texts, python(v))
		default:
			texts = append(texts, fmt.Sprint(v))
		}
	}
	return texts, err
}

func values(t Tensor) (any, error) {
	switch t.DType {
	case Float32, Float16, BFloat16:
		return t.Float32s()
	case Float64:
		return t.Float64s()
	case Int64:
		return t.Int64s()
	case Int32:
		return t.Int32s()
	case Bool:
		return t.Bools()
	}
	return t.Uint8s()
}

// python writes a float as Python's str does.
func python(v float64) string {
	switch {
	case math.IsInf(v, 0) || v == 0:
		return map[bool]string{true: "inf", false: "0.0"}[v != 0]
	case math.Abs(v) < 1e-4 || math.Abs(v) >= 1e16:
		return strconv.FormatFloat(v, 'e', -1, 64)
	case v == math.Trunc(v):
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// TestHalf compares every float16 with its definition, IEEE 754-2008 §3.4.
func TestHalf(t *testing.T) {
	for bits := range 1 << 16 {
		half := uint16(bits)
		exponent, fraction := float64(half>>10&31), float64(half&1023)
		want := math.Ldexp(1+fraction/1024, int(exponent)-15)
		switch {
		case exponent == 0:
			want = math.Ldexp(fraction, -24)
		case exponent == 31 && fraction == 0:
			want = math.Inf(1)
		case exponent == 31:
			want = math.NaN()
		}
		if half>>15 == 1 {
			want = -want
		}
		got := float64(fromFloat16(half))
		if got != want && !(math.IsNaN(got) && math.IsNaN(want)) || math.Signbit(got) != (half>>15 == 1) {
			t.Fatalf("fromFloat16(%#04x) = %v, want %v", half, got, want)
		}
	}
}

// TestWrongType asks for values of a type that the tensor does not hold.
func TestWrongType(t *testing.T) {
	_, err := of("a", Int64, "12345678", 1).Float32s()
	if want := `tensor "a" holds I64, not F32`; err == nil || err.Error() != want {
		t.Errorf("Float32s: %v, want %q", err, want)
	}
}

// TestForms reads safetensors whose length of the header looks like a pickle,
// a zip archive or a web page.
func TestForms(t *testing.T) {
	for _, length := range []int{0x280, 0x10580, '<', 'P' | 'K'<<8} {
		header := `{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}`
		header += strings.Repeat(" ", length-len(header)-1) + "}"
		file := raw(header, "x")
		f, err := parse(strings.NewReader(file), int64(len(file)))
		if err != nil || len(f.Tensors) != 1 {
			t.Errorf("header of %d bytes: %v", length, err)
		}
	}
}
