package main

import (
	"fmt"
	"io"
	"time"

	"github.com/seetell/seetell/internal/terminal"
	"github.com/seetell/seetell/train"
)

// table shows a row for each epoch, within 100 columns.
type table struct {
	out  io.Writer
	rows int
}

// headEvery is the number of rows between two heads.
const headEvery = 20

// Hear shows an epoch's row, and below it what the model says of some pictures.
func (t *table) Hear(e train.Event) error {
	if done, ok := e.(train.EpochDone); ok {
		t.row(done.Epoch, done.Best)
		for _, example := range done.Examples[:min(examplesShown, len(done.Examples))] {
			fmt.Fprintln(t.out, exampleLine(example.ID, example.Caption))
		}
	}
	return nil
}

// examplesShown is the number of captions below a row.
const examplesShown = 3

// exampleLine is a caption with its picture's name, shortened to a line.
func exampleLine(id, caption string) string {
	return fmt.Sprintf("      %-24s %s", shortened(terminal.Line(id), 24), shortened(terminal.Line(caption), 68))
}

// shortened returns text of so many characters at most.
func shortened(text string, most int) string {
	characters := []rune(text)
	if len(characters) <= most {
		return text
	}
	return string(characters[:most-1]) + "…"
}

func (t *table) row(e train.Epoch, best bool) {
	if t.rows%headEvery == 0 {
		fmt.Fprintf(t.out, "%5s %6s %6s %6s %7s %7s %8s %7s %6s %6s %5s %8s %8s\n",
			"epoch", "loss", "valid", "BLEU-4", "ROUGE-L", "CIDEr-D", "distinct", "rate", "norm", "pict/s", "wait", "memory", "time")
	}
	t.rows++
	mark := " "
	if best {
		mark = "*"
	}
	fmt.Fprintf(t.out, "%4d%s %6.3f %6.3f %6.3f %7.3f %7.3f %8d %7.1e %6.2f %6.1f %4.0f%% %8s %8s\n",
		e.Epoch, mark, e.Loss, e.ValidationLoss, e.Scores["Bleu_4"], e.Scores["ROUGE_L"], e.Scores["CIDEr"], e.Distinct,
		e.LearningRate, e.GradientNorm, e.PicturesPerSecond, 100*e.DataWait, bytesText(e.PeakMemory),
		time.Duration(e.Seconds*float64(time.Second)).Round(time.Second))
}
