package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/internal/testmodel"
	"github.com/seetell/seetell/internal/testpython"
	"github.com/seetell/seetell/internal/testshim"
)

func TestPythonVersion(t *testing.T) {
	for _, test := range []struct{ described, want string }{
		{"v1.2.0", "1.2.0"},
		{"1.2.0", "1.2.0"},
		{"v1.2.0-3-g0123abc", "1.2.0.post3+g0123abc"},
		{"v1.2.0-3-g0123abc-dirty", "1.2.0.post3+g0123abc.dirty"},
		{"v1.2.0-dirty", "1.2.0+dirty"},
		{"0123abc", "0+g0123abc"},
		{"0123abc-dirty", "0+g0123abc.dirty"},
		{"1234567", "0+g1234567"},
		{"development", "0+development"},
		{"some/branch", "0+some.branch"},
	} {
		if got := pythonVersion(test.described); got != test.want {
			t.Errorf("pythonVersion(%q) = %s, want %s", test.described, got, test.want)
		}
	}
}

// TestWheel installs the wheel with pip into an environment of its own, beside
// the tests' PyTorch, and captions, opens a checkpoint and scores with it.
func TestWheel(t *testing.T) {
	beside := os.Getenv(testpython.Variable)
	if beside == "" {
		t.Skipf("%s names no Python whose PyTorch the wheel could be installed beside", testpython.Variable)
	}
	dir := t.TempDir()
	testshim.Use()
	binary := filepath.Join(dir, "seetell")
	tell(t, nil, "go", "build", "-o", binary, "../seetell")
	p := program{version: "v1.2.3-4-g0123abc", binary: binary, libraries: []string{os.Getenv("SEETELL_SHIM")}, source: filepath.Join("..", "..")}
	p.notices = filepath.Join(p.source, "LICENSE")
	wheel, err := p.wheel(filepath.Join(dir, "dist"))
	if err != nil {
		t.Fatal(err)
	}
	python := environmentBeside(t, filepath.Join(dir, "env"), beside)
	tell(t, nil, pythonName(), "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel)

	model, photo := testmodel.Files(t)
	bare := []string{"PATH=/usr/bin:/bin", "HOME=" + dir, "OMP_NUM_THREADS=1"} // nothing of the checkout, no libtorch in a cache
	command := filepath.Join(filepath.Dir(python), "seetell")
	var answer struct {
		Captions []struct{ Text string }
	}
	said := tell(t, bare, command, "caption", "--model", model, "--format", "json", photo)
	if err := json.Unmarshal([]byte(said), &answer); err != nil || len(answer.Captions) == 0 {
		t.Fatalf("seetell caption printed %q: %v", said, err)
	}
	own := tell(t, bare, python, "-c", `import sys, seetell
from PIL import Image
model, about = seetell.load(sys.argv[1])
print(seetell.caption(model, about, Image.open(sys.argv[2]))[0].text)`, model, photo)
	if text := strings.TrimRight(own, "\n"); text != answer.Captions[0].Text {
		t.Errorf("seetell.caption says %q, and the program %q", text, answer.Captions[0].Text)
	}
	checkScores(t, bare, python)
	if about := tell(t, bare, pythonName(), "-m", "pip", "--python", python, "show", "seetell"); !strings.Contains(about, "Version: 1.2.3.post4+g0123abc") || !strings.Contains(about, "Requires: pillow, safetensors, torch") {
		t.Errorf("pip shows %s", about)
	}
}

// environmentBeside makes a virtual environment that has the packages of
// another, and returns its Python.
func environmentBeside(t *testing.T, dir, other string) string {
	t.Helper()
	tell(t, nil, other, "-m", "venv", "--without-pip", dir)
	packages := tell(t, nil, other, "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])")
	python := environmentPython(dir)
	own := strings.TrimSpace(tell(t, nil, python, "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"))
	if err := os.WriteFile(filepath.Join(own, "beside.pth"), []byte(packages), 0o644); err != nil {
		t.Fatal(err)
	}
	return python
}

// checkScores compares seetell.score, whose arguments are pycocoevalcap's, with
// package evaluate.
func checkScores(t *testing.T, environment []string, python string) {
	t.Helper()
	said := tell(t, environment, python, "-c", `import json, seetell
references = {7: ["A brown dog runs on the grass.", "The dog is running."], 8: [{"caption": "Two men play soccer."}, {"caption": "Men playing football."}]}
captions = {7: ["A dog runs on grass."], 8: [{"caption": "Two men play."}]}
scores = seetell.score(references, captions)
print(json.dumps({"scores": scores, "seven": scores.per_image[7]}))
try:
    seetell.score(references, {7: ["a dog"]})
except RuntimeError as error:
    assert "no caption for" in str(error), error
else:
    raise SystemExit("no error for a picture without a caption")`)
	var got struct{ Scores, Seven map[string]float64 }
	if err := json.Unmarshal([]byte(said), &got); err != nil {
		t.Fatalf("%q: %v", said, err)
	}
	want, err := evaluate.Score(t.Context(), evaluate.Images{
		{ID: "7", Caption: "A dog runs on grass.", References: []string{"A brown dog runs on the grass.", "The dog is running."}},
		{ID: "8", Caption: "Two men play.", References: []string{"Two men play soccer.", "Men playing football."}},
	}, evaluate.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, score := range want.Scores {
		if got.Scores[name] != score || got.Seven[name] != want.PerImage[0].Scores[name] {
			t.Errorf("%s: %v and of the first picture %v, want %v and %v", name, got.Scores[name], got.Seven[name], score, want.PerImage[0].Scores[name])
		}
	}
	if len(got.Scores) != 7 {
		t.Errorf("scores %v, want the seven of pycocoevalcap", got.Scores)
	}
}

// tell runs a command, in an environment unless nil, and returns what it prints.
func tell(t *testing.T, environment []string, name string, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), name, args...)
	command.Env, command.Dir = environment, ""
	var wrong strings.Builder
	command.Stderr = &wrong
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, wrong.String())
	}
	return string(out)
}
