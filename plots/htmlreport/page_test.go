package htmlreport

import (
	"bytes"
	"image"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/seetell/seetell/plots/gallery"
	"github.com/seetell/seetell/plots/internal/plottest"
)

func TestPageStandsAlone(t *testing.T) {
	page, err := Make(Source{Run: testRun(t), Evaluation: testEvaluation(t)})
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range regexp.MustCompile(`(?i)(?:src|href)="([^"]*)"`).FindAllSubmatch(page, -1) {
		if !bytes.HasPrefix(address[1], []byte("data:")) && !bytes.HasPrefix(address[1], []byte("#")) {
			t.Errorf("the page refers to %s", address[1])
		}
	}
	for _, want := range []string{"CIDEr-D", "sha256:12ab", "nested.clip", "learning_rate", "Distinct captions", "Copied from training", "Floor to human", "data:image/jpeg;base64,"} {
		if !bytes.Contains(page, []byte(want)) {
			t.Errorf("the page does not show %q", want)
		}
	}
	if bytes.Contains(page, []byte("<img src=x")) || bytes.Contains(page, []byte("<script>window.hacked")) {
		t.Error("a name is not escaped")
	}
	if bytes.Contains(page, []byte("#0072B2")) {
		t.Error("a figure keeps its own colour in the dark")
	}
}

func TestPageNamesWhatIsAbsent(t *testing.T) {
	remove := func(names ...string) func(run, evaluation string) {
		return func(run, evaluation string) {
			for _, name := range names {
				for _, dir := range []string{run, evaluation} {
					if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
	for _, test := range []struct {
		name, want string
		spoil      func(run, evaluation string)
	}{
		{"no report", "scores and distributions: there is no", remove("report.json")},
		{"no gallery", "pictures with their attention", remove("gallery")},
		{"no history", "learning curves: there is no", remove("history.jsonl")},
		{"no checkpoint", "settings of training", remove("best.safetensors")},
		{"a missing picture", "best-01.jpg: no such file or directory", remove("gallery/best-01.jpg")},
		{"a broken picture", "best-01.jpg: image: unknown format", func(_, evaluation string) {
			plottest.WriteFile(t, filepath.Join(evaluation, "gallery", "best-01.jpg"), "no picture")
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			run, evaluation := testRun(t), testEvaluation(t)
			test.spoil(run, evaluation)
			page, err := Make(Source{Run: run, Evaluation: evaluation})
			if err != nil {
				t.Fatal(err)
			}
			if absent := page[:bytes.Index(page, []byte("<noscript"))]; !bytes.Contains(absent, []byte(test.want)) {
				t.Errorf("the page does not say %q at its top", test.want)
			}
		})
	}
}

func TestPageOfOnePart(t *testing.T) {
	for name, source := range map[string]Source{"run": {Run: testRun(t)}, "evaluation": {Evaluation: testEvaluation(t)}} {
		page, err := Make(source)
		if err != nil {
			t.Fatalf("%s alone: %v", name, err)
		}
		if !bytes.Contains(page, []byte("was given")) {
			t.Errorf("%s alone: the page does not say what is absent", name)
		}
	}
}

func TestBadPages(t *testing.T) {
	for _, test := range []struct {
		name, want string
		source     func(run, evaluation string) Source
	}{
		{"nothing", "nothing to report", func(_, _ string) Source { return Source{} }},
		{"an absent folder", "no such file", func(_, _ string) Source { return Source{Run: "no/such/folder"} }},
		{"a file for a folder", "is not a folder", func(run, _ string) Source { return Source{Run: filepath.Join(run, "history.jsonl")} }},
		{"empty folders", "nothing to report: ", func(_, _ string) Source { return Source{Run: t.TempDir(), Evaluation: t.TempDir()} }},
		{"a report of another version", "format 9", func(_, evaluation string) Source {
			plottest.WriteFile(t, filepath.Join(evaluation, "report.json"), `{"format":9}`)
			return Source{Evaluation: evaluation}
		}},
		{"a gallery of another version", "format 9", func(_, evaluation string) Source {
			plottest.WriteFile(t, filepath.Join(evaluation, "gallery", "best-01.json"), `{"format":9}`)
			return Source{Evaluation: evaluation}
		}},
		{"attention that does not fit", "3 weights for a grid of 2 × 2", func(_, evaluation string) Source {
			plottest.WriteFile(t, filepath.Join(evaluation, "gallery", "best-01.json"),
				`{"format":1,"id":"a","picture":"best-01.jpg","width":10,"height":10,"area":[0,0,10,10],"grid":2,"words":[{"word":"a","weights":[0,0,1]}]}`)
			return Source{Evaluation: evaluation}
		}},
		{"a broken history", "line 2", func(run, _ string) Source {
			plottest.WriteFile(t, filepath.Join(run, "history.jsonl"), plottest.History[:strings.Index(plottest.History, "\n")+1]+"oops\n")
			return Source{Run: run}
		}},
		{"a checkpoint of another kind", "best.safetensors", func(run, _ string) Source {
			plottest.WriteFile(t, filepath.Join(run, "best.safetensors"), "PK\x03\x04 this is a zip file")
			return Source{Run: run}
		}},
		{"a checkpoint cut short", "best.safetensors", func(run, _ string) Source {
			plottest.WriteFile(t, filepath.Join(run, "best.safetensors"), "\x10\x00")
			return Source{Run: run}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Make(test.source(testRun(t), testEvaluation(t)))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one that says %q", err, test.want)
			}
		})
	}
}

func TestPageKeepsItsSize(t *testing.T) {
	dir := t.TempDir()
	if err := plottest.Report(9_000, 1).Save(filepath.Join(dir, "report.json")); err != nil {
		t.Fatal(err)
	}
	items := make([]gallery.Item, 40)
	for i := range items {
		items[i] = gallery.Item{ID: "noise", Group: gallery.Random, Attention: *plottest.Maps(noise(160, 160), strings.Repeat("word ", 10), 14)}
	}
	if err := gallery.Write(filepath.Join(dir, "gallery"), items); err != nil {
		t.Fatal(err)
	}
	for _, most := range []int{600_000, 1_200_000} {
		page, err := Make(Source{Evaluation: dir, MaxBytes: most})
		if err != nil {
			t.Fatal(err)
		}
		if len(page) > most || len(page) < most/2 {
			t.Errorf("the page takes %d bytes of the %d allowed", len(page), most)
		}
		if !bytes.Contains(page, []byte(`"left":`)) || bytes.Contains(page, []byte(`"left":0}`)) {
			t.Error("the page does not say how many rows it leaves out")
		}
	}
}

// noise is a picture that does not compress.
func noise(width, height int) image.Image {
	picture, random := image.NewRGBA(image.Rect(0, 0, width, height)), rand.New(rand.NewPCG(1, 1))
	for i := range picture.Pix {
		picture.Pix[i] = uint8(random.Uint32()) | uint8(255*(i%4/3))
	}
	return picture
}
