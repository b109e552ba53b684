package dataset

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"unicode/utf8"

	"github.com/seetell/seetell/internal/annotations"
)

// folderStore reads pictures that are files of their own.
type folderStore struct {
	folder  folder
	finder  *finder
	lists   []string // names of the captions files
	units   []string // what their rows are: line, picture, row
	buffers bufferPool
	costs   ledger // of tables in parquet
}

func (s *folderStore) where(it *item) string {
	return fmt.Sprintf("%s %s %d (%s)", s.lists[it.file], s.units[it.file], it.row+1, it.name)
}

func (s *folderStore) bytes(it *item) (data []byte, err error) {
	err = s.view(it, func(lent []byte) error {
		data = append(make([]byte, 0, len(lent)), lent...)
		return nil
	})
	return data, err
}

func (s *folderStore) view(it *item, f func(data []byte) error) error {
	file, size, err := s.finder.folder.open(it.name)
	if err != nil {
		return err
	}
	defer file.Close()
	return s.buffers.lend(file, size, f)
}

func (s *folderStore) Close() error { return s.folder.close() }

// openAnnotations opens captions files whose pictures are in their folder, or
// in the one that the options name.
func openAnnotations(ctx context.Context, f folder, files []part, o Options) (*Set, error) {
	return openWith(ctx, f, files, o, (*folderStore).readAnnotations)
}

// openWith opens a set whose pictures are files of their own, and whose data
// files read adds to the builder.
func openWith(ctx context.Context, f folder, files []part, o Options, read func(*folderStore, *builder, part) error) (*Set, error) {
	st, err := newFolderStore(f, o)
	if err != nil {
		return nil, err
	}
	b := newBuilder(ctx, f.source, o)
	b.store = st
	for _, file := range files {
		if err := ctx.Err(); err != nil {
			return nil, errors.Join(err, st.Close())
		}
		if err := read(st, b, file); err != nil {
			return nil, errors.Join(err, st.Close())
		}
	}
	lists, err := f.splitLists(files)
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	unlisted := b.applyLists(lists)
	set, err := b.set(filepath.Base(f.source))
	if err != nil && b.problems.Count(MissingPicture) > 0 {
		err = fmt.Errorf("%w; %w %s%s", err, ErrNotBelow, st.finder.folder.path, f.archivesBeside())
	}
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	set.Unlisted = unlisted
	return set, nil
}

func newFolderStore(f folder, o Options) (*folderStore, error) {
	pictures := f
	if o.Pictures != "" {
		pictures = folder{source: f.source, path: o.Pictures}
		if _, err := pictures.stat(""); err != nil {
			return nil, fmt.Errorf("folder of the pictures: %w", err)
		}
	}
	return &folderStore{folder: f, finder: newFinder(pictures, o.Outside)}, nil
}

// begin takes note of a data file, and returns its number.
func (s *folderStore) begin(name string) int32 {
	s.lists, s.units = append(s.lists, filepath.Base(name)), append(s.units, "line")
	return int32(len(s.lists) - 1)
}

// place finds an item's picture and adds it, or counts what is wrong with it.
func (s *folderStore) place(b *builder, it item, near string) {
	if it.name == "" {
		it.name = it.number // where it is the name of a file without its ending
	}
	found, err := s.finder.find(it.name, near)
	switch {
	case found == "" && !utf8.ValidString(it.name):
		b.problems.add(NameNotUTF8, s.where(&it), annotations.NotUTF8(it.name))
	case errors.Is(err, errOutside):
		b.problems.add(OutsidePicture, s.where(&it), "")
	case found == "":
		b.problems.add(MissingPicture, s.where(&it), "")
	default:
		it.name = found
		b.add(it)
	}
}

// openText opens a data file as text.
func (s *folderStore) openText(name string) (io.ReadCloser, error) {
	file, _, err := s.folder.open(name)
	if err != nil {
		return nil, fmt.Errorf("open data set: %w", err)
	}
	return file, nil
}
