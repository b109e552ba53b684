package htmlreport

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/evaluate"
)

// TestModelOfTheRun joins a run with evaluations of its own model, of one that
// was overwritten since, and of another run's.
func TestModelOfTheRun(t *testing.T) {
	run, evaluation := testRun(t), testEvaluation(t)
	best := filepath.Join(run, "best.safetensors")
	sum, err := checkpoint.Checksum(best)
	if err != nil {
		t.Fatal(err)
	}
	reportPath := filepath.Join(evaluation, evaluate.ReportFile)
	report, err := evaluate.Load(reportPath)
	if err != nil {
		t.Fatal(err)
	}
	other := strings.Repeat("0", 64)
	for _, test := range []struct {
		name, sum, path, note string
		any, refused          bool
	}{
		{"its best", sum, "/elsewhere/copy.safetensors", "", false, false},
		{"its best of an earlier epoch", other, best, "after epoch 3; the file in the run", false, false},
		{"another's", other, "/elsewhere/best.safetensors", "", false, true},
		{"another's, as told", other, "/elsewhere/best.safetensors", "of another model than the training run", true, false},
		{"a report that names none", "", "", "", false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			report.Model = map[string]any{"sha256": test.sum, "path": test.path, "epoch": 3}
			if err := report.Save(reportPath); err != nil {
				t.Fatal(err)
			}
			page, err := Make(Source{Run: run, Evaluation: evaluation, AnyModel: test.any})
			if errors.Is(err, ErrOtherModel) != test.refused || (err != nil) != test.refused {
				t.Fatalf("%v, want it refused: %v", err, test.refused)
			}
			if !strings.Contains(string(page), test.note) {
				t.Errorf("the page does not say %q", test.note)
			}
		})
	}
}
