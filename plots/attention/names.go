package attention

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/seetell/seetell/plots/internal/typeset"
)

// Names names the files of each picture's attention for SaveAttention:
// by the base name of its path, with as many folders before it as tell it from
// the other paths. Letter case does not tell names apart, since some systems'
// files do not.
func Names(paths []string) map[string]string {
	names, taken := map[string]string{}, map[string]bool{}
	counts := []map[string]int{}
	for _, path := range paths {
		if names[path] != "" {
			continue
		}
		name := ""
		for depth := 1; depth <= len(pathParts(path)); depth++ {
			if len(counts) < depth {
				counts = append(counts, countNames(paths, depth))
			}
			if name = tailName(path, depth); counts[depth-1][strings.ToLower(name)] == 1 {
				break
			}
		}
		names[path] = free(name, taken)
	}
	return names
}

func pathParts(path string) []string {
	return strings.Split(filepath.ToSlash(filepath.Clean(path)), "/")
}

// tailName is a file name made of the last parts of path.
func tailName(path string, parts int) string {
	all := pathParts(path)
	return typeset.FileName(strings.Join(all[max(0, len(all)-parts):], "-"))
}

// countNames counts the different paths whose last parts give each name.
func countNames(paths []string, parts int) map[string]int {
	counts, seen := map[string]int{}, map[string]bool{}
	for _, path := range paths {
		if !seen[path] {
			seen[path] = true
			counts[strings.ToLower(tailName(path, parts))]++
		}
	}
	return counts
}

// free returns name, with a number where it is taken, and takes it.
func free(name string, taken map[string]bool) string {
	unique := name
	for n := 2; taken[strings.ToLower(unique)]; n++ {
		unique = fmt.Sprintf("%s~%d", name, n)
	}
	taken[strings.ToLower(unique)] = true
	return unique
}
