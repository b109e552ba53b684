package captioner

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seetell/seetell/nn/tensorfile"
	"github.com/seetell/seetell/picture"
	"github.com/seetell/seetell/torch"
)

// TestTogether: a model beside itself says what it says alone, and so does one
// that sees a picture which is its own mirror image twice.
func TestTogether(t *testing.T) {
	path, err := writeSmall(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	photo := drawing(3)
	captions := func(paths []string, flip bool) Caption {
		t.Helper()
		m, err := OpenAll(paths, Options{Device: "cpu", Flip: flip})
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		found, err := m.CaptionBytes(t.Context(), photo, Beam{Width: 3, Best: 1, MaxWords: 5})
		if err != nil {
			t.Fatal(err)
		}
		return found[0]
	}
	alone, twice := captions([]string{path}, false), captions([]string{path, path}, false)
	if alone.Text != twice.Text || math.Abs(alone.LogProbability-twice.LogProbability) > 1e-4 {
		t.Errorf("together %q, %v; alone %q, %v", twice.Text, twice.LogProbability, alone.Text, alone.LogProbability)
	}
	if flipped := captions([]string{path}, true); flipped.LogProbability == alone.LogProbability {
		t.Error("the mirrored picture changes nothing")
	}
	if _, err := OpenAll(nil, Options{}); err == nil {
		t.Error("no checkpoint opens")
	}
}

// TestTogetherRefuses opens models that know different words: every tensor is
// freed.
func TestTogetherRefuses(t *testing.T) {
	path, err := writeSmall(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before := torch.Live()
	for _, test := range []struct{ name, old, changed, want string }{
		{"other words", `"runs"`, `"sits"`, "different words"},
		{"other pictures", `"mode":"squash"`, `"mode":"crop"`, "prepare pictures differently"},
	} {
		t.Run(test.name, func(t *testing.T) {
			other := filepath.Join(t.TempDir(), "other.safetensors")
			rewrite(t, other, whole, func(meta map[string]string, all []tensorfile.Tensor) []tensorfile.Tensor {
				changed := strings.Replace(meta["seetell"], test.old, test.changed, 1)
				if changed == meta["seetell"] {
					t.Fatalf("%s is not in %s", test.old, changed)
				}
				meta["seetell"] = changed
				return all
			})
			if _, err := OpenAll([]string{path, other}, Options{Device: "cpu"}); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("OpenAll() = %v, want %q", err, test.want)
			}
			if live := torch.Live(); live != before {
				t.Errorf("%d tensors live, %d before", live, before)
			}
		})
	}
}

func TestMirrored(t *testing.T) {
	pixels := []uint8{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
	if got, want := mirrored(pixels, 2), []uint8{4, 5, 6, 1, 2, 3, 10, 11, 12, 7, 8, 9}; !slices.Equal(got, want) {
		t.Errorf("mirrored %v, want %v", got, want)
	}
}

// TestMoreViewsRefuses gives pixels that are no pictures of the size stated: of a
// size of 0 their rows had no end.
func TestMoreViewsRefuses(t *testing.T) {
	network := &Network{scope: torch.NewScope()}
	defer network.Close()
	for _, test := range []struct {
		name     string
		network  *Network
		others   []*Network
		pictures int
		size     int
	}{
		{"no size", network, nil, 1, 0},
		{"a negative size", network, nil, 1, -1},
		{"another number of pictures", network, nil, 2, 1},
		{"no network", nil, nil, 1, 1},
		{"no other network", network, []*Network{nil}, 1, 1},
	} {
		err := torch.NoGrad(func(s *torch.Scope) error {
			MoreViews(s, View{Network: test.network}, test.others, true, make([]uint8, 3), test.pictures, picture.Preprocessing{Size: test.size}, PrecisionFloat32)
			return nil
		})
		if err == nil {
			t.Errorf("%s: no error", test.name)
		}
	}
}
