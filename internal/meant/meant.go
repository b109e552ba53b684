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
// of a word (batch-size for batch) or is cut short (desc for describe), else the
// letters that differ.
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
	case len(wrong) > 2 && strings.HasPrefix(name, wrong):
		return 1
	}
	return distance(wrong, name)
}

// distance counts the letters that must be put in, left out, changed or swapped
// with the next to make b of a (Damerau 1964; no letter twice).
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			least := rows[i-1][j-1]
			if a[i-1] != b[j-1] {
				least++
			}
			least = min(least, rows[i-1][j]+1, rows[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				least = min(least, rows[i-2][j-2]+1)
			}
			rows[i][j] = least
		}
	}
	return rows[len(a)][len(b)]
}
