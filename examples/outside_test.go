// Package examples_test builds the examples as programs outside this checkout.
package examples_test

import (
	"archive/zip"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seetell/seetell/internal/testmodel"
	"github.com/seetell/seetell/torch"
)

const (
	modulePath    = "github.com/seetell/seetell"
	moduleVersion = "v0.0.1"
)

// A program in a module of its own gets libtorch and our library with the one
// documented command, from a module proxy that serves this checkout as a
// release, and captions pictures.
func TestProgramOutsideTheCheckout(t *testing.T) {
	checkpoint, photo := testmodel.Files(t)
	libtorch := torch.Location()
	user, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	dir, proxy := t.TempDir(), release(t)
	environment := append(os.Environ(),
		"GOPROXY=file://"+proxy+","+output(t, nil, ".", "go", "env", "GOPROXY"),
		"GONOSUMDB="+modulePath, "GOFLAGS=-mod=mod -modcacherw", "GOWORK=off",
		"GOMODCACHE="+t.TempDir(),
		"XDG_CACHE_HOME="+filepath.Join(user, "seetell", "outside"), // not what programs of the user's have
		"GOCACHE="+output(t, nil, ".", "go", "env", "GOCACHE"),
		"LIBTORCH="+libtorch, "SEETELL_SHIM=")
	if err := os.CopyFS(dir, os.DirFS("caption")); err != nil {
		t.Fatal(err)
	}
	output(t, environment, dir, "go", "mod", "edit", "-dropreplace", modulePath, "-require", modulePath+"@"+moduleVersion)
	output(t, environment, dir, "go", "run", modulePath+"/cmd/setup@latest")
	got := output(t, environment, dir, "go", "run", ".", checkpoint, photo, photo)
	lines := strings.Split(got, "\n")
	if len(lines) != 2 || lines[0] != lines[1] || !strings.HasPrefix(lines[0], photo+"\t") {
		t.Errorf("the program says %q, want the caption of %s twice", got, photo)
	}
}

// output runs a command in dir and returns what it prints.
func output(t *testing.T, environment []string, dir, name string, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), name, args...)
	command.Env, command.Dir = environment, dir
	out, err := command.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, exit.Stderr)
	}
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimRight(string(out), "\n")
}

// release lays the checkout out as a module proxy does, and returns its root.
func release(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	versions := filepath.Join(root, modulePath, "@v")
	module, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(versions, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"list": moduleVersion + "\n", moduleVersion + ".info": `{"Version":"` + moduleVersion + `"}`, moduleVersion + ".mod": string(module),
	} {
		if err := os.WriteFile(filepath.Join(versions, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out, err := os.Create(filepath.Join(versions, moduleVersion+".zip"))
	if err != nil {
		t.Fatal(err)
	}
	archive := zip.NewWriter(out)
	if err := errors.Join(pack(archive, ".."), archive.Close(), out.Close()); err != nil {
		t.Fatal(err)
	}
	return root
}

// pack adds the files of the module in dir, as a module's zip file has them.
func pack(archive *zip.Writer, dir string) error {
	built := []string{".git", "bin", "build", "demo"}
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if entry.IsDir() {
			_, err := os.Stat(filepath.Join(path, "go.mod"))
			if err == nil || slices.Contains(built, name) || entry.Name() == "testdata" {
				return filepath.SkipDir
			}
			return nil
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		w, err := archive.Create(modulePath + "@" + moduleVersion + "/" + filepath.ToSlash(name))
		if err != nil {
			return err
		}
		_, err = w.Write(text)
		return err
	})
}
