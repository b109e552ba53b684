package hub

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// serveTorch stands in for torchvision's address, and keeps PyTorch's cache in
// a folder of the test's.
func serveTorch(t *testing.T, handler http.HandlerFunc) (home string) {
	t.Helper()
	server := httptest.NewServer(handler)
	before := torchAddress
	torchAddress = server.URL + "/models/"
	t.Cleanup(func() { torchAddress = before; server.Close() })
	home = t.TempDir()
	t.Setenv("TORCH_HOME", home)
	return home
}

// TestTorchWeights downloads a file once, by the digits in its name, and again
// where what is there is damaged.
func TestTorchWeights(t *testing.T) {
	data := []byte("weights of a network")
	sum := sha256.Sum256(data)
	name := "resnet50-" + hex.EncodeToString(sum[:4]) + ".pth"
	asked := 0
	home := serveTorch(t, func(w http.ResponseWriter, r *http.Request) {
		asked++
		if r.URL.Path != "/models/"+name {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write(data)
	})
	want := filepath.Join(home, "hub", "checkpoints", name)
	for times := 1; times <= 3; times++ {
		path, err := TorchWeights(t.Context(), name)
		if err != nil || path != want {
			t.Fatalf("TorchWeights() = %q, %v, want %q", path, err, want)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != string(data) {
			t.Fatalf("the file holds %q, %v", got, err)
		}
		if times == 2 {
			if asked != 1 {
				t.Errorf("%d downloads of what is there", asked)
			}
			if err := os.WriteFile(path, []byte("damaged"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if asked != 2 {
		t.Errorf("%d downloads, want one, and one more for the damaged file", asked)
	}
}

func TestTorchWeightsRefuses(t *testing.T) {
	const name = "resnet18-f37072fd.pth"
	for _, test := range []struct {
		name, want string
		handler    http.HandlerFunc
	}{
		{"another file", "SHA-256", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("weights")) }},
		{"not there", "404", http.NotFound},
		{"cut short", "unexpected EOF", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("weights"))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			home := serveTorch(t, test.handler)
			path := filepath.Join(home, "hub", "checkpoints", name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte("damaged"), 0o644); err != nil {
				t.Fatal(err)
			}
			_, err := TorchWeights(t.Context(), name)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("TorchWeights() = %v, want %q and where the file belongs", err, test.want)
			}
			left, err := os.ReadDir(filepath.Dir(path))
			if err != nil || len(left) != 1 {
				t.Errorf("left behind: %v, %v", left, err)
			}
			if data, err := os.ReadFile(path); err != nil || string(data) != "damaged" {
				t.Errorf("a failed download changed the file: %q, %v", data, err)
			}
		})
	}
	if _, err := TorchWeights(t.Context(), "../resnet18-f37072fd.pth"); err == nil {
		t.Error("a name that leaves the cache is taken")
	}
}

func TestTorchPath(t *testing.T) {
	for _, test := range []struct{ name, torchHome, cache, want string }{
		{"TORCH_HOME", "/a", "/b", "/a/hub/checkpoints/x.pth"},
		{"the user's cache", "", "/b", "/b/torch/hub/checkpoints/x.pth"},
		{"the home", "", "", "/home/u/.cache/torch/hub/checkpoints/x.pth"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("TORCH_HOME", test.torchHome)
			t.Setenv("XDG_CACHE_HOME", test.cache)
			t.Setenv("HOME", "/home/u")
			got, err := TorchPath("x.pth")
			if err != nil || got != test.want {
				t.Errorf("TorchPath() = %q, %v, want %q", got, err, test.want)
			}
		})
	}
}
