package dataset

import (
	"errors"
	"fmt"
	"maps"
	"sort"
	"strings"
)

var errNoPicture = errors.New("the picture is empty")

// What keeps a set from being opened, for errors.Is.
var (
	ErrStrict   = errors.New("not all of it can be used")       // and Options.Strict wants all
	ErrNotBelow = errors.New("pictures are looked for below")   // Options.Pictures names another folder
	ErrOutside  = errors.New("pictures lie outside the folder") // which Options.Outside allows on a set of one's own
)

// The kinds of Problem.
const (
	EmptyCaption   = "captions that are empty or null"
	NotUTF8        = "captions that are not UTF-8"
	NameNotUTF8    = "names of pictures that are not UTF-8"
	NoCaptions     = "pictures without captions"
	MissingPicture = "captions for pictures that are absent"
	OutsidePicture = "captions for pictures outside the set's folder"
	BadRow         = "rows that are no row of the table"
	EmptyPicture   = "pictures that are empty or null"
	BrokenPicture  = "pictures that do not decode"
	Duplicate      = "pictures that are in one split twice"
	Leak           = "pictures that are in two splits"
)

// Problem is something wrong with a set.
type Problem struct {
	Kind  string // one of the constants above
	Where string // file and row
	What  string // more about it, or ""
}

func (p Problem) String() string {
	if p.What == "" {
		return p.Where
	}
	return p.Where + ": " + p.What
}

// Problems counts what is wrong with a set by kind, and keeps the first of
// each kind to show.
type Problems struct {
	counts map[string]int
	first  map[string][]Problem
}

// examples is how many problems of a kind are kept.
const examples = 20

func (p *Problems) add(kind, where, what string) {
	if p.counts == nil {
		p.counts, p.first = map[string]int{}, map[string][]Problem{}
	}
	p.counts[kind]++
	if len(p.first[kind]) < examples {
		p.first[kind] = append(p.first[kind], Problem{Kind: kind, Where: where, What: what})
	}
}

// clone returns a copy that can be added to.
func (p Problems) clone() Problems {
	return Problems{counts: maps.Clone(p.counts), first: maps.Clone(p.first)}
}

// Total returns how many problems there are.
func (p Problems) Total() int {
	total := 0
	for _, n := range p.counts {
		total += n
	}
	return total
}

// Count returns how many problems there are of a kind.
func (p Problems) Count(kind string) int { return p.counts[kind] }

// Kinds returns the kinds that occur, sorted.
func (p Problems) Kinds() []string {
	kinds := make([]string, 0, len(p.counts))
	for kind := range p.counts {
		kinds = append(kinds, kind)
	}
	sort.Strings(kinds)
	return kinds
}

// First returns the first 20 problems of a kind.
func (p Problems) First(kind string) []Problem { return p.first[kind] }

// Err returns nil, or an error that tells the counts and the first of each kind.
func (p Problems) Err() error {
	var parts []string
	for _, kind := range p.Kinds() {
		parts = append(parts, fmt.Sprintf("%d %s (%v)", p.counts[kind], kind, p.first[kind][0]))
	}
	if len(parts) == 0 {
		return nil
	}
	return &leftOut{strings.Join(parts, "; "), p.counts[OutsidePicture] > 0}
}

// leftOut is what Problems.Err tells.
type leftOut struct {
	text    string
	outside bool
}

func (e *leftOut) Error() string { return e.text }

// Is tells that ErrOutside is among what is wrong.
func (e *leftOut) Is(target error) bool { return e.outside && target == ErrOutside }
