package plots

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/plots/internal/plottest"
)

func TestBadHistory(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"empty", "", "no epoch"},
		{"another kind of file", `{"image_id":1}`, `line 1: not a line of a training history: it has no "epoch"`},
		{"broken in the middle", plottest.History[:60] + "\n" + plottest.History, "line 1"},
		{"NaN", `{"epoch":1,"loss":NaN}` + "\n", "line 1"},
		{"an epoch beyond measure", `{"epoch":2000000000}` + "\n", "line 1: epoch 2000000000"},
		{"wrong type", `{"epoch":"one"}` + "\n", "line 1"},
		{"a second value in the line", `{"epoch":1} {"epoch":2}` + "\n", "line 1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "history.jsonl")
			plottest.WriteFile(t, path, test.text)
			_, err := LoadHistory(path)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("error %v, want one of %s that says %q", err, path, test.want)
			}
		})
	}
}

func TestCurvesLeaveOutWhatIsAbsent(t *testing.T) {
	epochs, err := checkpoint.ParseHistory([]byte(`{"epoch":1,"loss":2}`))
	if err != nil {
		t.Fatal(err)
	}
	figures := Curves([]*History{{Name: "a", Epochs: epochs}})
	if len(figures) != 1 || figures[0].Name != "loss" {
		t.Fatalf("%d figures, want the loss alone", len(figures))
	}
	plottest.WellFormed(t, "loss", encode(t, figures[0], "svg"))
	if got := len(figures[0].Table.Rows); got != 1 {
		t.Errorf("%d rows of numbers, want 1", got)
	}
}

// A self-critical epoch has a reward, and a loss that is no cross-entropy; keys
// that nobody here knows are passed over.
func TestCurvesOfSelfCriticalEpochs(t *testing.T) {
	epochs, err := checkpoint.ParseHistory([]byte(`{"epoch":1,"loss":2.5,"validation_loss":2.4,"ema":{"decay":0.999},"warnings":["x"],"weights":[1,{"a":null}]}
{"epoch":2,"loss":-0.3,"reward":0.61,"validation_loss":2.6,"self_critical":true,"examples":[{"id":"a"}]}
`))
	if err != nil {
		t.Fatal(err)
	}
	figures := Curves([]*History{{Name: "a", Epochs: epochs}})
	if len(figures) != 2 {
		t.Fatalf("%d figures, want loss and training", len(figures))
	}
	var got []string
	for _, f := range figures {
		for _, row := range f.Table.Rows {
			got = append(got, strings.Join(row[1:], " "))
		}
	}
	if want := []string{"training 1 2.5", "validation 1 2.4", "validation 2 2.6", "a 2 0.61"}; !slices.Equal(got, want) {
		t.Errorf("the curves go through %q, want %q", got, want)
	}
}

func TestNamesOfReportsDiffer(t *testing.T) {
	root := t.TempDir()
	var paths []string
	for _, folder := range []string{"one/eval", "two/eval"} {
		if err := os.MkdirAll(filepath.Join(root, folder), 0o777); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(root, folder, "report.json")
		if err := plottest.Report(5, 1).Save(path); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	systems, err := LoadSystems(paths)
	if err != nil {
		t.Fatal(err)
	}
	if systems[0].Name == systems[1].Name || systems[0].Folder() == systems[1].Folder() {
		t.Errorf("both are named %s", systems[0].Name)
	}
	systems, err = LoadSystems(paths[:1])
	if err != nil || systems[0].Name != "eval" {
		t.Errorf("a report alone is named %q (%v), want eval", systems[0].Name, err)
	}
}

// TestFolders names the folders that commands wrote in place of their files.
func TestFolders(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "finer")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadSystem(dir); err == nil || !strings.Contains(err.Error(), filepath.Join(dir, "report.json")) {
		t.Errorf("LoadSystem() = %v of a folder without a report, want the file that is missing", err)
	}
	if err := plottest.Report(5, 1).Save(filepath.Join(dir, "report.json")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "history.jsonl"), []byte(plottest.History), 0o666); err != nil {
		t.Fatal(err)
	}
	system, err := LoadSystem(dir)
	if err != nil || system.Name != "finer" {
		t.Errorf("LoadSystem() = %v, %v, want finer", system, err)
	}
	run, err := LoadHistory(dir)
	if err != nil || run.Name != "finer" || len(run.Epochs) != 3 {
		t.Errorf("LoadHistory() = %v, %v, want three epochs of finer", run, err)
	}
}

// Numbers beyond all measure are left out or bounded, and draw in no time.
func TestCurvesOfExtremes(t *testing.T) {
	for _, text := range []string{
		`{"epoch":1000000000,"loss":-1e308,"seconds":1e-300,"scores":{"CIDEr":-5,"x":1e29}}`,
		`{"epoch":0,"loss":1e-320}` + "\n" + `{"epoch":1000000000,"loss":1e29}`,
		`{"epoch":0,"loss":0}` + "\n" + `{"epoch":1,"loss":0}`,
	} {
		epochs, err := checkpoint.ParseHistory([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range Curves([]*History{{Name: "extreme", Epochs: epochs}}) {
			svg := encode(t, f, "svg")
			plottest.WellFormed(t, f.Name, svg)
			if len(svg) > 50_000 || bytes.Contains(svg, []byte("NaN")) {
				t.Errorf("%s of %s takes %d bytes", f.Name, text, len(svg))
			}
		}
	}
}
