package htmlreport

import (
	"path/filepath"
	"testing"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/nn/tensorfile"
	"github.com/seetell/seetell/picture"
	"github.com/seetell/seetell/plots/gallery"
	"github.com/seetell/seetell/plots/internal/plottest"
)

// testEvaluation writes an evaluation's folder and returns it.
func testEvaluation(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	report := plottest.Report(60, 3)
	plottest.AddReferences(report)
	copied := .25
	report.Captions.Copied = &copied
	report.PerImage[0].ID = plottest.Hostile
	report.Data = map[string]any{"source": plottest.Hostile, "split": "test"}
	if err := report.Save(filepath.Join(dir, "report.json")); err != nil {
		t.Fatal(err)
	}
	var items []gallery.Item
	for _, c := range gallery.Choose(report, 3, 1) {
		image := report.PerImage[c.Index]
		items = append(items, gallery.Item{ID: image.ID, Group: c.Group, Scores: image.Scores,
			References: []string{"a red disc " + plottest.Hostile, "ein roter Kreis auf grünem Gras", "草の上の赤い円 🔴"},
			Attention:  *plottest.Maps(plottest.Picture(250, 150+20*c.Index%100), image.Caption, 7)})
	}
	if err := gallery.Write(filepath.Join(dir, "gallery"), items); err != nil {
		t.Fatal(err)
	}
	return dir
}

// testRun writes a training run's folder and returns it.
func testRun(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	plottest.WriteFile(t, filepath.Join(dir, "history.jsonl"), plottest.History)
	meta := checkpoint.Metadata{
		Model: checkpoint.DefaultConfig(), Vocabulary: []string{"<pad>", "<start>", "<end>", "<unk>", "a"},
		Tokenizer: checkpoint.WordTokenizer, Preprocessing: picture.DefaultPreprocessing(),
		Training: []byte(`{"epochs":3,"learning_rate":0.0003,"nested":{"clip":5}}`), Data: []byte(`{"fingerprint":"sha256:12ab"}`),
	}
	texts, err := meta.Texts()
	if err != nil {
		t.Fatal(err)
	}
	if err := tensorfile.Write(filepath.Join(dir, "best.safetensors"), texts, nil); err != nil {
		t.Fatal(err)
	}
	return dir
}
