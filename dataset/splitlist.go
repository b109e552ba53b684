package dataset

import (
	"bufio"
	"fmt"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
)

// splitList is the name of a file that lists a split's pictures, such as
// Flickr_8k.trainImages.txt, train.txt or flickr30k_test.txt.
var splitList = regexp.MustCompile(`(?i)^(?:.*[._-])?(train|training|val|valid|validation|dev|test)(?:[._-]?(?:images|imgs))?\.txt$`)

// splitLists reads the lists beside the first of a set's captions files: the
// split of each picture's base name. It is empty where there are none.
func (f folder) splitLists(annotations []part) (map[string]string, error) {
	beside := path.Dir(annotations[0].path)
	entries, err := os.ReadDir(f.join(beside))
	if err != nil {
		return nil, err
	}
	splits := map[string]string{}
	for _, entry := range entries {
		match := splitList.FindStringSubmatch(entry.Name())
		name := path.Join(beside, entry.Name())
		taken := slices.ContainsFunc(annotations, func(p part) bool { return p.path == name })
		if match == nil || taken || entry.Name()[0] == '.' || entry.IsDir() {
			continue
		}
		if err := f.readSplitList(name, canonical(match[1]), splits); err != nil {
			return nil, fmt.Errorf("%s: %w", f.join(name), err)
		}
	}
	return splits, nil
}

func (f folder) readSplitList(name, split string, splits map[string]string) error {
	file, _, err := f.open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		picture := path.Base(strings.ReplaceAll(strings.TrimSpace(lines.Text()), `\`, "/"))
		if picture == "." {
			continue // a blank line
		}
		if other := splits[picture]; other != "" && other != split {
			return fmt.Errorf("%s is in the lists of %s and %s", picture, other, split)
		}
		splits[picture] = split
	}
	return lines.Err()
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
