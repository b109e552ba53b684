package library

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/dataset/demo"
	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/internal/testmodel"
	"github.com/seetell/seetell/internal/testtensors"
)

func TestMain(m *testing.M) { os.Exit(testtensors.Run(m)) }

// TestDocument holds docs/library.md to the code that is compiled and run here:
// each of its blocks stands in it, line by line.
func TestDocument(t *testing.T) {
	document, err := os.ReadFile(filepath.Join("..", "..", "docs", "library.md"))
	if err != nil {
		t.Fatal(err)
	}
	code, err := os.ReadFile("library.go")
	if err != nil {
		t.Fatal(err)
	}
	spaces := regexp.MustCompile(`\s+`)
	plain := func(text []byte) string { return spaces.ReplaceAllString(string(text), " ") }
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllSubmatch(document, -1)
	if len(blocks) != 5 {
		t.Errorf("the document has %d examples, want 5", len(blocks))
	}
	for _, block := range blocks {
		if !strings.Contains(plain(code), strings.TrimSpace(plain(block[1]))) {
			t.Errorf("library.go does not have\n%s", block[1])
		}
	}
}

func opened(t *testing.T) (model *captioner.Model, checkpoint string, photo []byte) {
	t.Helper()
	checkpoint, path := testmodel.Files(t)
	photo, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if model, err = captioner.Open(checkpoint, captioner.Options{Device: "cpu"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(model.Close)
	return model, checkpoint, photo
}

func TestDescribe(t *testing.T) {
	model, _, photo := opened(t)
	texts := describe(t.Context(), model, [][]byte{photo, []byte("no picture"), photo})
	if texts[0] != texts[2] || !strings.Contains(texts[1], "not a picture") {
		t.Errorf("%q", texts)
	}
	late, cancel := context.WithDeadline(t.Context(), time.Now())
	defer cancel()
	if texts := describe(late, model, [][]byte{photo}); !strings.Contains(texts[0], "deadline") && texts[0] != "not in time" {
		t.Errorf("after the deadline: %q", texts)
	}
}

func TestFineTune(t *testing.T) {
	_, checkpoint, _ := opened(t)
	folder := t.TempDir()
	table := "image,caption\n"
	for i, p := range demo.New(1)[0].Pictures[:20] {
		data, err := p.PNG()
		if err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("%02d.png", i)
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o666); err != nil {
			t.Fatal(err)
		}
		table += name + "," + p.Captions[0] + "\n"
	}
	if err := os.WriteFile(filepath.Join(folder, "captions.txt"), []byte(table), 0o666); err != nil {
		t.Fatal(err)
	}
	best, err := fineTune(t.Context(), checkpoint, folder, filepath.Join(t.TempDir(), "run"))
	if err != nil {
		t.Fatal(err)
	}
	model, err := captioner.Open(best, captioner.Options{Device: "cpu"})
	if err != nil {
		t.Fatal(err)
	}
	model.Close()
}

func TestScore(t *testing.T) {
	images := evaluate.Images{
		{ID: "1", Caption: "a dog runs", References: []string{"a dog runs on grass", "the dog is running"}},
		{ID: "2", Caption: "two men", References: []string{"two men play", "men play football"}},
	}
	var out bytes.Buffer
	if err := score(t.Context(), &out, images, map[string]string{"1": "a cat", "2": "a tree"}); err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^CIDEr-D \d\.\d{3} \[\d\.\d{3} \d\.\d{3}\], better by \d\.\d{3} \(p \d\.\d\d\)\n$`).MatchString(out.String()) {
		t.Errorf("%q", out.String())
	}
}

func TestLook(t *testing.T) {
	model, _, photo := opened(t)
	dir := t.TempDir()
	if err := look(t.Context(), model, photo, dir); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"photo.jpg.png", "photo.jpg.svg", "photo.jpg.json"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
			files, _ := os.ReadDir(dir)
			t.Errorf("%s: %v; there are %v", name, err, files)
		}
	}
}

func TestFit(t *testing.T) {
	w, err := fit([]float32{1, 0, 0, 1, 1, 1, 2, -1}, []float32{2, -3, -1, 7})
	if err != nil || math.Abs(float64(w[0])-2) > .01 || math.Abs(float64(w[1])+3) > .01 {
		t.Errorf("%v, %v, want 2 and -3", w, err)
	}
}
