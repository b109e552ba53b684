package captioner

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// serve stands in for torchvision's address.
func serve(t *testing.T, handler http.HandlerFunc) {
	t.Helper()
	server := httptest.NewServer(handler)
	before := imageNetAddress
	imageNetAddress = server.URL + "/" + imageNetName
	t.Cleanup(func() { imageNetAddress = before; server.Close() })
}

func TestImageNetWeightsRefuses(t *testing.T) {
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
			home := t.TempDir()
			t.Setenv("TORCH_HOME", home)
			serve(t, test.handler)
			_, err := ImageNetWeights(context.Background())
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "--encoder-weights") {
				t.Errorf("ImageNetWeights() = %v, want %q and what to do", err, test.want)
			}
			left, err := filepath.Glob(filepath.Join(home, "hub", "checkpoints", "*"))
			if err != nil || len(left) != 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}

func TestCheckpointsFolder(t *testing.T) {
	for _, test := range []struct{ name, torchHome, cache, want string }{
		{"TORCH_HOME", "/a", "/b", "/a/hub/checkpoints"},
		{"the user's cache", "", "/b", "/b/torch/hub/checkpoints"},
		{"the home", "", "", "/home/u/.cache/torch/hub/checkpoints"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("TORCH_HOME", test.torchHome)
			t.Setenv("XDG_CACHE_HOME", test.cache)
			t.Setenv("HOME", "/home/u")
			got, err := checkpointsFolder()
			if err != nil || got != test.want {
				t.Errorf("checkpointsFolder() = %q, %v, want %q", got, err, test.want)
			}
		})
	}
}

func TestImageNetWeightsUsesWhatIsThere(t *testing.T) {
	home := t.TempDir()
	t.Setenv("TORCH_HOME", home)
	dir := filepath.Join(home, "hub", "checkpoints")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, imageNetName)
	if err := os.WriteFile(path, []byte("damaged"), 0o644); err != nil {
		t.Fatal(err)
	}
	asked := false
	serve(t, func(w http.ResponseWriter, r *http.Request) { asked = true; http.NotFound(w, r) })
	if _, err := ImageNetWeights(context.Background()); err == nil || !asked {
		t.Errorf("a damaged file is used: %v", err)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "damaged" {
		t.Errorf("a failed download changed the file: %q, %v", data, err)
	}
}
