package dataset

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/seetell/seetell/internal/picturename"
	"github.com/seetell/seetell/internal/regular"
	"github.com/seetell/seetell/picture"
)

// format is a form that a data set's files may have.
type format struct {
	name string
	// is tells the form of a single file by its name.
	is func(name string) bool
	// find chooses the form's files out of a folder's, by their paths below it
	// with slashes, as the set's card says or as they are named; none where
	// the folder has another form.
	find func(files []string, card []byte) ([]part, error)
	// needs are the files that have to be there to open the parts: those of
	// a hub are downloaded.
	needs func(files []string, parts []part) []string
	open  func(ctx context.Context, f folder, parts []part, o Options) (*Set, error)
}

// formats are the forms that are read. A folder has the first that finds
// files in it. Another format is another line here.
var formats = []format{
	{name: "parquet files", is: hasEnding(".parquet"), find: findParquet, needs: partsAlone, open: openParquet},
	{name: "webdataset tar files", is: hasEnding(tarEndings...), find: findTars, needs: partsAlone, open: openTars},
	{name: "pictures with a captions file", is: func(string) bool { return true }, find: findAnnotations, needs: withPictures, open: openAnnotations},
	{name: "pictures with a text file of the same name beside each", is: func(string) bool { return false }, find: findSidecars, needs: withPictures, open: openSidecars},
	{name: "pictures with a table", is: func(string) bool { return false }, find: findTables, needs: withPictures, open: openAnnotations},
}

// part is a data file, by its path below the set's folder with slashes, and
// the split that it belongs to, "" where none is told.
type part struct{ path, split string }

func hasEnding(endings ...string) func(name string) bool {
	return func(name string) bool {
		name = strings.ToLower(name)
		return slices.ContainsFunc(endings, func(ending string) bool { return strings.HasSuffix(name, ending) })
	}
}

func partsAlone(_ []string, parts []part) []string {
	names := make([]string, len(parts))
	for i, p := range parts {
		names[i] = p.path
	}
	return names
}

// folder is where a set's files are, and how far its names may lead.
type folder struct {
	source string   // as it was asked for
	path   string   // of the folder
	named  string   // a file that the user names, which may be a pipe
	within *os.Root // of a set of the hub: the cache's folder of it, which links may not leave
	below  string   // the folder's path below within
}

// open opens a file of the set, by its path below the folder with slashes.
func (f folder) open(name string) (*os.File, int64, error) {
	if f.within != nil {
		return regular.OpenIn(f.within, filepath.Join(f.below, filepath.FromSlash(name)))
	}
	if name == f.named {
		file, err := os.Open(f.join(name))
		if err != nil {
			return nil, 0, err
		}
		info, err := file.Stat()
		if err != nil {
			return nil, 0, errors.Join(err, file.Close())
		}
		return file, info.Size(), nil
	}
	return regular.Open(f.join(name))
}

// stat tells about a file of the set.
func (f folder) stat(name string) (fs.FileInfo, error) {
	if f.within != nil {
		return f.within.Stat(filepath.Join(f.below, filepath.FromSlash(name)))
	}
	return os.Stat(f.join(name))
}

// join returns where a file of the set is.
func (f folder) join(name string) string {
	if path.IsAbs(name) {
		return filepath.FromSlash(name)
	}
	return filepath.Join(f.path, filepath.FromSlash(name))
}

// card returns the text of the set's README.md, if it has one.
func (f folder) card() ([]byte, error) {
	text, err := f.readSmall("README.md")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return text, err
}

// readSmall reads a file of the set that has few bytes.
func (f folder) readSmall(name string) ([]byte, error) {
	file, size, err := f.open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if size > longestText {
		return nil, fmt.Errorf("%s: %d bytes are more than such a file has", name, size)
	}
	return io.ReadAll(io.LimitReader(file, longestText))
}

// longestText is how many bytes a card or the text beside a picture may have.
const longestText = 1 << 20

// close ends the use of a hub's folder.
func (f folder) close() error {
	if f.within == nil {
		return nil
	}
	return f.within.Close()
}

// files returns the paths of the files at and below the folder, sorted;
// hidden files and folders, those of a Mac among them, are left out.
func (f folder) files() ([]string, error) {
	var files []string
	err := filepath.WalkDir(f.path, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != f.path && picturename.Hidden(entry.Name()):
			if entry.IsDir() {
				return filepath.SkipDir
			}
		case !entry.IsDir():
			below, err := filepath.Rel(f.path, name)
			files = append(files, filepath.ToSlash(below))
			return err
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("open data set: %w", err)
	}
	return files, nil
}

// choose returns the form of a folder's files, and its data files.
func choose(files []string, card []byte) (*format, []part, error) {
	for i := range formats {
		parts, err := formats[i].find(files, card)
		if err != nil || len(parts) > 0 {
			return &formats[i], parts, err
		}
	}
	return nil, nil, errNoData
}

var errNoData = errors.New("no parquet file, webdataset tar or captions file (captions.txt, Flickr8k.token.txt, metadata.jsonl, dataset_*.json, captions_*.json), nor pictures with a text file beside each or a table (*.csv, *.tsv, *.jsonl)")

// withPictures are a folder's pictures and texts.
func withPictures(files []string, parts []part) []string {
	text := hasEnding(".txt", ".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".token", ".caption", ".cap")
	needed := slices.DeleteFunc(slices.Clone(files), func(name string) bool { return !picture.IsName(name) && !text(name) })
	for _, p := range parts {
		if !slices.Contains(needed, p.path) {
			needed = append(needed, p.path)
		}
	}
	return needed
}
