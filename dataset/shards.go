package dataset

import (
	"fmt"
	"regexp"
	"strconv"
)

// shard is the part of a file's name that numbers it: -00000-of-00002.
var shard = regexp.MustCompile(`^(.*)-(\d+)-of-(\d+)[^/]*$`)

// allShards reports a file that is missing by its number, so that a half
// copied set is not taken for a whole one.
func allShards(parts []part) error {
	type series struct {
		stem  string
		total int
	}
	seen := map[series]map[int]bool{}
	for _, p := range parts {
		match := shard.FindStringSubmatch(p.path)
		if match == nil {
			continue
		}
		number, err1 := strconv.Atoi(match[2])
		total, err2 := strconv.Atoi(match[3])
		if err1 != nil || err2 != nil {
			continue
		}
		key := series{match[1], total}
		if seen[key] == nil {
			seen[key] = map[int]bool{}
		}
		seen[key][number] = true
	}
	for key, numbers := range seen {
		if len(numbers) >= key.total {
			continue
		}
		for i := range key.total {
			if !numbers[i] {
				return fmt.Errorf("%d of %d files; %s-%05d-of-%05d is missing", len(numbers), key.total, key.stem, i, key.total)
			}
		}
	}
	return nil
}
