package wholefile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// mostLinks is how many links may lie between a path and its file: as many as
// Linux follows.
const mostLinks = 40

// Resolve follows the links of path to the file that is to be replaced, which
// need not be there, or to what is written through instead.
func Resolve(path string) (target string, through bool, err error) {
	target = path
	for range mostLinks {
		info, err := os.Lstat(target)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return target, false, nil
		case err != nil:
			return "", false, err
		case info.IsDir():
			return "", false, errors.New("it is a folder")
		case info.Mode().Type() != fs.ModeSymlink:
			return target, !info.Mode().IsRegular(), nil
		case isOpenFile(target):
			return target, true, nil
		}
		link, err := os.Readlink(target)
		if err != nil {
			return "", false, err
		}
		if !filepath.IsAbs(link) {
			link = filepath.Join(filepath.Dir(target), link)
		}
		target = link
	}
	return "", false, errors.New("too many links, or links in a circle")
}

// isOpenFile tells whether a link is a process's open file, as /dev/stdout
// leads to. It may point at no path, and replacing a file that it does point
// at would leave the process writing into the old one.
func isOpenFile(link string) bool {
	folder, err := filepath.EvalSymlinks(filepath.Dir(link))
	return err == nil && strings.HasPrefix(folder, "/proc/") && filepath.Base(folder) == "fd"
}
