package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/seetell/seetell/internal/terminal"
	"github.com/seetell/seetell/train"
)

// ended says what a run came to, where its best model is, and what comes next.
func ended(out io.Writer, cfg train.Config, r train.Result) error {
	if r.Best < 0 {
		return nil
	}
	if r.Done == 0 {
		fmt.Fprintf(out, "The run in %s was finished before: all of its %d epochs are done.\n"+
			"To train it further: seetell train --resume --new-schedule --epochs %d --out %s\n\n",
			terminal.Line(cfg.Out), len(r.History), len(r.History)+max(1, len(r.History)/3), shellWord(cfg.Out))
	}
	best := r.History[r.Best]
	fmt.Fprintf(out, "Best of %s: epoch %d, with BLEU-4 %.3f, ROUGE-L %.3f, CIDEr-D %.3f on %s\n%s\n\nNext:\n",
		epochs(len(r.History)), best.Epoch, best.Scores["Bleu_4"], best.Scores["ROUGE_L"], best.Scores["CIDEr"], cfg.ValidationSplit, terminal.Line(r.BestModel))
	split := "test"
	if !slices.Contains(r.Splits, split) {
		split = cfg.ValidationSplit
	}
	pictures := ""
	if cfg.Pictures != "" {
		pictures = " --pictures " + shellWord(cfg.Pictures)
	}
	search := ""
	if cfg.Beam.LengthPenalty > 0 { // as the run's own scores are
		search = fmt.Sprintf(" --length-penalty %g", cfg.Beam.LengthPenalty)
	}
	_, err := fmt.Fprintf(out, "  seetell evaluate --model %s%s --data %s%s --split %s --out %s\n  seetell caption --model %[1]s%[2]s photo.jpg\n",
		shellWord(cfg.Out), search, shellWord(cfg.Data), pictures, shellWord(split), shellWord(filepath.Clean(cfg.Out)+"-"+split))
	return err
}

// epochs counts epochs.
func epochs(n int) string {
	if n == 1 {
		return "1 epoch"
	}
	return fmt.Sprintf("%d epochs", n)
}
