// Command meteor runs METEOR 1.5 in Java beside evaluate/meteor on the same
// segments and compares every number:
//
//	go run ./bench/metrics/meteor -golden ../shared/metrics/golden
//
// It needs Java and a Python with pycocoevalcap, whose jar and table both sides
// use.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"math"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"github.com/seetell/seetell/evaluate/meteor"
)

func main() {
	log.SetFlags(0)
	golden := flag.String("golden", "../shared/metrics/golden", "`FOLDER` of the golden captions")
	python := flag.String("python", defaultPython(), "Python with pycocoevalcap")
	noise := flag.Int("noise", 5000, "random `SEGMENTS` besides the captions")
	seed := flag.Uint64("seed", 1, "of the random segments")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := compare(ctx, *golden, *python, *noise, *seed); err != nil {
		log.Fatal(err)
	}
}

func defaultPython() string {
	if python := os.Getenv("SEETELL_TEST_PYTHON"); python != "" {
		return python
	}
	return "python3"
}

func compare(ctx context.Context, golden, python string, noise int, seed uint64) error {
	folder, err := meteorFolder(ctx, python)
	if err != nil {
		return err
	}
	table := filepath.Join(folder, "data", "paraphrase-en.gz")
	if _, err := meteor.OpenTable(ctx, table); err != nil { // compiled before anything is timed
		return err
	}
	sets, err := captionSets(golden)
	if err != nil {
		return err
	}
	if noise > 0 {
		sets = append(sets, noiseOf(sets, noise, seed))
	}
	fmt.Printf("%-28s %9s %15s %15s %12s %9s %9s %9s\n", "captions", "segments", "corpus Java", "corpus ours", "difference", "unequal", "s Java", "s ours")
	failed := false
	for _, set := range sets {
		theirs, err := runJar(ctx, folder, set.segments)
		if err != nil {
			return fmt.Errorf("%s: %w", set.name, err)
		}
		ours, err := runOurs(table, set.segments)
		if err != nil {
			return fmt.Errorf("%s: %w", set.name, err)
		}
		unequal, largest := differences(theirs, ours, set)
		failed = failed || unequal > 0 || !(largest <= 1e-9)
		fmt.Printf("%-28s %9d %15.12f %15.12f %12.1e %9d %9.2f %9.2f\n", set.name, len(set.segments),
			theirs.corpus, ours.corpus, largest, unequal, theirs.took.Seconds(), ours.took.Seconds())
	}
	if failed {
		return errors.New("the two differ")
	}
	return nil
}

// meteorFolder returns the folder of METEOR's jar.
func meteorFolder(ctx context.Context, python string) (string, error) {
	out, err := exec.CommandContext(ctx, python, "-c", "import pycocoevalcap; print(list(pycocoevalcap.__path__)[0])").Output()
	if err != nil {
		return "", fmt.Errorf("%s has no pycocoevalcap (pip install pycocoevalcap==1.2): %w", python, err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "meteor"), nil
}

// results are the numbers of each segment as METEOR prints them, the scores
// and the whole time, reading of the table included.
type results struct {
	numbers []string
	scores  []float64
	corpus  float64
	took    time.Duration
}

func runOurs(table string, segments []segment) (results, error) {
	var r results
	start := time.Now()
	scorer, err := meteor.Load(table)
	if err != nil {
		return r, err
	}
	var sum meteor.Stats
	for _, s := range segments {
		stats := scorer.Segment(s.hyp, s.refs)
		sum.Add(&stats)
		r.numbers = append(r.numbers, print(stats))
		r.scores = append(r.scores, stats.Score())
	}
	r.corpus = sum.Score()
	r.took = time.Since(start)
	return r, errors.Join(scorer.Err(), scorer.Table().Close())
}

func print(stats meteor.Stats) string {
	words := make([]string, len(stats))
	for i, n := range stats {
		words[i] = fmt.Sprintf("%.1f", n)
	}
	return strings.Join(words, " ")
}

// differences counts the segments with other numbers, which it shows, and
// returns the largest difference of a score.
func differences(theirs, ours results, set captions) (unequal int, largest float64) {
	largest = math.Abs(theirs.corpus - ours.corpus)
	for i, s := range set.segments {
		largest = max(largest, math.Abs(theirs.scores[i]-ours.scores[i]))
		if theirs.numbers[i] != ours.numbers[i] {
			unequal++
			log.Printf("%s: %q against %q\n  Java %s\n  ours %s", set.name, s.hyp, s.refs, theirs.numbers[i], ours.numbers[i])
		}
	}
	return unequal, largest
}
