package main

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/seetell/seetell/train"
)

func TestTable(t *testing.T) {
	var text strings.Builder
	rows := &table{out: &text}
	wide := train.Epoch{
		Epoch: 100, Loss: 12.3456, ValidationLoss: 12.3456, LearningRate: 3e-4, GradientNorm: 123.45, PicturesPerSecond: 1234.5,
		DataWait: 1, PeakMemory: 12_345_678_901, Seconds: 36000, Distinct: 40504,
		Scores: map[string]float64{"Bleu_4": .24, "ROUGE_L": .456, "CIDEr": 1.2345},
	}
	rows.row(wide, true)
	rows.row(train.Epoch{Epoch: 2, Loss: 3.21, Seconds: 75.4, PeakMemory: 796e6, PicturesPerSecond: 14.2, LearningRate: 3e-5}, false)
	lines := strings.Split(strings.TrimSuffix(text.String(), "\n"), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines, want a head and two rows:\n%s", len(lines), text.String())
	}
	for _, line := range lines {
		if width := utf8.RuneCountInString(line); width > 100 || width != utf8.RuneCountInString(lines[0]) {
			t.Errorf("a line of %d columns:\n%s", width, text.String())
		}
	}
	if !strings.HasPrefix(lines[1], " 100*") || !strings.HasPrefix(lines[2], "   2  ") {
		t.Errorf("the best epoch is not marked, or another is:\n%s", text.String())
	}
}
