package meteor

import (
	"encoding/binary"
	"math"
)

// No word or node has these numbers; rootNode is the parent of first words.
const (
	none     = math.MaxUint32
	rootNode = none - 1
)

// A phraseWord is what an index knows of a word.
type phraseWord struct {
	number uint32 // of the word, or none
	node   uint32 // of the phrases that start with it, or none
}

// find returns the number of text, or none.
func (x *index) find(text string) uint32 {
	mask := x.Words - 1
	for slot, tries := hashText(text)&mask, uint32(0); tries <= mask; slot, tries = (slot+1)&mask, tries+1 {
		place := number(x.part(x.words, int(slot)*wordSlot, wordSlot))
		if place == 0 {
			return none
		}
		word := x.record(x.text, int(place-1))
		if len(word) >= 4 && string(word[4:]) == text {
			return number(word)
		}
	}
	return none
}

// child returns the node of the phrase of parent and one more word, or none.
func (x *index) child(parent, word uint32) uint32 {
	mask := x.Nodes - 1
	for slot, tries := hashNode(parent, word)&mask, uint32(0); tries <= mask; slot, tries = (slot+1)&mask, tries+1 {
		entry := x.part(x.nodes, int(slot)*nodeSlot, nodeSlot)
		if entry == nil || number(entry) == none {
			return none
		}
		if number(entry) == parent && number(entry[4:]) == word {
			return slot
		}
	}
	return none
}

// list returns the paraphrases of the phrase of node, in the order of METEOR's
// table: for each a length and words.
func (x *index) list(node uint32) []byte {
	entry := x.part(x.nodes, int(node)*nodeSlot, nodeSlot)
	if entry == nil {
		return nil
	}
	place := number(entry[8:])
	if place == 0 {
		return nil
	}
	return x.record(x.lists, int(place-1))
}

// number reads a little-endian number, 0 of nothing.
func number(data []byte) uint32 {
	if len(data) < 4 {
		return 0
	}
	return binary.LittleEndian.Uint32(data)
}

// hashText is FNV-1a, so that an index is the same on every machine.
func hashText(text string) uint32 {
	hash := uint32(2166136261)
	for i := range len(text) {
		hash = (hash ^ uint32(text[i])) * 16777619
	}
	return hash
}

func hashNode(parent, word uint32) uint32 {
	hash := (uint64(parent)<<32 | uint64(word)) * 0x9e3779b97f4a7c15
	return uint32(hash >> 32)
}
