package dataset

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seetell/seetell/hub"
	"github.com/seetell/seetell/hub/hubtest"
)

// serveHub starts a hub with one data set and points the environment at it,
// with an empty cache.
func serveHub(t *testing.T, id string, set *hubtest.Set) *hubtest.Server {
	t.Helper()
	server := hubtest.New()
	t.Cleanup(server.Close)
	server.Add(id, set)
	for _, name := range []string{"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HUGGINGFACE_HUB_CACHE"} {
		t.Setenv(name, "")
	}
	t.Setenv("HF_HOME", t.TempDir())
	t.Setenv("HF_HUB_CACHE", t.TempDir())
	t.Setenv("HF_ENDPOINT", server.URL)
	return server
}

func fixture(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "parquet", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestOpenFromHub(t *testing.T) {
	data := fixture(t, "numbered.parquet")
	for _, test := range []struct {
		name, source string
		files        map[string][]byte
		branches     []string
		want         string // the splits, or error: …
	}{
		{"file names", "owner/set", map[string][]byte{"data/train-00000-of-00001-2f8f.parquet": data, "data/validation-00000-of-00001-1a.parquet": data}, nil, "train validation"},
		{"card", "owner/set@v1", map[string][]byte{"README.md": []byte("---\nconfigs:\n- data_files:\n  - split: held\n    path: a.parquet\n---\n"), "a.parquet": data, "b.parquet": data}, []string{"v1"}, "held"},
		{"tar", "owner/set", map[string][]byte{"test/0.tar": makeTar(t, "a.jpg", "picture", "a.txt", "A")}, nil, "test"},
		{"folder", "owner/set", map[string][]byte{"metadata.jsonl": []byte(`{"file_name":"a.png","text":"A","split":"test"}`), "a.png": tinyPicture("a")}, nil, "test"},
		{"script", "owner/set", map[string][]byte{"set.py": []byte("print()")}, nil, "error: no parquet files"},
		{"shard missing", "owner/set", map[string][]byte{"train-00001-of-00002.parquet": data}, nil, "error: train-00000-of-00002 is missing"},
		{"absent", "owner/other", nil, nil, "error: there is no file or folder owner/other here: no data set owner/other on the hub"},
		{"no name", "nowhere", nil, nil, "error: neither a file, a folder nor the name"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := serveHub(t, "owner/set", &hubtest.Set{Files: test.files, Branches: test.branches})
			for _, offline := range []string{"", "1"} {
				t.Setenv("HF_HUB_OFFLINE", offline)
				set, err := Open(context.Background(), test.source, Options{})
				if want, ok := strings.CutPrefix(test.want, "error: "); ok {
					if err == nil || !strings.Contains(err.Error(), want) {
						t.Errorf("got %v, want %q", err, want)
					}
					return
				}
				if err != nil {
					t.Fatalf("offline %q: %v", offline, err)
				}
				var splits []string
				for _, split := range set.Splits {
					splits = append(splits, split.Name)
					if _, err := split.Bytes(0); err != nil {
						t.Error(err)
					}
				}
				if got := strings.Join(splits, " "); got != test.want || set.Name != "owner/set" || len(set.Revision) != 40 {
					t.Errorf("got %s of %s at %s, want %s", got, set.Name, set.Revision, test.want)
				}
				set.Close()
				server.Close()
			}
		})
	}
}

// TestConverted: a set of a loading script is taken from the hub's conversion.
func TestConverted(t *testing.T) {
	serveHub(t, "owner/set", &hubtest.Set{Files: map[string][]byte{"script.py": []byte("print()")},
		Converted: &hubtest.Set{Files: map[string][]byte{"TEST/test/0000.parquet": fixture(t, "splitcolumn.parquet")}}})
	for _, offline := range []string{"", "1"} {
		t.Setenv("HF_HUB_OFFLINE", offline)
		set, err := Open(context.Background(), "owner/set", Options{})
		if err != nil {
			t.Fatalf("offline %q: %v", offline, err)
		}
		if len(set.Splits) != 3 {
			t.Errorf("%d splits, want the column's 3", len(set.Splits))
		}
		set.Close()
	}
}

func TestDownloadFolder(t *testing.T) {
	serveHub(t, "owner/set", &hubtest.Set{Files: map[string][]byte{"train.parquet": fixture(t, "list.parquet")}})
	folder, err := Download(context.Background(), hub.Repo{Kind: hub.Datasets, ID: "owner/set", Revision: hub.Main}, hub.Environment())
	if err != nil {
		t.Fatal(err)
	}
	set, err := Open(context.Background(), folder, Options{})
	if err != nil {
		t.Fatal(err)
	}
	set.Close()
}
