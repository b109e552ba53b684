package dataset

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"

	"github.com/seetell/seetell/dataset/internal/column"
	"github.com/seetell/seetell/internal/annotations"
	"github.com/seetell/seetell/picture"
)

// parquetStore reads pictures from parquet files.
type parquetStore struct {
	folder folder
	files  []*parquetFile
	cache  *column.Cache
}

// parquetFile is an open file of the set.
type parquetFile struct {
	name     string
	file     *os.File
	pictures *column.Column
}

func (s *parquetStore) where(it *item) string {
	return fmt.Sprintf("%s row %d", s.files[it.file].name, it.row)
}

func (s *parquetStore) bytes(it *item) (data []byte, err error) {
	defer column.Recover(&err)
	return s.files[it.file].pictures.Read(int64(it.row))
}

func (s *parquetStore) view(it *item, f func(data []byte) error) error {
	var inner error
	err := s.lend(it, func(data []byte) { inner = f(data) })
	return errors.Join(err, inner)
}

// lend has the column read the picture.
func (s *parquetStore) lend(it *item, f func(data []byte)) (err error) {
	defer column.Recover(&err)
	return s.files[it.file].pictures.View(int64(it.row), f)
}

func (s *parquetStore) Close() error { return errors.Join(s.closeFiles(), s.folder.close()) }

func (s *parquetStore) closeFiles() error {
	var all []error
	for _, f := range s.files {
		all = append(all, f.file.Close())
	}
	return errors.Join(all...)
}

// openParquet opens parquet files as the Python datasets library writes them.
func openParquet(ctx context.Context, f folder, parts []part, o Options) (*Set, error) {
	st := &parquetStore{folder: f, cache: column.NewCache(cmp.Or(o.PageCache, 64<<20))}
	b := newBuilder(ctx, f.source, o)
	b.store = st
	for _, p := range parts {
		err := ctx.Err()
		if err == nil {
			err = st.read(b, p)
		}
		if errors.Is(err, errNoPictures) { // the pictures are files
			if err := st.closeFiles(); err != nil {
				return nil, err
			}
			return openAnnotations(ctx, f, parts, o)
		}
		if err != nil {
			return nil, errors.Join(err, st.Close())
		}
	}
	set, err := b.set(filepath.Base(f.source))
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	return set, nil
}

// findParquet returns a folder's parquet files. One that only says more of
// pictures beside it is a captions file.
func findParquet(files []string, card []byte) ([]part, error) {
	beside := slices.ContainsFunc(files, picture.IsName)
	return findParts(files, card, func(name string) bool {
		return hasEnding(".parquet")(name) && !(beside && strings.EqualFold(path.Base(name), "metadata.parquet")) && !isIndex(name, files)
	})
}

// isIndex tells whether a parquet file only tells what a shard of the same name
// holds, as img2dataset writes one beside each tar file or folder.
func isIndex(name string, files []string) bool {
	stem := strings.TrimSuffix(name, path.Ext(name))
	return slices.ContainsFunc(files, func(other string) bool {
		return other == stem+".tar" || strings.HasPrefix(other, stem+"/")
	})
}

// read opens one file and adds its rows to the builder.
func (s *parquetStore) read(b *builder, p part) error {
	file, table, err := openTable(s.folder, p.path)
	if err != nil {
		return err
	}
	s.files = append(s.files, &parquetFile{name: path.Base(p.path), file: file})
	schema, err := findSchema(table.Root())
	if err == nil {
		err = s.addRows(b, p, table, schema)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", s.folder.join(p.path), err)
	}
	return nil
}

// openTable opens a parquet file of a folder.
func openTable(f folder, name string) (*os.File, *parquet.File, error) {
	file, size, err := f.open(name)
	if err != nil {
		return nil, nil, fmt.Errorf("open data set: %w", err)
	}
	table, err := column.Open(file, size)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("%s: not a whole parquet file: %w", f.join(name), err), file.Close())
	}
	return file, table, nil
}

func (s *parquetStore) addRows(b *builder, p part, table *parquet.File, schema *parquetSchema) error {
	if schema.picture == nil {
		return errNoPictures
	}
	number := int32(len(s.files) - 1)
	pictures, err := column.New(table, schema.picture, s.cache)
	if err != nil {
		return err
	}
	s.files[number].pictures = pictures
	b.single = b.single || schema.single()
	split := b.split(p.split)
	return schema.eachRow(table, &b.costs, func(i int, row parquetRow) error {
		it := item{name: row.name, number: row.number, captions: row.captions, file: number, row: i, split: split}
		if row.split != "" {
			it.split = b.split(row.split)
		}
		b.add(it)
		return b.context.Err()
	})
}

// errNoPictures is the cause where a table has captions and names of pictures
// that are not in it.
var errNoPictures = errors.New("no column of pictures")

// eachParquetRecord reads a table of captions whose pictures are files.
func (s *folderStore) eachParquetRecord(name string, add func(annotations.Record) error) error {
	file, table, err := openTable(s.folder, name)
	if err != nil {
		return err
	}
	defer file.Close()
	schema, err := findSchema(table.Root())
	if err != nil {
		return err
	}
	s.units[len(s.units)-1] = "row"
	return schema.eachRow(table, &s.costs, func(i int, row parquetRow) error {
		return add(annotations.Record{Name: row.name, ID: row.number, Split: row.split, Captions: row.captions, Line: i + 1})
	})
}
