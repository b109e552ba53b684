package dataset

import (
	"path"
	"path/filepath"
	"strings"
	"unicode"
)

// The usual splits. In this order a set lists them, others after them.
const (
	Train      = "train"
	Validation = "validation"
	Test       = "test"
)

// canonical returns the usual name of a split that goes by another, as the
// Python datasets library reads file names, and Karpathy's restval as train.
func canonical(name string) string {
	switch name = strings.ToLower(name); name {
	case "train", "training", "restval":
		return Train
	case "validation", "valid", "val", "dev":
		return Validation
	case "test", "testing", "eval", "evaluation":
		return Test
	}
	return name
}

func isUsual(name string) bool { return splitOrder(name) < 3 }

func splitOrder(name string) int {
	switch name {
	case Train:
		return 0
	case Validation:
		return 1
	case Test:
		return 2
	}
	return 3
}

// splitOfFile returns the split that a word of a file's name tells, the first
// that does, else a word of the nearest folder's, or "". The Python library
// looks for the same words.
func splitOfFile(name string) string {
	for name = filepath.ToSlash(name); name != "." && name != "/" && name != ""; name = path.Dir(name) {
		words := strings.FieldsFunc(path.Base(name), func(r rune) bool { return !unicode.IsLetter(r) })
		for _, word := range words {
			if split := canonical(word); isUsual(split) {
				return split
			}
		}
	}
	return ""
}
