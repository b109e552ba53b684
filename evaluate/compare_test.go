package evaluate

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// compareSystems are the machine's captions, people's, and the machine's again
// in another order.
func compareSystems(t *testing.T) []System {
	machine, _ := goldenImages(t, "flickr8k_karpathy_init_2")
	people, _ := goldenImages(t, "flickr8k_karpathy_human_1")
	again := slices.Clone(machine)
	slices.Reverse(again)
	return []System{{"machine", machine}, {"people", people}, {"again", again}}
}

// TestCompare holds a comparison of several systems to Score's of two, and a
// system to itself.
func TestCompare(t *testing.T) {
	systems := compareSystems(t)
	o := Options{Metrics: quick, Resamples: 100, Seed: 3}
	reports, err := Compare(t.Context(), systems, false, o)
	if err != nil {
		t.Fatal(err)
	}
	if reports[0].Baseline != nil || reports[1].Baseline.Name != "machine" {
		t.Fatalf("baselines %+v, %+v", reports[0].Baseline, reports[1].Baseline)
	}
	sorted := slices.Clone(systems[1].Images)
	slices.SortFunc(sorted, func(a, b Image) int { return strings.Compare(a.ID, b.ID) })
	o.Baseline = captionsOf(systems[0].Images)
	want := scoreOf(t, sorted, o)
	for name, d := range reports[1].Baseline.Differences {
		expected := want.Baseline.Differences[name]
		if d.Value != expected.Value || *d.Interval != *expected.Interval || *d.P != *expected.P {
			t.Errorf("%s: %v in %v, p %v; Score has %v in %v, p %v", name, d.Value, *d.Interval, *d.P, expected.Value, *expected.Interval, *expected.P)
		}
		if d.Interval[0] > d.Value || d.Interval[1] < d.Value {
			t.Errorf("%s: %v outside %v", name, d.Value, *d.Interval)
		}
	}
	for name, d := range reports[2].Baseline.Differences {
		if math.Abs(d.Value) > tolerance || *d.P != 1 {
			t.Errorf("%s of a system less itself: %v, p %v", name, d.Value, *d.P)
		}
	}
}

func TestCompareDifferentPictures(t *testing.T) {
	o := Options{Metrics: []Metric{ROUGE}, Resamples: 10}
	systems := compareSystems(t)[:2]
	systems[1].Images = systems[1].Images[3:]
	if _, err := Compare(t.Context(), systems, false, o); !errors.Is(err, ErrOtherPictures) || !strings.Contains(err.Error(), "3 pictures") {
		t.Errorf("three pictures fewer: %v", err)
	}
	reports, err := Compare(t.Context(), systems, true, o)
	if err != nil || reports[0].Images != len(systems[1].Images) || reports[1].Images != reports[0].Images {
		t.Errorf("the subset: %v, %v", reports, err)
	}
	systems = compareSystems(t)[:2]
	systems[1].Images = slices.Clone(systems[1].Images)
	systems[1].Images[4].References = []string{"a reference of its own"}
	if _, err := Compare(t.Context(), systems, false, o); err == nil || !strings.Contains(err.Error(), "different references of picture") {
		t.Errorf("other references: %v", err)
	}
	if _, err := Compare(t.Context(), systems[:1], false, o); err == nil {
		t.Error("one system is compared with none")
	}
}

func TestReadFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run 7")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFolder(dir); !errors.Is(err, ErrNoFolder) {
		t.Errorf("an empty folder: %v", err)
	}
	for name, text := range map[string]string{
		CaptionsFile: `[{"image_id": "b", "caption": "a cat"}, {"image_id": "a", "caption": "a dog"}]`, ReferencesFile: `{"a": ["dog"], "b": ["cat"]}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	system, err := ReadFolder(dir)
	if err != nil || system.Name != "run 7" || len(system.Images) != 2 || system.Images[0].Caption != "a dog" {
		t.Errorf("%+v, %v", system, err)
	}
	if _, err := ReadFolder(filepath.Join(dir, CaptionsFile)); !errors.Is(err, ErrNoFolder) {
		t.Errorf("a file: %v", err)
	}
	if name, captions, err := ReadSystem(filepath.Join(dir, CaptionsFile)); err != nil || name != "run 7" || len(captions.Captions()) != 2 {
		t.Errorf("%q, %v, %v", name, captions, err)
	}
}
