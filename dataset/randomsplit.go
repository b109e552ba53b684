package dataset

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"sort"
)

// digest is a SHA-256 of a picture's encoded bytes.
type digest [sha256.Size]byte

// group joins the rows of one picture where rows hold one caption each, by
// their bytes, whatever their names: rows that stayed apart would leak between
// splits that are made later. Rows that the source puts in two splits stay in
// both, for check to find.
func (b *builder) group() {
	if !b.single {
		return
	}
	type key struct {
		split int32
		sum   digest
	}
	at := make(map[key]int, len(b.items))
	kept := b.items[:0]
	for _, it := range b.items {
		k := key{it.split, b.digest(&it)}
		if first, ok := at[k]; ok {
			kept[first].captions = append(kept[first].captions, it.captions...)
			continue
		}
		at[k] = len(kept)
		kept = append(kept, it)
	}
	b.items = kept
}

// digest hashes the picture's bytes. One that cannot be read is left to
// whoever reads it next.
func (b *builder) digest(it *item) (sum digest) {
	err := view(b.store, it, func(data []byte) error {
		if len(data) == 0 {
			return errNoPicture
		}
		sum = sha256.Sum256(data)
		return nil
	})
	if err != nil {
		return sha256.Sum256([]byte(b.store.where(it)))
	}
	return sum
}

// randomSplit splits a set without splits, or with a training split alone, 80/10/10:
// the pictures are ranked by a hash of their bytes and the seed, so that
// neither names nor order matter; the same bytes never fall into two splits.
// It reports whether it did.
func (b *builder) randomSplit() bool {
	for i := range b.items {
		if name := b.names[b.items[i].split]; name != "" && name != Train {
			return false
		}
	}
	ranks := make([]digest, len(b.items))
	order := make([]int, len(b.items))
	for i := range b.items {
		sum := b.digest(&b.items[i])
		ranks[i], order[i] = sha256.Sum256(binary.LittleEndian.AppendUint64(sum[:], uint64(b.options.Seed))), i
	}
	sort.Slice(order, func(i, j int) bool {
		return bytes.Compare(ranks[order[i]][:], ranks[order[j]][:]) < 0
	})
	splits := []int32{b.split(Train), b.split(Validation), b.split(Test)}
	tenth := max(len(order)/10, min(1, len(order)/3))
	last := int32(0)
	for at, i := range order {
		if at == 0 || ranks[i] != ranks[order[at-1]] {
			last = splits[splitAt(at, len(order), tenth)]
		}
		b.items[i].split = last
	}
	return true
}

// splitAt returns 0, 1 or 2, for training, validation or test, for the picture at
// a place in the ranking of n: the last two tenths are validation and test.
func splitAt(at, n, tenth int) int {
	switch {
	case at >= n-tenth:
		return 2
	case at >= n-2*tenth:
		return 1
	}
	return 0
}
