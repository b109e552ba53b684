package meteor

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"strconv"
	"unicode/utf8"
)

// A compiler gathers a paraphrase table for an index.
type compiler struct {
	words   map[string]uint32
	texts   []string
	nodes   map[[2]uint32]uint32 // (parent, word) → number, counted from 0
	parents [][2]uint32          // the same by number
	entries []byte               // paraphrases as in an index, in table order
	phrases []uint32             // for each paraphrase the node of its phrase
	scratch []uint32
}

// Compile reads a paraphrase table in METEOR's format, gzip of three lines for
// each paraphrase: probability, phrase, paraphrase. It writes its index to out and
// returns the sha256 of the table.
func Compile(ctx context.Context, out io.Writer, table io.Reader) (source string, err error) {
	hash := sha256.New()
	zipped := bufio.NewReaderSize(io.TeeReader(table, hash), 1<<16)
	unzipped, err := gzip.NewReader(zipped)
	if err != nil {
		return "", fmt.Errorf("not a gzip file: %w", err)
	}
	c := &compiler{words: map[string]uint32{}, nodes: map[[2]uint32]uint32{}}
	if err := c.read(ctx, unzipped); err != nil {
		return "", err
	}
	if _, err := io.Copy(io.Discard, zipped); err != nil { // the rest belongs to the hash
		return "", err
	}
	sum := [sha256.Size]byte(hash.Sum(nil))
	return hex.EncodeToString(sum[:]), c.write(out, sum)
}

// read reads the lines of a table.
func (c *compiler) read(ctx context.Context, table io.Reader) error {
	lines := bufio.NewScanner(table)
	lines.Buffer(make([]byte, 1<<16), 1<<20)
	var phrase []uint32
	n := 0
	for ; lines.Scan(); n++ {
		var err error
		switch n % 3 {
		case 0:
			_, err = strconv.ParseFloat(lines.Text(), 64)
			if n%(3<<16) == 0 {
				err = errors.Join(err, ctx.Err())
			}
		case 1:
			phrase, err = c.phrase(phrase[:0], lines.Bytes())
		case 2:
			if c.scratch, err = c.phrase(c.scratch[:0], lines.Bytes()); err == nil {
				c.add(phrase, c.scratch)
			}
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", n+1, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("after line %d: %w", n, err)
	}
	if n == 0 || n%3 != 0 {
		return fmt.Errorf("%d lines, not three for each paraphrase", n)
	}
	return nil
}

// phrase appends the numbers of the words in text.
func (c *compiler) phrase(numbers []uint32, text []byte) ([]uint32, error) {
	if !utf8.Valid(text) {
		return nil, fmt.Errorf("%q is not UTF-8", text)
	}
	for word := range bytes.FieldsFuncSeq(text, isSeparator) {
		number, ok := c.words[string(word)]
		if !ok {
			number = uint32(len(c.texts))
			c.texts = append(c.texts, string(word))
			c.words[string(word)] = number
		}
		numbers = append(numbers, number)
	}
	if len(numbers) == 0 {
		return nil, errors.New("no phrase")
	}
	return numbers, nil
}

// add adds one paraphrase of phrase.
func (c *compiler) add(phrase, paraphrase []uint32) {
	node := uint32(rootNode)
	for _, word := range phrase {
		key := [2]uint32{node, word}
		child, ok := c.nodes[key]
		if !ok {
			child = uint32(len(c.parents))
			c.parents = append(c.parents, key)
			c.nodes[key] = child
		}
		node = child
	}
	c.phrases = append(c.phrases, node)
	var entry []byte
	for _, word := range paraphrase {
		entry = binary.AppendUvarint(entry, uint64(word))
	}
	c.entries = append(binary.AppendUvarint(c.entries, uint64(len(entry))), entry...)
}

// write writes the index.
func (c *compiler) write(out io.Writer, source [sha256.Size]byte) error {
	words, text := c.layWords()
	places, lists := c.layLists()
	nodes := c.layNodes(places)
	if len(lists) >= math.MaxInt32 {
		return fmt.Errorf("%d paraphrases are more than an index holds", len(c.phrases))
	}
	h := header{
		Magic: magic, Source: source, Count: uint32(len(c.phrases)),
		Words: uint32(len(words) / wordSlot), Text: uint32(len(text)),
		Nodes: uint32(len(nodes) / nodeSlot), Lists: uint32(len(lists)),
	}
	body := make([]byte, 0, h.body())
	for _, section := range [][]byte{words, text, nodes, lists} {
		body = append(body, section...)
	}
	sums := appendSums(nil, body)
	h.Sums = crc32.Checksum(sums, castagnoli)
	for _, part := range [][]byte{h.bytes(), body, sums} {
		if _, err := out.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// slots returns a power of two with room for n entries.
func slots(n int) uint32 {
	size := uint32(1)
	for int(size)*3 < n*4 {
		size *= 2
	}
	return size
}

func (c *compiler) layWords() (slotted, text []byte) {
	size := slots(len(c.texts) + 1)
	slotted = make([]byte, int(size)*wordSlot)
	for i, word := range c.texts {
		slot := hashText(word) & (size - 1)
		for number(slotted[slot*wordSlot:]) != 0 {
			slot = (slot + 1) & (size - 1)
		}
		binary.LittleEndian.PutUint32(slotted[slot*wordSlot:], uint32(len(text)+1))
		text = binary.AppendUvarint(text, uint64(4+len(word)))
		text = binary.LittleEndian.AppendUint32(text, uint32(i))
		text = append(text, word...)
	}
	return slotted, text
}

// layLists gathers the paraphrases of each phrase in table order. It returns
// one more than the place of each node's list, 0 where it has none.
func (c *compiler) layLists() (places []uint32, lists []byte) {
	byNode := make([][]byte, len(c.parents))
	entries := c.entries
	for _, node := range c.phrases {
		size, width := binary.Uvarint(entries)
		end := width + int(size)
		byNode[node] = append(byNode[node], entries[:end]...)
		entries = entries[end:]
	}
	places = make([]uint32, len(c.parents))
	for node, list := range byNode {
		if len(list) > 0 {
			places[node] = uint32(len(lists) + 1)
			lists = append(binary.AppendUvarint(lists, uint64(len(list))), list...)
		}
	}
	return places, lists
}

// layNodes places the nodes, parents first, so that a child knows the slot of
// its parent.
func (c *compiler) layNodes(places []uint32) []byte {
	size := slots(len(c.parents) + 1)
	nodes := bytes.Repeat([]byte{0xff}, int(size)*nodeSlot)
	slotOf := make([]uint32, len(c.parents))
	for i, key := range c.parents {
		parent := key[0]
		if parent != rootNode {
			parent = slotOf[parent]
		}
		slot := hashNode(parent, key[1]) & (size - 1)
		for number(nodes[slot*nodeSlot:]) != none {
			slot = (slot + 1) & (size - 1)
		}
		entry := nodes[slot*nodeSlot:]
		binary.LittleEndian.PutUint32(entry, parent)
		binary.LittleEndian.PutUint32(entry[4:], key[1])
		binary.LittleEndian.PutUint32(entry[8:], places[i])
		slotOf[i] = slot
	}
	return nodes
}
