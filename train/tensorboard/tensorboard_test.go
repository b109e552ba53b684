package tensorboard

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// TestGolden compares with what TensorBoard's own classes wrote.
func TestGolden(t *testing.T) {
	want, err := os.ReadFile("testdata/golden.tfevents")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Unix(1_500_000_000, 0)
	got := slices.Concat(
		record(event(at, 0, fileVersion())),
		record(event(at.Add(250*time.Millisecond), 7, summary(map[string]float64{"score/CIDEr": .1, "loss/train": 2.5}, nil))),
		record(event(at.Add(500*time.Millisecond), 300, summary(map[string]float64{"loss/train": -1e-30},
			map[string]string{"captions": "* a.jpg: a dog by the sea – «é»"}))),
	)
	if !bytes.Equal(got, want) {
		t.Errorf("events are\n%q, want\n%q", got, want)
	}
}

// steps returns the steps that the event files of a folder hold, in order of
// the files' names.
func steps(t *testing.T, dir string) (all []int) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "events.out.tfevents.*"))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(paths)
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for len(data) > 0 {
			whole, content := firstRecord(data)
			if whole == nil {
				t.Fatalf("%s ends with %q", path, data)
			}
			if step, _ := stepAndTag(content); step > 0 {
				all = append(all, step)
			}
			data = data[len(whole):]
		}
	}
	return all
}

// TestResumed opens a second file after a process that was killed in the
// middle of a record, three steps behind its checkpoint.
func TestResumed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "events")
	first, err := Open(dir, func(int, string) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	for step := 1; step <= 5; step++ {
		if err := first.Add(step, map[string]float64{"loss": float64(step)}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := first.file.Write(record([]byte("cut short"))[:15]); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second, err := Open(dir, func(step int, tag string) bool { return step <= 2 && (tag == "loss" || step == 0) })
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if err := second.Add(3, nil, map[string]string{"captions": "a dog"}); err != nil {
		t.Fatal(err)
	}
	if got, want := steps(t, dir), []int{1, 2, 3}; !slices.Equal(got, want) {
		t.Errorf("steps %v, want %v", got, want)
	}
}
