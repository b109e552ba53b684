package seetell_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
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
	{"bench", "examples", "python", "third_party/notices", "hub/hubtest",
		"internal/testbrowser", "internal/testdevice", "internal/testjpeg", "internal/testmodel", "internal/testpython", "internal/testrun", "internal/testshared", "internal/testtensors", "internal/testwalk", "internal/testworld"},
	{"internal/testshim"}, // which testtensors has
	{"cmd/seetell", "cmd/setup"},
	{"serve", "train"},
	{"predict"},
	{"captioner", "dataset", "plots"},
	{"captioner/checkpoint", "evaluate"},
	{"nn"},
	{"hub", "internal/annotations", "picture", "torch"},
	{"internal", "third_party"}, // small tools that import none of ours, and modules of others
}

// withoutTensors are the rooms that work without libtorch.
var withoutTensors = []string{
	"captioner/checkpoint", "cmd/setup", "dataset", "evaluate", "hub", "internal/annotations", "nn/tensorfile", "picture", "plots",
}

// imports returns what each package of this module imports of others of it, test
// files left out, whatever the system they are for. It reads the files itself:
// Go would keep the result of a test that asks `go list`.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && apart(path, entry.Name()):
			return fs.SkipDir
		case filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		folder := filepath.ToSlash(filepath.Dir(path))
		all[folder] = append(all[folder], ours(file.Imports)...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	delete(all, ".") // the sources that the module embeds
	return all
}

// apart tells whether a folder is none of the module's.
func apart(path, name string) bool {
	_, err := os.Stat(filepath.Join(path, "go.mod"))
	return path != "." && (err == nil || name == "testdata" || strings.HasPrefix(name, "."))
}

// ours returns the packages of this module among imports.
func ours(specs []*ast.ImportSpec) []string {
	var names []string
	for _, spec := range specs {
		if name, ok := strings.CutPrefix(strings.Trim(spec.Path.Value, `"`), module); ok {
			names = append(names, name)
		}
	}
	return names
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
	for name, others := range imports(t) {
		room, layer := place(name)
		if room == "" {
			t.Errorf("%s belongs to no room of docs/architecture.md", name)
		}
		for _, other := range others {
			if otherRoom, otherLayer := place(other); otherRoom != room && otherLayer <= layer {
				t.Errorf("%s imports %s, which is not below it", name, other)
			}
		}
	}
}

// TestWithoutTensors fails where what works without libtorch reaches it.
func TestWithoutTensors(t *testing.T) {
	all := imports(t)
	for name := range all {
		in := func(folder string) bool { return within(name, folder) }
		if slices.ContainsFunc(withoutTensors, in) && reaches(all, name, "torch", map[string]bool{}) {
			t.Errorf("%s reaches torch", name)
		}
	}
}

// reaches tells whether the package from imports to, or one that does.
func reaches(all map[string][]string, from, to string, seen map[string]bool) bool {
	if from == to {
		return true
	}
	if seen[from] {
		return false
	}
	seen[from] = true
	return slices.ContainsFunc(all[from], func(next string) bool { return reaches(all, next, to, seen) })
}

// libraryFiles returns the Go files of the packages below cmd, tests among them.
func libraryFiles(t *testing.T) (files []string) {
	t.Helper()
	for name := range imports(t) {
		if _, layer := place(name); layer <= 2 { // programs
			continue
		}
		paths, err := filepath.Glob(filepath.Join(name, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, paths...)
	}
	return files
}

// TestLibrariesLeaveTheLog fails where a package below cmd logs with the logger
// that is the command's: libraries take a *slog.Logger, or are silent.
func TestLibrariesLeaveTheLog(t *testing.T) {
	for _, path := range libraryFiles(t) {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range file.Imports {
			if spec.Path.Value == `"github.com/sirupsen/logrus"` {
				t.Errorf("%s imports logrus", path)
			}
		}
	}
}

// flagInText is a flag of the command line within a sentence.
var flagInText = regexp.MustCompile(`[ (]--[a-z]`)

// TestLibrariesNameNoFlags fails where a text of a package below cmd names a flag:
// errors are typed, and cmd/seetell/advice.go says what helps.
func TestLibrariesNameNoFlags(t *testing.T) {
	texts := 0
	for _, path := range libraryFiles(t) {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if text, ok := n.(*ast.BasicLit); ok && text.Kind == token.STRING {
				if texts++; flagInText.MatchString(strings.ReplaceAll(text.Value, "tar --zstd", "")) {
					t.Errorf("%s: %s", path, text.Value)
				}
			}
			return true
		})
	}
	if texts < 1000 {
		t.Errorf("only %d texts were found", texts)
	}
}
