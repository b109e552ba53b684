package wordnet

import "sort"

// blockLength is the number of entries between two places of the index.
const blockLength = 16

// A dictionary maps words to bytes without being unpacked: blocks of sorted
// entries, each storing only what differs from the word before.
type dictionary struct{ places, data string }

func openDictionary(text string) dictionary {
	end := 4 + 4*int(number32(text))
	return dictionary{text[4:end], text[end:]}
}

func number32(text string) uint32 {
	return uint32(text[0]) | uint32(text[1])<<8 | uint32(text[2])<<16 | uint32(text[3])<<24
}

// find returns the bytes of word.
func (d dictionary) find(word string) (string, bool) {
	after := sort.Search(d.blocks(), func(block int) bool { return d.first(block) > word })
	if after == 0 {
		return "", false
	}
	found, value := false, ""
	d.block(after-1, func(key []byte, data string) bool {
		found, value = string(key) == word, data
		return string(key) < word
	})
	if !found {
		return "", false
	}
	return value, true
}

// all yields each word and its bytes, in order.
func (d dictionary) all() func(func(string, string) bool) {
	return func(yield func(string, string) bool) {
		for block := range d.blocks() {
			if !d.block(block, func(key []byte, data string) bool { return yield(string(key), data) }) {
				return
			}
		}
	}
}

func (d dictionary) blocks() int { return len(d.places) / 4 }

func (d dictionary) at(block int) string { return d.data[number32(d.places[4*block:]):] }

// first returns the first word of block.
func (d dictionary) first(block int) string {
	text := d.at(block)
	return text[2 : 2+int(text[1])]
}

// block calls visit with the entries of a block until visit returns false,
// which block then returns as well. The key is valid during the call.
func (d dictionary) block(block int, visit func(key []byte, data string) bool) bool {
	text := d.at(block)
	var space [64]byte
	key := space[:0]
	for range blockLength {
		if text == "" {
			break
		}
		shared, rest := int(text[0]), int(text[1])
		key = append(key[:shared], text[2:2+rest]...)
		size, width := uvarint(text[2+rest:])
		start := 2 + rest + width
		end := start + int(size)
		if !visit(key, text[start:end]) {
			return false
		}
		text = text[end:]
	}
	return true
}
