package dataset

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// folderStore reads pictures that are files of their own.
type folderStore struct {
	finder      *finder
	annotations []string // names of the captions files
	json        bool     // rows are pictures' numbers, not lines
	buffers     bufferPool
}

func (s *folderStore) where(it *item) string {
	unit := "line"
	if s.json {
		unit = "picture"
	}
	return fmt.Sprintf("%s %s %d (%s)", s.annotations[it.file], unit, it.row+1, it.name)
}

func (s *folderStore) bytes(it *item) ([]byte, error) {
	return os.ReadFile(s.finder.path(it.name))
}

func (s *folderStore) view(it *item, f func(data []byte) error) error {
	file, err := os.Open(s.finder.path(it.name))
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	return s.buffers.lend(file, info.Size(), f)
}

func (s *folderStore) Close() error { return nil }

// openAnnotations opens captions files whose pictures are in the folder root, or
// in the one that the options name.
func openAnnotations(ctx context.Context, source, root string, annotations []part, o Options) (*Set, error) {
	if o.Pictures != "" {
		root = o.Pictures
		if _, err := os.Stat(root); err != nil {
			return nil, fmt.Errorf("folder of the pictures: %w", err)
		}
	}
	st := &folderStore{finder: newFinder(root), json: strings.HasSuffix(annotations[0].path, ".json")}
	b := newBuilder(source, o)
	b.store = st
	for _, file := range annotations {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := st.read(b, file); err != nil {
			return nil, err
		}
	}
	lists, err := readSplitLists(annotations[0].path)
	if err != nil {
		return nil, err
	}
	unlisted := b.applyLists(lists)
	set, err := b.set(filepath.Base(source))
	if err != nil && b.problems.Count(MissingPicture) > 0 {
		err = fmt.Errorf("%w; looked below %s, --pictures names another folder", err, root)
	}
	if err == nil {
		set.Unlisted = unlisted
	}
	return set, err
}

// read adds the pictures of one captions file that are there. Lines about one
// picture are joined.
func (s *folderStore) read(b *builder, annotations part) error {
	file := int32(len(s.annotations))
	s.annotations = append(s.annotations, filepath.Base(annotations.path))
	near := filepath.Dir(annotations.path)
	at := map[string]int{}
	var pictures []listed
	err := readAnnotations(annotations.path, func(entry listed) {
		key := entry.name + "\x00" + entry.split
		if entry.name == "" {
			key = "\x00\x00" + entry.number
		}
		i, ok := at[key]
		if !ok {
			at[key] = len(pictures)
			pictures = append(pictures, entry)
			return
		}
		pictures[i].captions = append(pictures[i].captions, entry.captions...)
	})
	if err != nil {
		return err
	}
	for _, p := range pictures {
		it := item{name: p.name, number: p.number, captions: p.captions, row: p.line - 1, file: file, split: b.split(annotations.split)}
		if p.split != "" {
			it.split = b.split(p.split)
		}
		found := ""
		if p.name != "" {
			found = s.finder.find(p.name, near)
		}
		if found == "" {
			b.problems.add(MissingPicture, s.where(&it), p.number)
			continue
		}
		it.name = found
		b.add(it)
	}
	return nil
}

// pictureFolders are where pictures stand below the folder of known sets.
var pictureFolders = []string{"", "images", "Images", "Flicker8k_Dataset", "Flickr8k_Dataset", "flickr30k-images", "flickr30k_images", "pictures", "photos"}

// pictureFile tells files that may be pictures.
var pictureFile = regexp.MustCompile(`(?i)\.(jpe?g|png|gif|webp|bmp|tiff?)$`)

// finder finds the files that captions name.
type finder struct {
	root   string
	byBase map[string]string // base name to path below root, filled when first needed
}

func newFinder(root string) *finder { return &finder{root: root} }

// find returns the path of a named picture below root, or absolute, or "": in
// root or its usual folders, near the captions file, else wherever below root
// a file has that base name.
func (f *finder) find(name, near string) string {
	name = filepath.ToSlash(name)
	if path.IsAbs(name) {
		return existing("", name)
	}
	if beside, err := filepath.Rel(f.root, near); err == nil && filepath.IsLocal(beside) {
		if found := existing(f.root, path.Join(filepath.ToSlash(beside), name)); found != "" {
			return found
		}
	}
	for _, folder := range pictureFolders {
		if found := existing(f.root, path.Join(folder, name)); found != "" {
			return found
		}
	}
	if f.byBase == nil {
		f.index()
	}
	found := f.byBase[path.Base(name)]
	if found != "" && !strings.HasSuffix("/"+found, "/"+name) && !strings.HasSuffix("/"+name, "/"+found) {
		return "" // another folder's picture of that name
	}
	return found
}

// existing returns name if it is a file below root.
func existing(root, name string) string {
	info, err := os.Stat(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil || info.IsDir() {
		return ""
	}
	return name
}

// index lists the pictures below root. A base name that two of them share
// finds none: which one is meant cannot be known.
func (f *finder) index() {
	f.byBase = map[string]string{}
	filepath.WalkDir(f.root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !pictureFile.MatchString(name) {
			return nil // a folder that cannot be read has no pictures to find
		}
		below, err := filepath.Rel(f.root, name)
		if err != nil {
			return nil
		}
		below = filepath.ToSlash(below)
		if _, twice := f.byBase[path.Base(below)]; twice {
			below = ""
		}
		f.byBase[path.Base(filepath.ToSlash(name))] = below
		return nil
	})
}

func (f *finder) path(name string) string {
	if path.IsAbs(name) {
		return filepath.FromSlash(name)
	}
	return filepath.Join(f.root, filepath.FromSlash(name))
}

// captionFiles are the names of captions files, the surest first.
var captionFiles = []*regexp.Regexp{
	regexp.MustCompile(`(?i)^metadata\.(jsonl|csv)$`),
	regexp.MustCompile(`(?i)^captions?\.(txt|csv|tsv|jsonl|ndjson)$`),
	regexp.MustCompile(`(?i)\.token(\.txt)?$`),
	regexp.MustCompile(`(?i)^results.*\.csv$`),
	regexp.MustCompile(`(?i)^dataset.*\.json$`),
	regexp.MustCompile(`(?i)^captions?.*\.(json|jsonl|ndjson|csv|tsv|txt)$`),
}

// findAnnotations returns the captions files of a folder: all of the surest kind
// that is there, each for a split of its own.
func findAnnotations(root string) ([]part, error) {
	best, files := len(captionFiles), []string(nil)
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		below, _ := filepath.Rel(root, name)
		if entry.IsDir() {
			if name != root && (entry.Name()[0] == '.' || strings.Count(filepath.ToSlash(below), "/") > 1) {
				return filepath.SkipDir
			}
			return nil
		}
		for rank, pattern := range captionFiles[:min(best+1, len(captionFiles))] {
			if !pattern.MatchString(entry.Name()) {
				continue
			}
			if rank < best {
				best, files = rank, nil
			}
			files = append(files, name)
			break
		}
		return nil
	})
	if err != nil || len(files) == 0 {
		return nil, err
	}
	parts := make([]part, len(files))
	seen := map[string]string{}
	for i, file := range files {
		below, _ := filepath.Rel(root, file)
		parts[i] = part{file, splitOfFile(below)}
		if other, twice := seen[parts[i].split]; twice {
			return nil, fmt.Errorf("%s: two captions files, %s and %s; give the one that is meant", root, filepath.Base(other), filepath.Base(file))
		}
		seen[parts[i].split] = file
	}
	return parts, nil
}

var errNoAnnotations = errors.New("no parquet file, webdataset tar or captions file (captions.txt, Flickr8k.token.txt, metadata.jsonl, dataset_*.json, captions_*.json)")
