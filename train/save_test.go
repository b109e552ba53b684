package train

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/internal/testrun"
	"github.com/seetell/seetell/torch"
)

// sabotage is a listener that takes the run's folder away while the n-th part
// of the run begins, counted from 1, and brings it back when another does; 0
// never. The parts are an epoch's training and its validation, in turn.
type sabotage struct {
	t             *testing.T
	dir           string
	away, back, n int
}

func (p *sabotage) Hear(e Event) error {
	if part, ok := e.(Progress); !ok || part.Done > 0 {
		return nil
	}
	p.n++
	if p.n == p.away {
		takeAway(p.t, p.dir)
	}
	if p.n == p.back {
		bringBack(p.t, p.dir)
	}
	return nil
}

// takeAway puts a file in the place of a folder, so that nothing can be
// written into it, whoever asks.
func takeAway(t *testing.T, dir string) {
	t.Helper()
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

func bringBack(t *testing.T, dir string) {
	t.Helper()
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(dir+".away", dir); err != nil {
		t.Fatal(err)
	}
}

// impatient lets the last save be tried again without delay.
func impatient(t *testing.T) {
	before := lastTries
	lastTries = []time.Duration{time.Millisecond, time.Millisecond}
	t.Cleanup(func() { lastTries = before })
}

// two returns a run of two epochs, two steps each, that keeps all files.
func two(t *testing.T) Config {
	cfg := tiny(t)
	cfg.Out = filepath.Join(cfg.Out, "run")
	cfg.Keep, cfg.Limit = 0, 8
	return cfg
}

// TestSaveFails keeps runs from writing for a while. They go on, and end with
// the files of one that could always write.
func TestSaveFails(t *testing.T) {
	impatient(t)
	whole := two(t)
	if _, err := Run(context.Background(), whole); err != nil {
		t.Fatal(err)
	}
	want := testrun.Contents(t, whole.Out)
	for _, test := range []struct {
		name       string
		away, back int
		every      int
	}{
		{"at the end of the first epoch", 2, 3, 0},
		{"then saved within the second", 2, 3, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			cfg := two(t)
			cfg.CheckpointEvery.Steps = test.every
			if _, err := Run(context.Background(), cfg, &sabotage{t: t, dir: cfg.Out, away: test.away, back: test.back}); err != nil {
				t.Fatal(err)
			}
			testrun.Same(t, testrun.Contents(t, cfg.Out), want)
		})
	}
	t.Run("until the end, then resumed", func(t *testing.T) {
		cfg := two(t)
		_, err := Run(context.Background(), cfg, &sabotage{t: t, dir: cfg.Out, away: 4})
		if !errors.Is(err, ErrNotSaved) || !strings.Contains(err.Error(), "last.resume.safetensors") {
			t.Fatalf("Run() = %v, want what could not be saved", err)
		}
		bringBack(t, cfg.Out)
		cfg.Resume = true
		if _, err := Run(context.Background(), cfg); err != nil {
			t.Fatal(err)
		}
		testrun.Same(t, testrun.Contents(t, cfg.Out), want)
	})
	t.Run("one file, then resumed", func(t *testing.T) {
		cfg := two(t)
		blocked := filepath.Join(cfg.Out, "epoch-02.safetensors")
		if err := os.MkdirAll(blocked, 0o700); err != nil {
			t.Fatal(err)
		}
		if _, err := Run(context.Background(), cfg); err == nil || !strings.Contains(err.Error(), blocked) {
			t.Fatalf("Run() = %v, want the file that could not be written", err)
		}
		if err := os.Remove(blocked); err != nil {
			t.Fatal(err)
		}
		cfg.Resume = true
		if _, err := Run(context.Background(), cfg); err != nil {
			t.Fatal(err)
		}
		testrun.Same(t, testrun.Contents(t, cfg.Out), want)
	})
}

// TestRewriteMissing takes from a run what is written behind the file to resume from,
// and leaves what a killed run had half written.
func TestRewriteMissing(t *testing.T) {
	cfg := two(t)
	if _, err := Run(context.Background(), cfg); err != nil {
		t.Fatal(err)
	}
	want := testrun.Contents(t, cfg.Out)
	for _, name := range []string{"last.safetensors", "epoch-02.safetensors", "history.jsonl"} {
		if err := os.Remove(filepath.Join(cfg.Out, name)); err != nil {
			t.Fatal(err)
		}
	}
	half := filepath.Join(cfg.Out, ".last.safetensors1234567")
	if err := os.WriteFile(half, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg.Resume = true
	if _, err := Run(context.Background(), cfg); err != nil {
		t.Fatal(err)
	}
	testrun.Same(t, testrun.Contents(t, cfg.Out), want)
	if _, err := os.Stat(half); err == nil {
		t.Errorf("%s is left", half)
	}
}

// TestDamagedResume names the file and the checkpoint to begin from.
func TestDamagedResume(t *testing.T) {
	cfg := two(t)
	cfg.Epochs = 1
	if _, err := Run(context.Background(), cfg); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(cfg.Out, resumeFile)
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.WriteAt([]byte("damaged"), 1<<20); err != nil {
		t.Fatal(err)
	}
	cfg.Resume = true
	_, err = Run(context.Background(), cfg)
	var stuck *ResumeError
	if !errors.As(err, &stuck) || stuck.Whole == "" || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "the file is damaged") {
		t.Errorf("Run() = %v, want the file, that it is damaged and another checkpoint", err)
	}
}

// TestOtherThreads says that a run goes on where its last bits will differ.
func TestOtherThreads(t *testing.T) {
	cfg := two(t)
	cfg.Epochs = 1
	if _, err := Run(context.Background(), cfg); err != nil {
		t.Fatal(err)
	}
	threads := torch.Threads()
	t.Cleanup(func() { _ = torch.SetThreads(threads) })
	if err := torch.SetThreads(threads + 1); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	cfg.Resume = true
	if _, err := Run(context.Background(), cfg, Log(slog.New(slog.NewTextHandler(&text, nil)))); err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("with %d threads and now does on cpu with %d", threads, threads+1); !strings.Contains(text.String(), want) {
		t.Errorf("the log says %q, want %q", text.String(), want)
	}
}

// TestPrecisionStays keeps what auto meant where a run began.
func TestPrecisionStays(t *testing.T) {
	now := machine{"cpu", 2, captioner.PrecisionFloat32}
	if p, changes := checkMachine(now, now); len(changes) > 0 || p != captioner.PrecisionFloat32 {
		t.Errorf("the same machine: %q, precision %s", changes, p)
	}
	began := now
	began.Precision = captioner.PrecisionBFloat16
	if p, changes := checkMachine(began, now); len(changes) != 1 || !strings.Contains(changes[0], "precision stays bfloat16") || p != captioner.PrecisionBFloat16 {
		t.Errorf("a machine of another precision: %q, precision %s", changes, p)
	}
}
