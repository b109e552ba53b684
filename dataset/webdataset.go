package dataset

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/seetell/seetell/internal/annotations"
	"github.com/seetell/seetell/picture"
)

// tarStore reads pictures from webdataset tar files, each at its place.
type tarStore struct {
	folder  folder
	files   []*tarFile
	kinds   map[string]bool // endings of all members
	buffers bufferPool
}

// tarFile is an open file of the set.
type tarFile struct {
	name   string
	file   *os.File
	size   int64
	places []place // of its samples' pictures
}

// place is where a picture lies in a tar file.
type place struct{ offset, size int64 }

func (s *tarStore) where(it *item) string {
	return fmt.Sprintf("%s sample %d (%s)", s.files[it.file].name, it.row, it.name)
}

func (s *tarStore) bytes(it *item) ([]byte, error) {
	picture, err := s.picture(it)
	if err != nil {
		return nil, err
	}
	data := make([]byte, picture.Size())
	_, err = io.ReadFull(picture, data)
	return data, err
}

func (s *tarStore) view(it *item, f func(data []byte) error) error {
	picture, err := s.picture(it)
	if err != nil {
		return err
	}
	return s.buffers.lend(picture, picture.Size(), f)
}

// picture returns where the item's picture is to be read. A header may state
// any size.
func (s *tarStore) picture(it *item) (*io.SectionReader, error) {
	f := s.files[it.file]
	place := f.places[it.row]
	if place.size > f.size-place.offset {
		return nil, fmt.Errorf("a picture of %d bytes goes past the end of the file", place.size)
	}
	return io.NewSectionReader(f.file, place.offset, place.size), nil
}

func (s *tarStore) Close() error {
	all := []error{s.folder.close()}
	for _, f := range s.files {
		all = append(all, f.file.Close())
	}
	return errors.Join(all...)
}

// findTars returns a folder's tar files.
func findTars(files []string, card []byte) ([]part, error) {
	return findParts(files, card, hasEnding(tarEndings...))
}

// findParts returns the files of an ending that the card or their names give
// to splits; none where there are none.
func findParts(files []string, card []byte, is func(string) bool) ([]part, error) {
	files = slices.DeleteFunc(slices.Clone(files), func(name string) bool { return !is(name) })
	if len(files) == 0 {
		return nil, nil
	}
	return chooseParts(card, files)
}

// openTars opens tar files in the form of webdataset: files of one key, the
// path up to the base name's first dot, are one sample; one is the picture,
// the others (txt, caption, json) have its captions, one a line of text.
func openTars(ctx context.Context, f folder, parts []part, o Options) (*Set, error) {
	st := &tarStore{folder: f, kinds: map[string]bool{}}
	b := newBuilder(ctx, f.source, o)
	b.store, b.single = st, true
	for _, p := range parts {
		err := ctx.Err()
		if err == nil {
			err = st.read(b, p)
		}
		if err != nil {
			return nil, errors.Join(err, st.Close())
		}
	}
	for _, it := range b.items {
		b.single = b.single && len(it.captions) <= 1
	}
	set, err := b.set(filepath.Base(f.source))
	if errors.Is(err, errNoneCaptioned) {
		err = st.told(err)
	}
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	return set, nil
}

// tarSample is one sample of a tar file while it is gathered.
type tarSample struct {
	key, name string // of the picture
	picture   place
	captions  []string
}

func (s *tarStore) read(b *builder, p part) error {
	file, size, err := s.folder.open(p.path)
	if err == nil {
		file, size, err = unpacked(b.context, file, size)
	}
	if err != nil {
		return fmt.Errorf("open data set: %s: %w", s.folder.join(p.path), err)
	}
	f := &tarFile{name: path.Base(p.path), file: file, size: size}
	s.files = append(s.files, f)
	number, split := int32(len(s.files)-1), b.split(p.split)
	err = eachSample(b.context, file, s.kinds, func(one tarSample) {
		f.places = append(f.places, one.picture)
		it := item{name: one.name, captions: one.captions, row: len(f.places) - 1, file: number, split: split}
		switch {
		case one.name == "" && len(one.captions) == 0:
			// neither: a file of labels or the like
		case one.name == "":
			it.name = one.key
			b.problems.add(MissingPicture, s.where(&it), "")
		default:
			b.add(it)
		}
	})
	if err != nil {
		return fmt.Errorf("%s: %w", s.folder.join(p.path), err)
	}
	return nil
}

// told adds to the error of tar files without a captioned picture what they hold.
func (s *tarStore) told(err error) error {
	const shown = 8
	kinds := slices.Sorted(maps.Keys(s.kinds))
	if len(kinds) > shown {
		kinds = append(kinds[:shown], "…")
	}
	text := fmt.Sprintf("its members end in %s; a picture and one of %s lie side by side, under one name, in a webdataset", strings.Join(kinds, ", "), strings.Join(textKinds, ", "))
	if s.kinds["csv"] || s.kinds["tsv"] || s.kinds["jsonl"] {
		text += "; unpack the archive, whose captions are a table, and give the folder"
	}
	if !slices.ContainsFunc(kinds, func(kind string) bool { return !picture.IsName("x." + kind) }) {
		text = "the archive holds pictures alone: unpack it beside its captions file, and give the folder"
	}
	return fmt.Errorf("%w; %s", err, text)
}

// eachSample calls f with the samples of a tar file, in order, and notes the
// endings of its members.
func eachSample(ctx context.Context, file io.ReadSeeker, kinds map[string]bool, f func(tarSample)) error {
	reader := tar.NewReader(file)
	var current tarSample
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			if current.key != "" {
				f(current)
			}
			return nil
		}
		if err != nil {
			return fmt.Errorf("not a whole tar file: %w", err)
		}
		if header.Typeflag != tar.TypeReg || isMacs(header.Name) || isSparse(header) {
			continue
		}
		key, ending := splitKey(header.Name)
		kinds[ending] = true
		if key != current.key {
			if current.key != "" {
				f(current)
			}
			current = tarSample{key: key}
		}
		if err := current.take(header, reader, file); err != nil {
			return fmt.Errorf("%s: %w", header.Name, err)
		}
	}
}

// isMacs tells the members in which a Mac keeps what other systems have no
// place for.
func isMacs(name string) bool {
	return strings.HasPrefix(path.Base(name), "._") || strings.HasPrefix(name, "__MACOSX/")
}

// isSparse tells a member with holes: its size is whatever its header says.
func isSparse(header *tar.Header) bool {
	for key := range header.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return true
		}
	}
	return header.Typeflag == tar.TypeGNUSparse
}

// splitKey cuts a member's name at the first dot of its base name.
func splitKey(name string) (key, ending string) {
	folder, base := path.Split(name)
	base, ending, _ = strings.Cut(base, ".")
	return folder + base, strings.ToLower(ending)
}

// textKinds are the endings of members that hold captions.
var textKinds = []string{"txt", "text", "caption", "captions", "cap", "json"}

// pictureKinds are endings of members that hold pictures of any format.
var pictureKinds = []string{"img", "image"}

// take adds one file to the sample.
func (s *tarSample) take(header *tar.Header, reader io.Reader, file io.Seeker) error {
	_, ending := splitKey(header.Name)
	kind := ending[strings.LastIndex(ending, ".")+1:]
	switch {
	case slices.Contains(pictureKinds, kind) || picture.IsName("x."+kind):
		if s.name != "" {
			return nil // masks and the like; the first is the picture
		}
		offset, err := file.Seek(0, io.SeekCurrent)
		s.name, s.picture = header.Name, place{offset: offset, size: header.Size}
		return err
	case !slices.Contains(textKinds, kind):
		return nil
	case header.Size > longestText:
		return fmt.Errorf("captions of %d bytes", header.Size)
	}
	data, err := io.ReadAll(io.LimitReader(reader, longestText))
	if err != nil {
		return err
	}
	if kind == "json" {
		return s.addJSON(data)
	}
	s.captions = append(s.captions, textLines(data)...)
	return nil
}

func (s *tarSample) addJSON(data []byte) error {
	if len(s.captions) > 0 {
		return nil // the text beside it says the same
	}
	captions, err := annotations.Captions(data)
	s.captions = captions
	return err
}

// textLines returns the lines of a text; a text without any is a blank caption.
func textLines(data []byte) []string {
	var lines []string
	if text, err := io.ReadAll(annotations.Text(bytes.NewReader(data))); err == nil {
		data = text
	}
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	if lines == nil {
		lines = []string{""}
	}
	return lines
}
