package htmlreport

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/evaluate/grounding"
)

// TestPageTellsOfAttention: what a report says of attention is in the page, and a
// page without it has no such section.
func TestPageTellsOfAttention(t *testing.T) {
	folder := testEvaluation(t)
	whole, err := Make(Source{Evaluation: folder})
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(whole, []byte(`id="attention"`)) {
		t.Error("a report without attention has a section of it")
	}
	path := filepath.Join(folder, "report.json")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var report evaluate.Report
	if err := json.Unmarshal(data, &report); err != nil {
		t.Fatal(err)
	}
	figures := grounding.Figures{Words: 1234, Area: .21, Ratio: 4.56, Pointing: .87, Blob: 1.43, Centre: .29}
	report.Grounding = &grounding.Report{Figures: figures, Classes: map[string]grounding.Figures{"dog & cat": figures}, Around: &grounding.Report{Figures: figures}}
	report.Uniform = map[string]float64{}
	for name, score := range report.Scores {
		report.Uniform[name] = score - .044
	}
	if data, err = json.Marshal(report); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	if whole, err = Make(Source{Evaluation: folder}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`id="attention"`, "1,234", "4.56 ×", "0.87", "1.43 ×", "0.29", "dog &amp; cat", "what is around the boxes", "&#43;0.044"} {
		if !bytes.Contains(whole, []byte(want)) {
			t.Errorf("the page lacks %s", want)
		}
	}
}
