package train

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// hearing is a listener that keeps notices and ends the run at its first step.
type hearing struct {
	stop    context.CancelFunc
	notices []string
}

func (h *hearing) Hear(e Event) error {
	switch e := e.(type) {
	case Notice:
		h.notices = append(h.notices, e.Message)
	case StepDone:
		h.stop()
	}
	return nil
}

// TestNothingDecodes: a split without a picture that can be read is told before
// anything is learned, with why.
func TestNothingDecodes(t *testing.T) {
	for split, from := range map[string]int{"train": 0, "validation": 8} {
		cfg := tiny(t)
		cfg.Data = pictureFolder(t, "")
		for i := from; i < 10; i++ {
			if err := os.WriteFile(filepath.Join(cfg.Data, fmt.Sprintf("%d.png", i)), []byte("no picture"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		_, err := Run(t.Context(), cfg)
		if err == nil || !strings.Contains(err.Error(), "pictures of the split "+split+" can be read, such as captions.csv line") {
			t.Errorf("%s: %v", split, err)
		}
		if files, _ := os.ReadDir(cfg.Out); len(files) > 0 {
			t.Errorf("%s: the run left %v", split, files)
		}
	}
}

// TestFewPictures warns where the best epoch is chance.
func TestFewPictures(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	heard := &hearing{stop: stop}
	if _, err := Run(ctx, tiny(t), heard); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if !strings.Contains(strings.Join(heard.notices, "\n"), "which epoch is best is chance") {
		t.Errorf("12 pictures to check on, and heard %q", heard.notices)
	}
}

// TestMovedData says what to do where a resumed run does not find its data, and
// goes on where they lie elsewhere.
func TestMovedData(t *testing.T) {
	cfg := tiny(t)
	cfg.Data = pictureFolder(t, "")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	if _, err := Run(ctx, cfg, &hearing{stop: stop}); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	if err := os.Rename(cfg.Data, elsewhere); err != nil {
		t.Fatal(err)
	}
	cfg.Resume = true
	if _, err := Run(t.Context(), cfg); !errors.Is(err, ErrDataMoved) {
		t.Errorf("where data are gone: %v", err)
	}
	cfg.Data = elsewhere
	if _, err := Run(t.Context(), cfg); err != nil {
		t.Errorf("with data elsewhere: %v", err)
	}
}
