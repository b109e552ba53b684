// Package dataset opens captioned pictures from any source: a data set of the
// Hugging Face hub, parquet files, a folder of pictures with a captions file,
// Karpathy's or COCO's JSON, webdataset tar files, or the built-in demo.
//
// A Set has splits, a Split has one Record per picture with all its captions.
// Opening reads the captions and where the pictures are, not the pictures.
// Everything that is opened may be read from many goroutines at once.
package dataset

import (
	"fmt"
	"io"
	"sort"
	"strings"
	"sync"
)

// Set is a captioned data set with its splits, the training split first.
type Set struct {
	Source      string   // as it was asked for
	Name        string   // short: a hub name, or the base name of a path
	Revision    string   // the commit of a set of the hub, else ""
	Splits      []*Split // never empty
	RandomSplit bool     // the source has no splits, so the pictures were split at random, by Seed
	Unlisted    int      // pictures left out because no list of a split has them
	Problems    Problems // what was left out while opening

	store       store
	fingerprint func() string
}

// Split is one part of a set. Its order is the source's.
type Split struct {
	Name  string
	items []item
	store store
}

// Record is one picture's place in the set and its captions, not its pixels.
// The captions belong to the set and must not be changed.
type Record struct {
	ID       string   // unique in its split; ids compare as text
	Captions []string // never empty, none of them blank
	Row      int      // in its file, from 0
	Where    string   // the file and row, for messages
	Number   string   // COCO's or Karpathy's number of the picture, where the source has one
	Name     string   // the picture's path as the source gives it, or ""
}

// item is a record as it is stored.
type item struct {
	name     string // path of the picture as the source gives it, or ""
	id       string
	number   string
	captions []string
	row      int
	file     int32 // the store's file
	split    int32 // of the builder's split names
}

// store reads pictures.
type store interface {
	io.Closer
	bytes(it *item) ([]byte, error)
	where(it *item) string
}

// Split returns the split of that name. Common other names for the three usual
// ones, such as val, are understood.
func (s *Set) Split(name string) (*Split, error) {
	var names []string
	for _, split := range s.Splits {
		if split.Name == name || split.Name == canonical(name) {
			return split, nil
		}
		names = append(names, split.Name)
	}
	if name == All {
		return s.all(), nil
	}
	return nil, fmt.Errorf("%s has no split %q; it has %s", s.Source, name, strings.Join(names, ", "))
}

// All stands for all splits of a set that has none of that name.
const All = "all"

// all joins the splits. Pictures of different splits that share an id have the
// split's name before it.
func (s *Set) all() *Split {
	count := map[string]int{}
	for _, split := range s.Splits {
		for i := range split.items {
			count[split.items[i].id]++
		}
	}
	whole := &Split{Name: All, store: s.store}
	for _, split := range s.Splits {
		for _, it := range split.items {
			if count[it.id] > 1 {
				it.id = split.Name + "/" + it.id
			}
			whole.items = append(whole.items, it)
		}
	}
	return whole
}

// Fingerprint identifies the data: 16 hexadecimal digits of a SHA-256 over the
// splits' names, the pictures' ids and captions, and the bytes of 64 pictures
// spread evenly over each split. It does not depend on where or in which form
// the set is stored.
func (s *Set) Fingerprint() string { return s.fingerprint() }

// Len returns the number of pictures.
func (s *Split) Len() int { return len(s.items) }

// Record returns the record of the picture at index i. It reads nothing.
func (s *Split) Record(i int) Record {
	it := &s.items[i]
	return Record{ID: it.id, Captions: it.captions, Row: it.row, Where: s.store.where(it), Number: it.number, Name: it.name}
}

// Bytes reads the encoded bytes of the picture at index i, which the caller
// owns. It is safe for concurrent use.
func (s *Split) Bytes(i int) ([]byte, error) {
	it := &s.items[i]
	data, err := s.store.bytes(it)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", s.store.where(it), err)
	case len(data) == 0:
		return nil, fmt.Errorf("%s: %w", s.store.where(it), errNoPicture)
	}
	return data, nil
}

// View calls f with the picture's bytes, which are valid until it returns. It
// spares the copy that Bytes makes. It is safe for concurrent use.
func (s *Split) View(i int, f func(data []byte) error) error {
	it := &s.items[i]
	err := view(s.store, it, func(data []byte) error {
		if len(data) == 0 {
			return errNoPicture
		}
		return f(data)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", s.store.where(it), err)
	}
	return nil
}

// viewer is a store that can lend a picture's bytes.
type viewer interface {
	view(it *item, f func(data []byte) error) error
}

func view(st store, it *item, f func(data []byte) error) error {
	if v, ok := st.(viewer); ok {
		return v.view(it, f)
	}
	data, err := st.bytes(it)
	if err != nil {
		return err
	}
	return f(data)
}

// Close releases the set's files.
func (s *Set) Close() error { return s.store.Close() }

// newSet makes a set of the items, whose split indexes names.
func newSet(source, name string, items []item, names []string, st store) *Set {
	set := &Set{Source: source, Name: name, store: st}
	counts := make([]int, len(names))
	for i := range items {
		counts[items[i].split]++
	}
	splits := make([]*Split, len(names))
	for i, name := range names {
		splits[i] = &Split{Name: name, store: st, items: make([]item, 0, counts[i])}
	}
	for _, it := range items {
		splits[it.split].items = append(splits[it.split].items, it)
	}
	for _, split := range splits {
		if split.Len() > 0 {
			set.Splits = append(set.Splits, split)
		}
	}
	sort.SliceStable(set.Splits, func(i, j int) bool { return splitOrder(set.Splits[i].Name) < splitOrder(set.Splits[j].Name) })
	set.fingerprint = sync.OnceValue(func() string { return fingerprint(set) })
	return set
}
