// Package picturename knows pictures by the names of their files.
package picturename

import (
	"path/filepath"
	"slices"
	"strings"
)

var endings = []string{".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".webp", ".heic", ".heif", ".hif", ".avif", ".bmp", ".dib", ".tif", ".tiff"}

// Ends tells whether a name ends as those of pictures do, in any case.
func Ends(name string) bool {
	return slices.Contains(endings, strings.ToLower(filepath.Ext(name)))
}

// Hidden tells whether a name within a folder is that of a hidden file or folder,
// a Mac's in an archive among them, which are a program's and no person's.
func Hidden(name string) bool {
	return strings.HasPrefix(name, ".") || name == "__MACOSX"
}
