package dataset

import (
	"fmt"

	"github.com/seetell/seetell/dataset/demo"
)

// openDemo opens the built-in set, drawn from the seed.
func openDemo(o Options) *Set {
	var items []item
	var names []string
	st := demoStore{}
	for index, split := range demo.New(o.Seed) {
		names = append(names, split.Name)
		pictures := split.Pictures
		if o.Limit > 0 {
			pictures = pictures[:min(o.Limit, len(pictures))]
		}
		for row, p := range pictures {
			items = append(items, item{id: p.ID, captions: p.Captions, row: row, file: int32(index), split: int32(index)})
		}
		st = append(st, split)
	}
	return newSet(demo.Source, demo.Source, items, names, st)
}

// demoStore draws pictures when they are asked for.
type demoStore []demo.Split

func (s demoStore) bytes(it *item) ([]byte, error) { return s[it.file].Pictures[it.row].PNG() }

func (s demoStore) where(it *item) string {
	return fmt.Sprintf("demo %s, row %d", s[it.file].Name, it.row)
}

func (demoStore) Close() error { return nil }
