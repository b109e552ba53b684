package meteor

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
)

// A Table holds the paraphrases of METEOR's fourth stage, in a file that is
// mapped into memory and read where it is needed. It is safe for concurrent
// use. A nil Table has no paraphrases.
type Table struct {
	index   *index
	path    string
	release func() error
}

// openIndex opens the index at path.
func openIndex(path string) (*Table, error) {
	data, release, err := mapFile(path)
	if err != nil {
		return nil, err
	}
	index, err := parseIndex(data)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), release())
	}
	return &Table{index, path, release}, nil
}

// Close releases the table's file. No scorer may use the table any more.
func (t *Table) Close() error { return t.release() }

// Path returns the file of the compiled table.
func (t *Table) Path() string { return t.path }

// Source returns the sha256, in hexadecimal, of the gzip file that the table
// was made from.
func (t *Table) Source() string { return hex.EncodeToString(t.index.Source[:]) }

// Official reports whether t is METEOR 1.5's own English table, with which
// scores compare to published ones.
func (t *Table) Official() bool { return t.Source() == TableHash }

// Len returns the number of paraphrases.
func (t *Table) Len() int { return int(t.index.Count) }

// Verify reads the whole table and reports damage.
func (t *Table) Verify() error {
	t.index.verify()
	return t.Err()
}

// Err reports that a damaged part of the table has been met: scores since then
// are worthless.
func (t *Table) Err() error {
	if t == nil || !t.index.damaged.Load() {
		return nil
	}
	return fmt.Errorf("%s: %w", t.path, errDamaged)
}

// word looks text up.
func (t *Table) word(text string) phraseWord {
	if t == nil {
		return phraseWord{none, none}
	}
	number := t.index.find(text)
	if number == none {
		return phraseWord{none, none}
	}
	return phraseWord{number, t.index.child(rootNode, number)}
}

// propose adds the paraphrases that hyp and ref hold of each other: first
// phrases of the reference with paraphrases in the hypothesis, then the other
// way round.
func (t *Table) propose(p *proposals, hyp, ref []*word) {
	if t == nil {
		return
	}
	t.paraphrases(ref, hyp, func(start, length, matchStart, matchLength int) {
		p.add(Match{start, length, matchStart, matchLength, paraphrase})
	})
	t.paraphrases(hyp, ref, func(start, length, matchStart, matchLength int) {
		p.add(Match{matchStart, matchLength, start, length, paraphrase})
	})
}

// paraphrases calls found with each phrase of text that has a paraphrase in
// other: by its start, its length, the order of the table and the place of the
// paraphrase.
func (t *Table) paraphrases(text, other []*word, found func(start, length, matchStart, matchLength int)) {
	var present firstWords
	for _, w := range other {
		present.add(w.phrase.number)
	}
	for start, w := range text {
		node := w.phrase.node
		for length := 1; node != none; length++ {
			for list := t.index.list(node); len(list) > 0; {
				var entry []byte
				entry, list = cutEntry(list)
				if !present.has(entry) {
					continue
				}
				for at := range other {
					if n := prefix(entry, other[at:]); n > 0 {
						found(start, length, at, n)
					}
				}
			}
			if start+length == len(text) || text[start+length].phrase.number == none {
				break
			}
			node = t.index.child(node, text[start+length].phrase.number)
		}
	}
}

// cutEntry splits the first paraphrase, without its length, from list.
func cutEntry(list []byte) (entry, rest []byte) {
	size, width := binary.Uvarint(list)
	if width <= 0 || size > uint64(len(list)-width) {
		return nil, nil
	}
	return list[width : width+int(size)], list[width+int(size):]
}

// prefix returns the number of words of entry if text starts with them, else 0.
func prefix(entry []byte, text []*word) int {
	length := 0
	for ; len(entry) > 0; length++ {
		word, width := binary.Uvarint(entry)
		if width <= 0 || length == len(text) || uint64(text[length].phrase.number) != word {
			return 0
		}
		entry = entry[width:]
	}
	return length
}

// firstWords is a set of words that may hold more than was added.
type firstWords [16]uint64

func (f *firstWords) add(number uint32) { f[number/64%16] |= 1 << (number % 64) }

// has reports whether the first word of entry may be in f.
func (f *firstWords) has(entry []byte) bool {
	first, width := binary.Uvarint(entry)
	return width > 0 && f[first/64%16]>>(first%64)&1 == 1
}
