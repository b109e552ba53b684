package dataset

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/seetell/seetell/dataset/demo"
	"github.com/seetell/seetell/hub"
)

// Options say how to open a set. The zero value is the default.
type Options struct {
	Seed     int64     // of the split, where the source has none
	Pictures string    // folder of the pictures, where the source does not hold them
	Outside  bool      // captions files may name pictures outside that folder
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
	if d, err := hub.Parse(hub.Datasets, source); err == nil {
		set, err := openHub(ctx, source, d, hub.Environment(), o)
		if err != nil {
			return nil, fmt.Errorf("open data set: there is no file or folder %s here: %w", source, err)
		}
		return set, nil
	}
	return nil, fmt.Errorf("open data set: %s is neither a file, a folder nor the name of a data set on the hub (owner/name)", source)
}

// openFolder opens what a folder holds, in the first of the formats that it has.
func openFolder(ctx context.Context, source string, o Options) (*Set, error) {
	f := folder{source: source, path: source}
	files, err := f.files()
	if err != nil {
		return nil, err
	}
	card, err := f.card()
	if err != nil {
		return nil, err
	}
	format, parts, err := choose(files, card)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", source, packed(err, files))
	}
	return format.open(ctx, f, parts, o)
}

// openFile opens one file, by its name; a captions file may have any.
func openFile(ctx context.Context, source string, o Options) (*Set, error) {
	name := filepath.Base(source)
	f := folder{source: source, path: filepath.Dir(source), named: name}
	parts := []part{{name, splitOfFile(name)}}
	i := slices.IndexFunc(formats, func(form format) bool { return form.is(name) })
	return formats[i].open(ctx, f, parts, o)
}
