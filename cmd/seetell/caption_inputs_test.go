package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seetell/seetell/internal/testmodel"
)

// TestOutSparesInputs refuses captions in the place of what is read, by whatever
// path, and whether it was asked to go on or to begin anew.
func TestOutSparesInputs(t *testing.T) {
	checkpoint, photo := testmodel.Files(t)
	dir, paths := photographs(t, photo, 2)
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	run := filepath.Join(t.TempDir(), "run")
	if err := os.Mkdir(run, 0o777); err != nil {
		t.Fatal(err)
	}
	model, best := file("model", textOf(t, checkpoint)), filepath.Join(run, "best.safetensors")
	list, given := file("list", paths[0]+"\n"), file("given", `{"file":"`+paths[0]+`","caption":"a dog"}`+"\n")
	config, link := file("config.toml", "beam = 2\n"), filepath.Join(dir, "link")
	if err := os.WriteFile(best, []byte(textOf(t, checkpoint)), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(paths[1], link); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, out string
		args      []string
	}{
		{"a picture", paths[1], []string{"--model", checkpoint, paths[0], paths[1]}},
		{"a picture of a folder, by a link", link, []string{"--model", checkpoint, dir}},
		{"the model", model, []string{"--model", model, paths[0]}},
		{"a run's model", best, []string{"--model", run, paths[0]}},
		{"the list", list, []string{"--model", checkpoint, "--list", list}},
		{"the captions given", given, []string{"--model", checkpoint, "--given", given}},
		{"the settings", config, []string{"--model", checkpoint, "--config", config, paths[0]}},
	} {
		for _, how := range []string{"--overwrite", "--resume"} {
			t.Run(test.name+" "+how, func(t *testing.T) {
				before := textOf(t, test.out)
				_, messages, code := say(t, append([]string{"caption", "--device", "cpu", how, "--out", test.out}, test.args...)...)
				refused := code == exitUsage && strings.Contains(messages, test.out+" is read as well")
				if noCaptions := strings.Contains(messages, "has not the format"); !refused && !(test.out == best && noCaptions) { // seen before the run is looked into
					t.Errorf("exit code %d, %s", code, messages)
				}
				if textOf(t, test.out) != before {
					t.Error("it is written over")
				}
			})
		}
	}
}

// TestOverwriteKeeps leaves captions of before where none come in their place, and
// has errors before the first caption stand with it.
func TestOverwriteKeeps(t *testing.T) {
	checkpoint, photo := testmodel.Files(t)
	const before = "{\"file\":\"a.jpg\",\"captions\":[{\"text\":\"a dog\"}]}\n"
	for _, test := range []struct {
		name string
		args []string
		said string
		want []string // files of the lines; nil for what was there
	}{
		{"a model that is not there", []string{"--model", "/nowhere", photo}, "/nowhere", nil},
		{"a device that is not there", []string{"--device", "cuda:99", "--model", checkpoint, photo}, "cuda", nil},
		{"missing pictures", []string{"--model", checkpoint, "/nowhere.jpg", "/nothing.jpg"}, "2 of 2 pictures could not be described; ", nil},
		{"a missing picture first", []string{"--model", checkpoint, "/nowhere.jpg", photo, "/nothing.jpg"}, "2 of 3 pictures could not be described\n", []string{"/nowhere.jpg", photo, "/nothing.jpg"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "captions.json")
			if err := os.WriteFile(out, []byte(before), 0o666); err != nil {
				t.Fatal(err)
			}
			_, messages, code := say(t, append([]string{"caption", "--format", "json", "--overwrite", "--out", out}, test.args...)...)
			if code != exitFailed || !strings.Contains(messages, test.said) {
				t.Errorf("exit code %d, %s", code, messages)
			}
			text := textOf(t, out)
			if test.want == nil && text != before {
				t.Errorf("%q is left of what was there", text)
			}
			if lines := strings.Split(strings.TrimSpace(text), "\n"); test.want != nil && len(lines) != len(test.want) {
				t.Fatalf("%d lines, want %d:\n%s", len(lines), len(test.want), text)
			}
			for i, line := range strings.Split(strings.TrimSpace(text), "\n") {
				if test.want != nil && !strings.HasPrefix(line, `{"file":"`+test.want[i]+`"`) {
					t.Errorf("line %d is %s, want %s", i+1, line, test.want[i])
				}
			}
		})
	}
}
