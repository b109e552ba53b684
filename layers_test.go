package seetell_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/seetell/seetell/"

// layers has the rooms of docs/architecture.md, from the top. A package belongs
// to the room with the longest name that its own begins with, and imports from
// its own room and from rooms of lower layers. Nothing imports what stands above
// all: programs that measure, show or test.
var layers = [][]string{
	{"bench", "examples", "python", "third_party/notices",
		"internal/testjpeg", "internal/testmodel", "internal/testpython", "internal/testrun", "internal/testshared", "internal/testtensors"},
	{"cmd/seetell", "cmd/setup"},
	{"serve", "train"},
	{"predict"},
	{"captioner", "dataset", "plots"},
	{"captioner/checkpoint", "evaluate"},
	{"nn"},
	{"hub", "internal/annotations", "picture", "torch"},
	{"internal"}, // small tools that import none of ours
}

// withoutTensors are the rooms that work without libtorch.
var withoutTensors = []string{
	"captioner/checkpoint", "cmd/setup", "dataset", "evaluate", "hub", "internal/annotations", "nn/tensorfile", "picture", "plots",
}

// pkg is a package as `go list` tells it.
type pkg struct {
	ImportPath    string
	Imports, Deps []string
}

func (p pkg) name() string { return strings.TrimPrefix(p.ImportPath, module) }

// packages lists those of this module that are not for tests alone.
func packages(t *testing.T) []pkg {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,Deps", "./...")
	out, err := list.Output()
	if err != nil {
		t.Fatalf("%v: %v", list, err)
	}
	var all []pkg
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		if p.ImportPath+"/" != module { // the sources that the module embeds
			all = append(all, p)
		}
	}
}

// within tells whether a package lies in a folder.
func within(name, folder string) bool { return name == folder || strings.HasPrefix(name, folder+"/") }

// place returns a package's room and its layer, counted from the top.
func place(name string) (room string, layer int) {
	for i, rooms := range layers {
		for _, r := range rooms {
			if within(name, r) && len(r) > len(room) {
				room, layer = r, i
			}
		}
	}
	return room, layer
}

// TestLayers fails where a package imports another room of its own layer or of
// a higher one, or belongs to no room.
func TestLayers(t *testing.T) {
	for _, p := range packages(t) {
		room, layer := place(p.name())
		if room == "" {
			t.Errorf("%s belongs to no room of docs/architecture.md", p.name())
		}
		for _, path := range p.Imports {
			name, ours := strings.CutPrefix(path, module)
			if !ours {
				continue
			}
			if other, below := place(name); other != room && below <= layer {
				t.Errorf("%s imports %s, which is not below it", p.name(), name)
			}
		}
	}
}

// TestWithoutTensors fails where what works without libtorch reaches it.
func TestWithoutTensors(t *testing.T) {
	for _, p := range packages(t) {
		in := func(folder string) bool { return within(p.name(), folder) }
		if slices.ContainsFunc(withoutTensors, in) && slices.Contains(p.Deps, module+"torch") {
			t.Errorf("%s reaches torch", p.name())
		}
	}
}
