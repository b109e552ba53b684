package dataset

import (
	"errors"
	"io/fs"
	"net/url"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/seetell/seetell/picture"
)

// pictureFolders are where pictures stand below the folder of known sets.
var pictureFolders = []string{"", "images", "Images", "Flicker8k_Dataset", "Flickr8k_Dataset", "flickr30k-images", "flickr30k_images", "pictures", "photos"}

// finder finds the files that captions name.
type finder struct {
	folder  folder
	below   []string            // those of pictureFolders that are there
	outside bool                // names may lead out of the folder
	byBase  map[string][]string // paths of pictures by the form in which base names compare, filled when first needed
	byStem  map[string][]string // the same without endings

	byFolded map[string][]string // the same in small letters, with endings and without
	byNumber map[string][]string // those whose names are numbers, by them
}

func newFinder(f folder, outside bool) *finder {
	found := &finder{folder: f, outside: outside}
	for _, name := range pictureFolders {
		if info, err := f.stat(name); name == "" || err == nil && info.IsDir() {
			found.below = append(found.below, name)
		}
	}
	return found
}

var errOutside = errors.New("outside the folder")

// find returns the path of a named picture below the folder, or absolute, or
// "": below it or its usual folders, near the captions file, else wherever a
// picture has that base name, with whatever accents are made of, with, without
// or with another ending, in whatever case, or as a number without its zeros. A name that leads out of the folder is errOutside unless
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
		for _, folder := range f.below {
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
		for strings.HasPrefix(name, "../") {
			name = name[len("../"):]
		}
		if found := f.anywhere(name); found != "" {
			return found, nil // where pictures lay on the machine that wrote the file
		}
		return "", errOutside
	}
	return f.anywhere(name), nil
}

// spellings are a name as it is, without what an address escapes, and last with
// the slashes of this system.
func spellings(name string) []string {
	all := []string{name}
	if plain, err := url.PathUnescape(name); err == nil && plain != name {
		all = append(all, plain)
	}
	if last := all[len(all)-1]; strings.Contains(last, `\`) {
		all = append(all, strings.ReplaceAll(strings.TrimPrefix(last, `.\`), `\`, "/"))
	}
	return all
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
	base := comparable(path.Base(name))
	found := f.byBase[base]
	for _, other := range []struct {
		index map[string][]string
		name  string
	}{
		{f.byStem, base}, {f.byFolded, strings.ToLower(base)}, {f.byFolded, strings.ToLower(stemOf(base))}, {f.byNumber, pictureNumber(base)},
	} {
		if len(found) == 0 && other.name != "" {
			found = other.index[other.name]
		}
	}
	if len(found) != 1 || !sameFolder(found[0], name) || !f.exists(found[0]) {
		return ""
	}
	return found[0]
}

// stemOf cuts a picture's ending off a name; a name without one it leaves.
func stemOf(base string) string {
	if picture.IsName(base) {
		return strings.TrimSuffix(base, path.Ext(base))
	}
	return base
}

// cocoNumber is the number in a name that is nothing else, or one of COCO's:
// COCO_val2014_000000000042.
var cocoNumber = regexp.MustCompile(`^(?:COCO_\w+_)?0*(\d+)$`)

// pictureNumber returns the number that a picture's name is, without the zeros
// that a spreadsheet takes away; "" where it is none.
func pictureNumber(base string) string {
	match := cocoNumber.FindStringSubmatch(stemOf(base))
	if match == nil {
		return ""
	}
	return match[1]
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
	f.byFolded, f.byNumber = map[string][]string{}, map[string][]string{}
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
		for _, folded := range []string{strings.ToLower(base), strings.ToLower(stem)} {
			f.byFolded[folded] = append(f.byFolded[folded], below)
		}
		if number := pictureNumber(base); number != "" {
			f.byNumber[number] = append(f.byNumber[number], below)
		}
		return nil
	})
}
