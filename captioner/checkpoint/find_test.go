package checkpoint

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seetell/seetell/hub/hubtest"
)

// fill makes a folder of files.
func fill(t *testing.T, dir string, names ...string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFind makes paths of names in a folder of its own, where the hub has
// owner/model at two revisions.
func TestFind(t *testing.T) {
	server := hubtest.New()
	defer server.Close()
	large := []byte(strings.Repeat("x", 2000))
	server.AddModel("owner/model", &hubtest.Set{Branches: []string{"main", "v1"}, Files: map[string][]byte{
		"README.md": []byte("# A model"), "best.safetensors": large, "last.resume.safetensors": large}})
	server.AddModel("owner/pickles", &hubtest.Set{Files: map[string][]byte{"pytorch_model.bin": large}})
	for name, value := range map[string]string{"HF_ENDPOINT": server.URL, "HF_HOME": t.TempDir(), "HF_HUB_CACHE": t.TempDir(), "HF_TOKEN": "", "HF_HUB_OFFLINE": ""} {
		t.Setenv(name, value)
	}
	t.Chdir(t.TempDir())
	fill(t, "run", "best.safetensors", "last.safetensors", "epoch-01.safetensors", "last.resume.safetensors", "history.jsonl")
	fill(t, "unvalidated", "last.safetensors", "epoch-01.safetensors")
	fill(t, "begun", "last.resume.safetensors", "settings.toml")
	fill(t, "one", "flowers.safetensors", "README.md")
	fill(t, "several", "a.safetensors", "b.safetensors")
	fill(t, "empty")
	fill(t, "here/model", "best.safetensors")
	for _, test := range []struct{ name, source, want string }{
		{"a file", "run/epoch-01.safetensors", "run/epoch-01.safetensors"},
		{"a run", "run", "run/best.safetensors"},
		{"a run by a path with a slash", "run/", "run/best.safetensors"},
		{"a run without a best one", "unvalidated", "unvalidated/last.safetensors"},
		{"a folder with one checkpoint", "one", "one/flowers.safetensors"},
		{"a folder with the hub's form of name", "here/model", "here/model/best.safetensors"},
		{"a model on the hub", "owner/model", "best.safetensors"},
		{"a model on the hub at a revision", "owner/model@v1", "best.safetensors"},
		{"another revision", "owner/model@v2", "error: owner/model has no revision v2"},
		{"no such model", "owner/nothing", "error: there is no file or folder owner/nothing here: no model owner/nothing on the hub"},
		{"a model in pickles", "owner/pickles", "error: it holds no checkpoint (*.safetensors)"},
		{"a run that has begun", "begun", "error: its first epoch is not done"},
		{"a folder with several", "several", "error: Name one: a.safetensors, b.safetensors"},
		{"an empty folder", "empty", "error: it holds no checkpoint"},
		{"a file that is not there", "run/wrong.safetensors", "error: neither a checkpoint, the folder of a run nor the name of a model on the hub"},
		{"a slip beside runs", "here/modle", "error: here is a folder here; here/modle@main is the hub's model of that name"},
		{"a path that is not there", "./runs/a/b", "error: no such file or directory"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server.Requests()
			path, err := Find(t.Context(), test.source, nil)
			if want, failing := strings.CutPrefix(test.want, "error: "); failing {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Fatalf("Find(%q) = %q, %v, want %q", test.source, path, err, want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(test.source, "owner/") {
				if data, err := os.ReadFile(path); err != nil || string(data) != string(large) || filepath.Base(path) != test.want {
					t.Errorf("Find(%q) = %q with %d bytes, %v", test.source, path, len(data), err)
				}
				return
			}
			if path != test.want || len(server.Requests()) > 0 {
				t.Errorf("Find(%q) = %q, want %q without asking the hub", test.source, path, test.want)
			}
		})
	}
}
