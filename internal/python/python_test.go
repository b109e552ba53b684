package python

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestNothingOfTheCurrentFolder starts Python where modules lie that it would
// import, and says so when one is; the user's own are found.
func TestNothingOfTheCurrentFolder(t *testing.T) {
	interpreter, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("needs python3")
	}
	here, own := t.TempDir(), t.TempDir()
	for path, text := range map[string]string{
		filepath.Join(here, "torch.py"):      "print('of the current folder')",
		filepath.Join(here, "runpy.py"):      "print('of the current folder')",
		filepath.Join(here, "colorsys.py"):   "print('of the current folder')",
		filepath.Join(here, "usercustom.py"): "print('of the current folder')",
		filepath.Join(own, "mine.py"):        "import sys; print('mine', *sys.argv[1:])",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(here)
	for _, folders := range []string{"", own, own + ":", ":" + own, ".:" + own} {
		t.Setenv("PYTHONPATH", folders)
		out, err := Program(t.Context(), interpreter, `
import colorsys, importlib.util, subprocess, sys
print(bool(importlib.util.find_spec('usercustom')), sys.argv[1])
sys.stdout.flush()
if sys.version_info >= (3, 11): subprocess.run([sys.executable, '-c', 'import colorsys'], check=True)
`, "argument").CombinedOutput()
		if err != nil || string(out) != "False argument\n" {
			t.Errorf("with PYTHONPATH=%q it says %q, %v", folders, out, err)
		}
		if !strings.Contains(folders, own) {
			continue
		}
		if out, err := Module(t.Context(), interpreter, "mine", "a", "b").CombinedOutput(); err != nil || string(out) != "mine a b\n" {
			t.Errorf("with PYTHONPATH=%q the user's module says %q, %v", folders, out, err)
		}
	}
}

// TestUserSite has packages of the user's site found.
func TestUserSite(t *testing.T) {
	interpreter, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("needs python3")
	}
	t.Setenv("PYTHONUSERBASE", t.TempDir())
	site, err := Program(t.Context(), interpreter, "import site; print(site.getusersitepackages())").Output()
	if err != nil {
		t.Fatal(err)
	}
	folder := strings.TrimSpace(string(site))
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "of_the_user.py"), []byte("print('found')"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := Program(t.Context(), interpreter, "import of_the_user").CombinedOutput(); err != nil || string(out) != "found\n" {
		t.Errorf("a package of the user's site says %q, %v", out, err)
	}
}
