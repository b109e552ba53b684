package dataset

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/seetell/seetell/internal/annotations"
)

// builder gathers the items of a source and makes a Set of them.
type builder struct {
	context  context.Context // of opening, which ends with it
	source   string
	options  Options
	store    store
	items    []item
	names    []string // of splits; names[0] is ""
	numbers  map[string]int32
	problems Problems
	costs    ledger // of rows in parquet
	single   bool   // rows hold one caption each, so rows of one picture belong together
}

func newBuilder(ctx context.Context, source string, o Options) *builder {
	return &builder{context: ctx, source: source, options: o, names: []string{""}, numbers: map[string]int32{"": 0}}
}

// split returns the index of a split's name.
func (b *builder) split(name string) int32 {
	name = canonical(name)
	if i, ok := b.numbers[name]; ok {
		return i
	}
	i := int32(len(b.names))
	b.names, b.numbers[name] = append(b.names, name), i
	return i
}

// add takes an item with its captions as the source has them; those that are
// blank or not UTF-8 are counted and left out.
func (b *builder) add(it item) {
	captions := it.captions[:0]
	for _, caption := range it.captions {
		switch {
		case !utf8.ValidString(caption):
			b.problems.add(NotUTF8, b.store.where(&it), fmt.Sprintf("%q: %s", caption, annotations.NotUTF8(caption)))
		case strings.TrimSpace(caption) == "":
			b.problems.add(EmptyCaption, b.store.where(&it), "")
		default:
			captions = append(captions, caption)
		}
	}
	it.captions = captions
	b.items = append(b.items, it)
}

// set makes the set: groups rows, deals out splits, names the pictures.
func (b *builder) set(name string) (*Set, error) {
	b.group()
	b.dropUncaptioned()
	if len(b.items) == 0 {
		return nil, b.fail(errNoneCaptioned)
	}
	random := b.randomSplit()
	b.nameAll()
	b.limit()
	if b.options.Strict && b.problems.Total() > 0 {
		return nil, fmt.Errorf("%s: %w: %w", b.source, ErrStrict, b.problems.Err())
	}
	set := newSet(b.source, name, b.items, b.names, b.store)
	set.RandomSplit, set.Problems = random, b.problems
	return set, nil
}

var errNoneCaptioned = errors.New("no captioned picture in it")

// fail adds what was left out to err.
func (b *builder) fail(err error) error {
	if left := b.problems.Err(); left != nil {
		return fmt.Errorf("%s: %w: %w", b.source, err, left)
	}
	return fmt.Errorf("%s: %w", b.source, err)
}

func (b *builder) dropUncaptioned() {
	kept := b.items[:0]
	for i := range b.items {
		if len(b.items[i].captions) == 0 {
			b.problems.add(NoCaptions, b.store.where(&b.items[i]), "")
			continue
		}
		kept = append(kept, b.items[i])
	}
	b.items = kept
}

// nameAll gives each picture its id: the base name of its path, else COCO's or
// Karpathy's number, else split/row. Where these collide within a split, those
// pictures take their whole path, or split/row where that is shared too.
func (b *builder) nameAll() {
	rows := make([]int, len(b.names))
	for i := range b.items {
		it := &b.items[i]
		switch {
		case it.name != "":
			it.id = path.Base(it.name)
		case it.number != "":
			it.id = it.number
		default:
			it.id = b.rowName(it, rows[it.split])
		}
		rows[it.split]++
	}
	b.disambiguate(func(it *item, _ int) string { return it.name })
	b.disambiguate(b.rowName)
}

func (b *builder) rowName(it *item, row int) string {
	return fmt.Sprintf("%s/%d", b.names[it.split], row)
}

// disambiguate gives pictures that share an id another.
func (b *builder) disambiguate(other func(it *item, row int) string) {
	type key struct {
		split int32
		id    string
	}
	count := make(map[key]int, len(b.items))
	for i := range b.items {
		count[key{b.items[i].split, b.items[i].id}]++
	}
	if len(count) == len(b.items) {
		return
	}
	rows := make([]int, len(b.names))
	for i := range b.items {
		it := &b.items[i]
		if count[key{it.split, it.id}] > 1 {
			if id := other(it, rows[it.split]); id != "" {
				it.id = id
			}
		}
		rows[it.split]++
	}
}

// limit keeps the first pictures of each split.
func (b *builder) limit() {
	if b.options.Limit <= 0 {
		return
	}
	rows := make([]int, len(b.names))
	kept := b.items[:0]
	for _, it := range b.items {
		if rows[it.split]++; rows[it.split] <= b.options.Limit {
			kept = append(kept, it)
		}
	}
	b.items = kept
}
