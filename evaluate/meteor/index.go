package meteor

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math/bits"
	"sync/atomic"
)

// A header starts an index, a compiled paraphrase table. Sections follow it,
// their numbers little-endian:
//
//	words   slots: place of the word's text, plus one
//	text    for each word: number, length, bytes
//	nodes   slots: parent, word, place of the phrase's list, plus one
//	lists   for each phrase: length; for each paraphrase: length, words
//	sums    a CRC-32C of each block of the sections before
//
// Words and nodes are hash tables of open addressing. A node is the start of a
// phrase, its number that of its slot. An index is used in place: opening it
// reads a few pages, and each block is checked when it is first used.
type header struct {
	Magic  [16]byte
	Source [sha256.Size]byte // of the gzip file it was made from
	Words  uint32            // slots, a power of two
	Text   uint32            // bytes
	Nodes  uint32            // slots, a power of two
	Lists  uint32            // bytes
	Count  uint32            // paraphrases
	Sums   uint32            // CRC-32C of the section sums
	Sum    uint32            // CRC-32C of the header before
}

var (
	magic      = [16]byte([]byte("seetell phrase 1"))
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
	headerSize = binary.Size(header{})
)

const (
	blockSize = 1 << 16
	wordSlot  = 4
	nodeSlot  = 12
)

// bytes returns h with its checksum.
func (h header) bytes() []byte {
	data, _ := binary.Append(nil, binary.LittleEndian, h) // numbers only: cannot fail
	binary.LittleEndian.PutUint32(data[headerSize-4:], crc32.Checksum(data[:headerSize-4], castagnoli))
	return data
}

// body returns the size of the sections that the sums cover.
func (h header) body() int {
	return int(h.Words)*wordSlot + int(h.Text) + int(h.Nodes)*nodeSlot + int(h.Lists)
}

// appendSums appends the checksums of the blocks of body.
func appendSums(sums, body []byte) []byte {
	for len(body) > 0 {
		n := min(blockSize, len(body))
		sums = binary.LittleEndian.AppendUint32(sums, crc32.Checksum(body[:n], castagnoli))
		body = body[n:]
	}
	return sums
}

var (
	errNoIndex = errors.New("not a paraphrase index of this version: give METEOR's paraphrase-en.gz, or delete the file and run: seetell data download meteor-table")
	errDamaged = errors.New("the paraphrase index is damaged: delete it and run: seetell data download meteor-table")
)

// index is an opened index.
type index struct {
	header
	data                      []byte // the sections without their sums
	words, text, nodes, lists section
	sums                      []byte
	checked                   []atomic.Bool // by block
	damaged                   atomic.Bool
}

// A section is a range of an index's data.
type section struct{ start, size int }

func (s section) end() int { return s.start + s.size }

// parseIndex checks the header and the size of data.
func parseIndex(data []byte) (*index, error) {
	var h header
	if len(data) < headerSize || !bytes.Equal(data[:len(magic)], magic[:]) {
		return nil, errNoIndex
	}
	if _, err := binary.Decode(data, binary.LittleEndian, &h); err != nil {
		return nil, err
	}
	if h.Sum != crc32.Checksum(data[:headerSize-4], castagnoli) {
		return nil, errDamaged
	}
	rest := data[headerSize:]
	size := h.body()
	blocks := (size + blockSize - 1) / blockSize
	if len(rest) != size+4*blocks {
		return nil, fmt.Errorf("%w (%d bytes, want %d)", errDamaged, len(data), headerSize+size+4*blocks)
	}
	x := &index{header: h, data: rest[:size], sums: rest[size:], checked: make([]atomic.Bool, blocks)}
	if h.Sums != crc32.Checksum(x.sums, castagnoli) || bits.OnesCount32(h.Words) != 1 || bits.OnesCount32(h.Nodes) != 1 {
		return nil, errDamaged
	}
	x.words = section{0, int(h.Words) * wordSlot}
	x.text = section{x.words.end(), int(h.Text)}
	x.nodes = section{x.text.end(), int(h.Nodes) * nodeSlot}
	x.lists = section{x.nodes.end(), int(h.Lists)}
	return x, nil
}

// part returns size bytes of s at place, after checking their blocks. It
// returns nil if they are damaged or outside s.
func (x *index) part(s section, place, size int) []byte {
	if place < 0 || size <= 0 || place > s.size-size {
		x.damaged.Store(true)
		return nil
	}
	place += s.start
	for block := place / blockSize; block <= (place+size-1)/blockSize; block++ {
		if !x.checked[block].Load() && !x.check(block) {
			return nil
		}
	}
	return x.data[place : place+size]
}

func (x *index) check(block int) bool {
	start := block * blockSize
	data := x.data[start:min(start+blockSize, len(x.data))]
	if crc32.Checksum(data, castagnoli) != binary.LittleEndian.Uint32(x.sums[4*block:]) {
		x.damaged.Store(true)
		return false
	}
	x.checked[block].Store(true)
	return true
}

// verify checks every block.
func (x *index) verify() {
	for block := range x.checked {
		x.check(block)
	}
}

// record returns the bytes behind the length that stands at place.
func (x *index) record(s section, place int) []byte {
	head := x.part(s, place, min(binary.MaxVarintLen32, s.size-place))
	size, width := binary.Uvarint(head)
	if width <= 0 || size > uint64(s.size) {
		x.damaged.Store(true)
		return nil
	}
	if size == 0 {
		return nil
	}
	return x.part(s, place+width, int(size))
}
