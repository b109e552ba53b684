package grounding_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/seetell/seetell/evaluate/grounding"
	"github.com/seetell/seetell/internal/testpython"
	"github.com/seetell/seetell/internal/testshared"
)

// TestByHand: attention on the left half of a picture whose left half is a dog.
func TestByHand(t *testing.T) {
	names := grounding.Names{"dog": {"dog"}}
	boxes := []grounding.Box{{Category: "dog", Width: .5, Height: 1}, {Category: "cat", X: .5, Width: .5, Height: 1}}
	words := []grounding.Word{
		{Text: "a", Weights: []float64{.25, .25, .25, .25}},
		{Text: "dog", Weights: []float64{.6, .1, .2, .1}},
	}
	units := names.Units(boxes, words)
	if len(units) != 1 {
		t.Fatalf("%d units, want the dog alone", len(units))
	}
	u := units[0]
	for _, figure := range []struct {
		name      string
		got, want float64
	}{{"area", u.Area, .5}, {"inside", u.Inside, .8}, {"pointing", u.Pointing, 1}, {"blob", u.Blob, .5}, {"centre", u.Centre, 0}} {
		if math.Abs(figure.got-figure.want) > 1e-9 {
			t.Errorf("%s is %v, want %v", figure.name, figure.got, figure.want)
		}
	}
	r := grounding.New([][]grounding.Unit{units, nil}, 10, 1)
	if r.Words != 1 || r.Pictures != 1 || math.Abs(r.Ratio-1.6) > 1e-9 || r.Classes["dog"].Words != 1 || r.Intervals["pointing"] != [2]float64{1, 1} {
		t.Errorf("report %+v", r)
	}
	boxes[0].Width = .7
	if units := names.Units(boxes, words); len(units) != 0 {
		t.Errorf("a dog on .7 of the picture makes %d units, want none", len(units))
	}
}

// TestAsMeasuredInPython compares random maps of real pictures with measure.py.
func TestAsMeasuredInPython(t *testing.T) {
	shared := testshared.Dir(t, "grounding")
	if os.Getenv(testpython.Variable) == "" {
		t.Skip("needs Python with NumPy: make test has it")
	}
	boxes, err := grounding.ReadInstances(filepath.Join(shared, "instances.json"))
	if err != nil {
		t.Fatal(err)
	}
	pictures, err := filepath.Glob(filepath.Join(shared, "pictures", "*.jpg"))
	if err != nil || len(pictures) == 0 {
		t.Fatal("no pictures", err)
	}
	folder := t.TempDir()
	random := rand.New(rand.NewPCG(1, 2))
	var units [][]grounding.Unit
	for i, path := range pictures {
		grid := []int{7, 14, 3}[i%3]
		var words []grounding.Word
		for _, word := range []string{"man", "dog", "bike", "ball", "people", "the"} {
			weights := make([]float64, grid*grid)
			for k := range weights {
				weights[k] = random.ExpFloat64()
			}
			words = append(words, grounding.Word{Text: word, Weights: weights})
		}
		write(t, filepath.Join(folder, filepath.Base(path)+".json"), grid, words)
		units = append(units, grounding.COCO().Units(boxes[filepath.Base(path)], words))
	}
	out := testpython.Run(t, ".", filepath.Join(shared, "measure.py"), folder)
	want := numbers(t, string(out))
	r := grounding.New(units, 400, 1)
	got := []float64{
		float64(r.Words), float64(r.Pictures), r.Ratio, r.Intervals["ratio"][0], r.Intervals["ratio"][1],
		r.Pointing, r.Intervals["pointing"][0], r.Intervals["pointing"][1], r.Area, r.Blob,
	}
	for i, w := range want {
		tolerance := .0051 // of two decimals
		if i == 3 || i == 4 || i == 6 || i == 7 {
			tolerance = .03 // of another 400 resamples
		}
		if math.Abs(got[i]-w) > tolerance {
			t.Errorf("figure %d is %.4f, measure.py's %.2f in %s", i, got[i], w, out)
		}
	}
}

func write(t *testing.T, path string, grid int, words []grounding.Word) {
	t.Helper()
	type word struct {
		Word    string    `json:"word"`
		Weights []float64 `json:"weights"`
	}
	file := struct {
		Grid  int    `json:"grid"`
		Words []word `json:"words"`
	}{Grid: grid}
	for _, w := range words {
		file.Words = append(file.Words, word{w.Text, w.Weights})
	}
	data, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// numbers returns the ten figures of measure.py's line.
func numbers(t *testing.T, line string) []float64 {
	t.Helper()
	var values []float64
	for _, text := range regexp.MustCompile(`\d+(\.\d+)?`).FindAllString(line, -1) {
		value, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, value)
	}
	if len(values) != 10 {
		t.Fatalf("%d figures in %q, want 10", len(values), line)
	}
	return values
}

func TestInstancesThatAreNone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "captions.json")
	for _, text := range []string{"", "[]", `{"images":[{"id":1}]}`, `{"images":[{"id":1,"file_name":"a.jpg"}],"categories":[{"id":1,"name":"dog"}]}`} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := grounding.ReadInstances(path); err == nil {
			t.Errorf("%q is read without an error", text)
		}
	}
}

// TestInstancesByName: a picture's boxes are found by its file's name, with its
// ending and without, and by its number.
func TestInstancesByName(t *testing.T) {
	path := filepath.Join(t.TempDir(), "instances.json")
	text := `{"images":[{"id":7,"file_name":"a.PNG","width":10,"height":20}],"categories":[{"id":1,"name":"dog"}],
"annotations":[{"image_id":7,"category_id":1,"bbox":[1,2,5,10]}]}`
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	boxes, err := grounding.ReadInstances(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a.PNG", "a", "7"} {
		if len(boxes[name]) != 1 || boxes[name][0] != (grounding.Box{Category: "dog", X: .1, Y: .1, Width: .5, Height: .5}) {
			t.Errorf("%s: %v", name, boxes[name])
		}
	}
}
