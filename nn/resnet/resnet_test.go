package resnet

import (
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/seetell/seetell/internal/testtensors"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/torch"
)

func TestMain(m *testing.M) { os.Exit(testtensors.Run(m)) }

// uniform and value are golden.py's formula.
func uniform(name string, count int) []float64 {
	salt := uint64(crc32.ChecksumIEEE([]byte(name)))
	values := make([]float64, count)
	for i := range values {
		x := (uint64(i)*2654435761 + salt) % (1 << 32)
		x = (x ^ x>>15) * 2246822519 % (1 << 32)
		values[i] = float64((x^x>>13)/256) / (1 << 24)
	}
	return values
}

func value(s *torch.Scope, name string, shape ...int64) *torch.Tensor {
	count := 1
	for _, n := range shape {
		count *= int(n)
	}
	values := make([]float32, count)
	for i, u := range uniform(name, count) {
		switch {
		case strings.HasSuffix(name, "running_var"):
			u = .5 + u
		case strings.HasSuffix(name, "running_mean") || strings.HasSuffix(name, "bias"):
			u = .2 * (u - .5)
		case len(shape) == 4:
			u = (u - .5) * 2 * math.Sqrt(6/float64(count/int(shape[0])))
		default:
			u = .2 + .2*u
		}
		values[i] = float32(u)
	}
	return torch.FromSlice(s, values, shape...)
}

// TestGolden compares each network's features and a gradient with
// torchvision's, from the same weights: within 1e-5 of the largest.
func TestGolden(t *testing.T) {
	for _, name := range Names() {
		t.Run(name, func(t *testing.T) {
			err := torch.Run(func(s *torch.Scope) error {
				golden, _, err := nn.ReadFile(s, filepath.Join("testdata", name+".safetensors"))
				if err != nil {
					return err
				}
				r, err := New(s, name)
				if err != nil {
					return err
				}
				checkShapes(t, r)
				for _, e := range r.Named("") {
					if e.Name = strings.TrimSuffix(e.Name, "num_batches_tracked"); !strings.HasSuffix(e.Name, ".") {
						e.Tensor.Detach(s).CopyFrom(s, value(s, e.Name, e.Tensor.Shape()...))
					}
				}
				x := value(s, "picture", 1, 3, 32, 64).MulScalar(s, 8)
				layer3 := r.Through(s, r.Stem(s, x, nn.Eval), 0, 3, nn.Eval)
				layer4 := r.Through(s, layer3, 3, Layers, nn.Eval)
				if got, want := layer4.Dim(1), int64(Channels(name, 4)); got != want {
					t.Errorf("%d channels, want %d", got, want)
				}
				layer4.Mul(s, value(s, "probe", layer4.Shape()...)).Sum(s).Backward(s)
				for key, got := range map[string]*torch.Tensor{
					"layer3": layer3.Mean(s, 1), "layer4": layer4, "grad.bn1.weight": r.stem.norm.Weight.Grad(s),
				} {
					near(t, s, key, got, golden)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

// checkShapes requires Shapes to list what New built.
func checkShapes(t *testing.T, r *ResNet) {
	t.Helper()
	var built []nn.Shape
	for _, e := range r.Named("") {
		built = append(built, nn.Shape{Name: e.Name, Of: append([]int64{}, e.Tensor.Shape()...)})
	}
	if shapes, err := Shapes(r.depth.name); err != nil || !reflect.DeepEqual(shapes, built) {
		t.Errorf("Shapes() = %d tensors, %v; they are not the %d of Named", len(shapes), err, len(built))
	}
}

func near(t *testing.T, s *torch.Scope, name string, x *torch.Tensor, golden nn.StateDict) {
	t.Helper()
	i := slices.IndexFunc(golden, func(p nn.Parameter) bool { return p.Name == name })
	if i < 0 || !slices.Equal(x.Shape(), golden[i].Tensor.Shape()) {
		t.Fatalf("%s: shape %v is not that of the golden file", name, x.Shape())
	}
	want := golden[i].Tensor
	got, expected := x.Float64s(s), want.Float64s(s)
	difference, largest := 0., 0.
	for i := range got {
		difference, largest = max(difference, math.Abs(got[i]-expected[i])), max(largest, math.Abs(expected[i]))
	}
	if !(difference <= 1e-5*max(largest, 1e-3)) {
		t.Errorf("%s differs by %g, of %g at most", name, difference, largest)
	}
}

func TestUnknown(t *testing.T) {
	err := torch.Run(func(s *torch.Scope) error {
		_, err := New(s, "resnet19")
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "resnet152") {
		t.Errorf("New() = %v, want the names that are known", err)
	}
	if _, err := Shapes("vgg16"); err == nil {
		t.Error("Shapes knows vgg16")
	}
	if _, err := Pretrained(""); err == nil {
		t.Error("Pretrained knows a network without a name")
	}
	if Channels("vgg16", 4) != 0 || Channels("resnet50", 3) != 1024 || Channels("resnet34", 4) != 512 {
		t.Error("Channels does not count as torchvision does")
	}
}
