package dataset

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
)

// splitList is the name of a file that lists a split's pictures, such as
// Flickr_8k.trainImages.txt, train.txt or flickr30k_test.txt.
var splitList = regexp.MustCompile(`(?i)^(?:.*[._-])?(train|training|val|valid|validation|dev|test)(?:[._-]?(?:images|imgs))?\.txt$`)

// readSplitLists reads the lists beside a captions file: the split of each
// picture's base name. It is empty where there are none.
func readSplitLists(annotations string) (map[string]string, error) {
	folder := filepath.Dir(annotations)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	splits := map[string]string{}
	for _, entry := range entries {
		match := splitList.FindStringSubmatch(entry.Name())
		if match == nil || entry.Name() == filepath.Base(annotations) {
			continue
		}
		name := filepath.Join(folder, entry.Name())
		if err := readSplitList(name, canonical(match[1]), splits); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return splits, nil
}

func readSplitList(name, split string, splits map[string]string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	return eachLine(file, func(_ int, line string) error {
		picture := path.Base(filepath.ToSlash(line))
		if other := splits[picture]; other != "" && other != split {
			return fmt.Errorf("%s is in the lists of %s and %s", picture, other, split)
		}
		splits[picture] = split
		return nil
	})
}

// applyLists gives the items the splits that the lists tell, leaves out those
// in none, and returns how many these were. Without lists it does nothing.
func (b *builder) applyLists(lists map[string]string) int {
	if len(lists) == 0 {
		return 0
	}
	kept := b.items[:0]
	for _, it := range b.items {
		if split := lists[path.Base(it.name)]; split != "" {
			it.split = b.split(split)
			kept = append(kept, it)
		}
	}
	unlisted := len(b.items) - len(kept)
	b.items = kept
	return unlisted
}
