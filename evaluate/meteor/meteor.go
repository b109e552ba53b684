// Package meteor computes METEOR 1.5 for English (Denkowski and Lavie 2014),
// to the digits of the program that pycocoevalcap runs, without Java.
//
// A hypothesis is aligned to a reference by exact words, stems, WordNet
// synonyms and, given its table, paraphrases. Scores with and without the table
// do not compare: on captions they differ by 0.01. WordNet is embedded.
package meteor

import (
	"strings"
	"sync"
)

// A Scorer scores hypotheses. It is safe for concurrent use.
type Scorer struct {
	words words
	table *Table
	pool  sync.Pool // of *workspace
}

// workspace is the memory of one call of Segment.
type workspace struct {
	aligner
	hyp, ref []*word
	matches  []Match
}

// New returns a scorer of three stages: exact, stem and synonym. Its score is
// not the METEOR of papers, which has the fourth, paraphrase.
func New() *Scorer { return (*Table)(nil).Scorer() }

// Scorer returns a scorer of all four stages. It uses t until t.Close.
func (t *Table) Scorer() *Scorer {
	return &Scorer{
		words: words{table: t},
		table: t,
		pool:  sync.Pool{New: func() any { return new(workspace) }},
	}
}

// Table returns the paraphrase table of s, nil if it has none.
func (s *Scorer) Table() *Table { return s.table }

// Err returns an error if the table turned out to be damaged while it was used.
func (s *Scorer) Err() error { return s.table.Err() }

// An Alignment says how a hypothesis matches the best of its references, the
// first of those with the highest score.
type Alignment struct {
	Stats
	Reference int     // which one
	Matches   []Match // in the order of the reference's words
}

// Segment returns the numbers of hyp and the best of refs: those of no words
// where there are no references. Their Score is that of the segment.
func (s *Scorer) Segment(hyp string, refs []string) Stats {
	w := s.pool.Get().(*workspace)
	defer s.pool.Put(w)
	best := s.best(w, hyp, refs, nil)
	return best.Stats
}

// Align is Segment with the alignment behind the numbers.
func (s *Scorer) Align(hyp string, refs []string) Alignment {
	w := s.pool.Get().(*workspace)
	defer s.pool.Put(w)
	matches := []Match{}
	return s.best(w, hyp, refs, &matches)
}

// cleaned is what pycocoevalcap does to a hypothesis before METEOR sees it.
var cleaned = strings.NewReplacer("|||", "", "  ", " ")

// MostWords is how many words of a sentence are aligned: where all are equal,
// there are as many matches as that squared. The words behind count as not
// matched.
const MostWords = 1000

func aligned(words []*word) []*word { return words[:min(len(words), MostWords)] }

// best aligns hyp to each of refs; it copies the best one's matches to keep
// unless that is nil.
func (s *Scorer) best(w *workspace, hyp string, refs []string, keep *[]Match) Alignment {
	w.hyp = s.words.appendWords(w.hyp[:0], Normalize(cleaned.Replace(hyp)))
	var best Alignment
	highest := -1.0
	for i, ref := range refs {
		w.ref = s.words.appendWords(w.ref[:0], Normalize(ref))
		w.matches = w.align(w.matches[:0], aligned(w.hyp), aligned(w.ref), s.table)
		stats := count(w.hyp, w.ref, w.matches)
		score := stats.Score()
		if score <= highest {
			continue
		}
		highest = score
		best = Alignment{Stats: stats, Reference: i}
		if keep != nil {
			*keep = append((*keep)[:0], w.matches...)
			best.Matches = *keep
		}
	}
	return best
}
