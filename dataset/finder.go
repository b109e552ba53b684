package dataset

import (
	"errors"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/seetell/seetell/picture"
)

// pictureFolders are where pictures stand below the folder of known sets.
var pictureFolders = []string{"", "images", "Images", "Flicker8k_Dataset", "Flickr8k_Dataset", "flickr30k-images", "flickr30k_images", "pictures", "photos"}

// finder finds the files that captions name.
type finder struct {
	folder  folder
	outside bool                // names may lead out of the folder
	byBase  map[string][]string // paths of pictures by the form in which base names compare, filled when first needed
	byStem  map[string][]string // the same without endings
}

func newFinder(f folder, outside bool) *finder { return &finder{folder: f, outside: outside} }

var errOutside = errors.New("outside the folder")

// find returns the path of a named picture below the folder, or absolute, or
// "": below it or its usual folders, near the captions file, else wherever a
// picture has that base name, with whatever accents are made of and with or
// without its ending. A name that leads out of the folder is errOutside unless
// that is allowed: the file may name what is not the set's.
func (f *finder) find(name, near string) (string, error) {
	if name == "" {
		return "", nil
	}
	for _, name := range spellings(name) {
		if path.IsAbs(name) || !filepath.IsLocal(filepath.FromSlash(name)) {
			if f.outside && f.folder.within == nil && f.exists(name) {
				return name, nil
			}
			continue
		}
		places := []string{path.Join(near, name)}
		for _, folder := range pictureFolders {
			places = append(places, path.Join(folder, name))
		}
		for _, place := range places {
			if f.exists(place) {
				return place, nil
			}
		}
	}
	last := spellings(name)
	name = last[len(last)-1]
	if path.IsAbs(name) || !filepath.IsLocal(filepath.FromSlash(name)) {
		if f.outside && f.folder.within == nil {
			return "", nil
		}
		return "", errOutside
	}
	return f.anywhere(name), nil
}

// spellings are a name as it is, and with the slashes of this system.
func spellings(name string) []string {
	if !strings.Contains(name, `\`) {
		return []string{name}
	}
	return []string{name, strings.ReplaceAll(strings.TrimPrefix(name, `.\`), `\`, "/")}
}

// exists tells whether a name is that of a file.
func (f *finder) exists(name string) bool {
	info, err := f.folder.stat(name)
	return err == nil && !info.IsDir()
}

// anywhere returns the one picture of that name that lies anywhere below the
// folder. A name that two of them share finds none: which one is meant cannot
// be known.
func (f *finder) anywhere(name string) string {
	if f.byBase == nil {
		f.index()
	}
	found := f.byBase[comparable(path.Base(name))]
	if len(found) == 0 {
		found = f.byStem[comparable(path.Base(name))]
	}
	if len(found) != 1 || !sameFolder(found[0], name) || !f.exists(found[0]) {
		return ""
	}
	return found[0]
}

// sameFolder tells whether the folders of the shorter of two paths end the
// longer's.
func sameFolder(a, b string) bool {
	a, b = "/"+comparable(path.Dir(a)), "/"+comparable(path.Dir(b))
	return a == "/." || b == "/." || strings.HasSuffix(a, b) || strings.HasSuffix(b, a)
}

// comparable is the form in which names compare: a Mac's file system takes
// letters and their accents apart.
func comparable(name string) string { return norm.NFC.String(name) }

// index lists the pictures below the folder.
func (f *finder) index() {
	f.byBase, f.byStem = map[string][]string{}, map[string][]string{}
	root := f.folder.path
	_ = filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !picture.IsName(name) {
			return nil // a folder that cannot be read has no pictures to find
		}
		below, err := filepath.Rel(root, name)
		if err != nil {
			return nil
		}
		below = filepath.ToSlash(below)
		base := comparable(path.Base(below))
		f.byBase[base] = append(f.byBase[base], below)
		stem := strings.TrimSuffix(base, path.Ext(base))
		f.byStem[stem] = append(f.byStem[stem], below)
		return nil
	})
}
