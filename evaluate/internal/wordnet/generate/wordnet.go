package main

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// parts are WordNet's files in the order of wordnet.Part.
var parts = []string{"noun", "verb", "adj", "adv"}

// How a sense spells its lemma; package wordnet reads the same numbers.
const (
	spelledSame = iota
	spelledCapital
	spelledOut
)

type sense struct {
	synset uint32 // rank of its offset, times four, plus its part of speech
	name   string
}

// lemmaEntries returns, for each lemma, its senses: the difference to the
// synset before, times four, plus how the name is spelled.
func lemmaEntries(files map[string]string) (map[string][]byte, error) {
	senses, err := readSenses(files)
	if err != nil {
		return nil, err
	}
	entries := map[string][]byte{}
	for lemma, list := range senses {
		slices.SortStableFunc(list, func(a, b sense) int { return int(a.synset) - int(b.synset) })
		var data []byte
		var last uint32
		for _, s := range list {
			how := spelling(s.name, lemma)
			data = binary.AppendUvarint(data, uint64(s.synset-last)<<2|uint64(how))
			if how == spelledOut {
				data = append(append(data, byte(len(s.name))), s.name...)
			}
			last = s.synset
		}
		entries[lemma] = data
	}
	return entries, nil
}

func spelling(name, lemma string) int {
	switch {
	case name == lemma:
		return spelledSame
	case name == strings.ToUpper(lemma[:1])+lemma[1:]:
		return spelledCapital
	default:
		return spelledOut
	}
}

// readSenses reads the data files: each lemma's synsets, in which a name may
// stand in several spellings. It leaves out names of several words, joined by
// an underscore, since no single word of a caption is one.
func readSenses(files map[string]string) (map[string][]sense, error) {
	ranks, err := offsetRanks(files)
	if err != nil {
		return nil, err
	}
	senses := map[string][]sense{}
	for part, name := range parts {
		for line := range dataLines(files["data."+name]) {
			names, err := synsetNames(line)
			if err != nil {
				return nil, fmt.Errorf("data.%s: %q: %w", name, line, err)
			}
			synset := ranks[line[:8]]<<2 | uint32(part)
			for _, n := range names {
				if strings.Contains(n, "_") {
					continue
				}
				lemma := strings.ToLower(n)
				senses[lemma] = append(senses[lemma], sense{synset, n})
			}
		}
	}
	return senses, nil
}

// offsetRanks numbers the distinct file offsets, the same number for synsets
// of two parts of speech at one offset, which METEOR cannot tell apart.
func offsetRanks(files map[string]string) (map[string]uint32, error) {
	seen := map[string]uint32{}
	for _, name := range parts {
		if files["data."+name] == "" || files[name+".exc"] == "" {
			return nil, fmt.Errorf("data.%s or %s.exc is absent", name, name)
		}
		for line := range dataLines(files["data."+name]) {
			seen[line[:8]] = 0
		}
	}
	for rank, offset := range slices.Sorted(keys(seen)) {
		seen[offset] = uint32(rank)
	}
	return seen, nil
}

// dataLines yields the lines of synsets, which the licence precedes.
func dataLines(text string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for line := range strings.Lines(text) {
			if !strings.HasPrefix(line, " ") && !yield(line) {
				return
			}
		}
	}
}

// synsetNames reads a line of wndb(5WN):
// offset lex_filenum ss_type w_cnt word lex_id [word lex_id…] …
func synsetNames(line string) ([]string, error) {
	fields := strings.Fields(line)
	if len(fields) < 4 {
		return nil, fmt.Errorf("%d fields", len(fields))
	}
	count, err := strconv.ParseUint(fields[3], 16, 8)
	if err != nil || len(fields) < 4+2*int(count) {
		return nil, fmt.Errorf("word count %q", fields[3])
	}
	names := make([]string, count)
	for i := range names {
		names[i] = fields[4+2*i]
		if cut := strings.IndexByte(names[i], '('); cut > 0 { // markers (a) (p) (ip)
			names[i] = names[i][:cut]
		}
	}
	return names, nil
}

// exceptionEntries returns, for each irregular form, its parts of speech and
// bases: part, length, base. Forms of several words are left out.
func exceptionEntries(files map[string]string) map[string][]byte {
	entries := map[string][]byte{}
	for part, name := range parts {
		for line := range strings.Lines(files[name+".exc"]) {
			fields := strings.Fields(line)
			if strings.Contains(fields[0], "_") {
				continue
			}
			for _, base := range fields[1:] {
				data := append(entries[fields[0]], byte(part), byte(len(base)))
				entries[fields[0]] = append(data, base...)
			}
		}
	}
	return entries
}
