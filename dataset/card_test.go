package dataset

import (
	"fmt"
	"strings"
	"testing"
)

func TestCard(t *testing.T) {
	files := []string{"data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet", "data/test-00000-of-00001.parquet", "other/a.parquet"}
	for _, test := range []struct{ name, front, want string }{
		{"list", "configs:\n- config_name: default\n  data_files:\n  - split: train\n    path: data/train-*\n  - split: held\n    path: [data/test-*]\n", "train:0 train:1 held:2"},
		{"default of several", "configs:\n- config_name: x\n  data_files: other/*\n- config_name: y\n  default: true\n  data_files: data/te**\n", "train:2"},
		{"mapping", "configs:\n- config_name: x\n  data_dir: data\n  data_files:\n    train: ['train-00000*', '{train-00001,no}*']\n    test: test-?0000-of-00001.parquet\n", "train:0 train:1 test:2"},
		{"nothing said", "license: mit\n", "train:0 train:1 test:2 :3"},
		{"no match", "configs:\n- data_files: nowhere/*\n", "error: match no file"},
		{"not YAML", "a: [\n", "error: front matter"},
		{"a shard left out", "configs:\n- data_files: data/train-00001*\n", "error: data/train-00000-of-00002 is missing"},
	} {
		t.Run(test.name, func(t *testing.T) {
			parts, err := chooseParts([]byte("---\n"+test.front+"---\n# A set\n"), files)
			if want, ok := strings.CutPrefix(test.want, "error: "); ok {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %q", err, want)
				}
				return
			}
			var got []string
			for _, p := range parts {
				for i, file := range files {
					if file == p.path {
						got = append(got, fmt.Sprintf("%s:%d", p.split, i))
					}
				}
			}
			if err != nil || strings.Join(got, " ") != test.want {
				t.Errorf("got %v, %v, want %s", got, err, test.want)
			}
		})
	}
}

func TestSplitOfFile(t *testing.T) {
	for name, want := range map[string]string{
		"data/train-00000-of-00002-2f8f6bfa852eac4b.parquet": Train,
		"TEST/test/0000.parquet":                             Test,
		"default/partial-train/0000.parquet":                 Train,
		"annotations/captions_val2014.json":                  Validation,
		"trains.parquet":                                     "",
		"dev.tar":                                            Validation,
	} {
		if got := splitOfFile(name); got != want {
			t.Errorf("splitOfFile(%q) = %q, want %q", name, got, want)
		}
	}
}
