package dataset

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/seetell/seetell/dataset/demo"
	"github.com/seetell/seetell/hub"
)

// Options say how to open a set. The zero value is the default.
type Options struct {
	Seed     int64     // of the split, where the source has none
	Pictures string    // folder of the pictures, where the source does not hold them
	Strict   bool      // refuse what is otherwise left out and counted
	Limit    int       // pictures a split, 0 for all
	Progress io.Writer // where downloads draw their progress, if it is a terminal; nil: nowhere

	// PageCache is how many bytes of inflated parquet pages are kept, by
	// default 64 MB: random order finds its page there or inflates it again.
	PageCache int64
}

// Open opens a source: a path, the name of a data set on the hub
// (owner/name or owner/name@revision), or demo. The caller closes the set.
func Open(ctx context.Context, source string, o Options) (*Set, error) {
	if source == demo.Source {
		return openDemo(o), nil
	}
	info, err := os.Stat(source)
	switch {
	case err == nil && info.IsDir():
		return openFolder(ctx, source, o)
	case err == nil:
		return openFile(ctx, source, o)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("open data set: %w", err)
	}
	if d, err := hub.Parse(source); err == nil {
		return openHub(ctx, source, d, hub.Environment(), o)
	}
	return nil, fmt.Errorf("open data set: %s is neither a file, a folder nor the name of a data set on the hub (owner/name)", source)
}

// openFolder opens what a folder holds: parquet files, tar files, or pictures
// with a captions file.
func openFolder(ctx context.Context, source string, o Options) (*Set, error) {
	files, err := filesWith(source, ".parquet")
	if err != nil {
		return nil, err
	}
	if len(files) > 0 {
		parts, err := dataParts(source, files)
		if err != nil {
			return nil, err
		}
		return openParquet(ctx, source, filepath.Base(source), parts, o)
	}
	if files, err = filesWith(source, ".tar"); err != nil {
		return nil, err
	}
	if len(files) > 0 {
		parts, err := dataParts(source, files)
		if err != nil {
			return nil, err
		}
		return openTars(ctx, source, parts, o)
	}
	annotations, err := findAnnotations(source)
	if err == nil && len(annotations) == 0 {
		err = fmt.Errorf("%s: %w", source, errNoAnnotations)
	}
	if err != nil {
		return nil, err
	}
	return openAnnotations(ctx, source, source, annotations, o)
}

// openFile opens one file: parquet, tar or captions.
func openFile(ctx context.Context, source string, o Options) (*Set, error) {
	parts := []part{{source, splitOfFile(filepath.Base(source))}}
	switch strings.ToLower(filepath.Ext(source)) {
	case ".parquet":
		return openParquet(ctx, source, filepath.Base(source), parts, o)
	case ".tar":
		return openTars(ctx, source, parts, o)
	}
	return openAnnotations(ctx, source, filepath.Dir(source), parts, o)
}

// part is a data file and the split that it belongs to, "" where none is told.
type part struct{ path, split string }

// filesWith returns the files at and below root whose names end so, sorted;
// hidden files and folders are left out.
func filesWith(root, ending string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path != root && entry.Name()[0] == '.':
			if entry.IsDir() {
				return filepath.SkipDir
			}
		case !entry.IsDir() && filepath.Ext(path) == ending:
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("open data set: %w", err)
	}
	return files, nil
}
