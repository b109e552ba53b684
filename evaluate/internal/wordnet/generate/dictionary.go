package main

import (
	"encoding/binary"
	"iter"
	"maps"
	"slices"
)

// blockLength is the number of entries between two places of the index;
// package wordnet reads the same.
const blockLength = 16

func keys[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }

// dictionary lays out entries for wordnet.dictionary: the number of blocks,
// each block's place, then the sorted entries: length of the prefix shared
// with the key before, rest of the key, value.
func dictionary(entries map[string][]byte) []byte {
	var places, data []byte
	last := ""
	for i, key := range slices.Sorted(keys(entries)) {
		if i%blockLength == 0 {
			places = binary.LittleEndian.AppendUint32(places, uint32(len(data)))
			last = ""
		}
		shared := sharedPrefix(last, key)
		data = append(data, byte(shared), byte(len(key)-shared))
		data = append(data, key[shared:]...)
		data = binary.AppendUvarint(data, uint64(len(entries[key])))
		data = append(data, entries[key]...)
		last = key
	}
	head := binary.LittleEndian.AppendUint32(nil, uint32(len(places)/4))
	return slices.Concat(head, places, data)
}

func sharedPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
