// Package meant finds the name that a wrong one may stand for.
package meant

import "strings"

// Name returns the one of names that wrong is most like, or none where nothing
// is like it.
func Name(wrong string, names []string) string {
	best, least := "", max(1, len(wrong)/3)+1
	for _, name := range names {
		if d := unlike(strings.ToLower(wrong), name); d < least {
			best, least = name, d
		}
	}
	return best
}

// unlike is how far a wrong name is from one that there is: 0 for its words'
// first letters (lr for learning-rate), 1 where one begins the other at the end
// of a word (batch-size for batch), else the letters that differ.
func unlike(wrong, name string) int {
	initials := ""
	for word := range strings.FieldsFuncSeq(name, func(r rune) bool { return r == '-' || r == '_' }) {
		initials += word[:1]
	}
	wrong, name = strings.ReplaceAll(wrong, "_", "-"), strings.ReplaceAll(name, "_", "-")
	switch {
	case wrong == name || len(initials) > 1 && wrong == initials:
		return 0
	case strings.HasPrefix(wrong, name+"-") || strings.HasPrefix(name, wrong+"-") || strings.HasSuffix(wrong, "-"+name) || strings.HasSuffix(name, "-"+wrong):
		return 1
	}
	return distance(wrong, name)
}

// distance counts the letters that must be put in, left out or changed to make
// b of a (Levenshtein 1966).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := corner
			if a[i] != b[j] {
				cost++
			}
			corner = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
