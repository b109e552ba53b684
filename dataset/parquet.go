package dataset

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/parquet-go/parquet-go"

	"github.com/seetell/seetell/dataset/internal/column"
)

// parquetStore reads pictures from parquet files.
type parquetStore struct {
	files []*parquetFile
	cache *column.Cache
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

func (s *parquetStore) bytes(it *item) ([]byte, error) {
	return s.files[it.file].pictures.Read(int64(it.row))
}

func (s *parquetStore) view(it *item, f func(data []byte) error) error {
	var inner error
	err := s.files[it.file].pictures.View(int64(it.row), func(data []byte) { inner = f(data) })
	if err != nil {
		return err
	}
	return inner
}

func (s *parquetStore) Close() error {
	var all []error
	for _, f := range s.files {
		all = append(all, f.file.Close())
	}
	return errors.Join(all...)
}

// openParquet opens parquet files as the Python datasets library writes them.
func openParquet(ctx context.Context, source, name string, parts []part, o Options) (*Set, error) {
	st := &parquetStore{cache: column.NewCache(cmp.Or(o.PageCache, 64<<20))}
	b := newBuilder(source, o)
	b.store = st
	for _, p := range parts {
		err := ctx.Err()
		if err == nil {
			err = st.read(b, p)
		}
		if err != nil {
			return nil, errors.Join(err, st.Close())
		}
	}
	set, err := b.set(name)
	if err != nil {
		return nil, errors.Join(err, st.Close())
	}
	return set, nil
}

// read opens one file and adds its rows to the builder. The parquet library
// panics on some damaged files, which is told as damage.
func (s *parquetStore) read(b *builder, p part) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%s: damaged parquet file: %v", p.path, r)
		}
	}()
	file, err := os.Open(p.path)
	if err != nil {
		return fmt.Errorf("open data set: %w", err)
	}
	s.files = append(s.files, &parquetFile{name: filepath.Base(p.path), file: file})
	info, err := file.Stat()
	if err != nil {
		return err
	}
	table, err := parquet.OpenFile(file, info.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return fmt.Errorf("%s: not a whole parquet file: %w", p.path, err)
	}
	schema, err := findSchema(table.Root())
	if err != nil {
		return fmt.Errorf("%s: %w", p.path, err)
	}
	if err := s.addRows(b, p, table, schema); err != nil {
		return fmt.Errorf("%s: %w", p.path, err)
	}
	return nil
}

func (s *parquetStore) addRows(b *builder, p part, table *parquet.File, schema *parquetSchema) error {
	number := int32(len(s.files) - 1)
	pictures, err := column.New(table, schema.picture, s.cache)
	if err != nil {
		return err
	}
	s.files[number].pictures = pictures
	b.single = b.single || schema.single()
	split, first := b.split(p.split), 0
	for _, group := range table.RowGroups() {
		if group.NumRows() > table.Size() { // a row with a caption takes a byte
			return fmt.Errorf("damaged: a row group of %d rows", group.NumRows())
		}
		rows := make([]parquetRow, group.NumRows())
		if err := schema.read(group, rows); err != nil {
			return fmt.Errorf("rows from %d: %w", first, err)
		}
		for i, row := range rows {
			it := item{name: row.name, number: row.number, captions: row.captions, file: number, row: first + i, split: split}
			if row.split != "" {
				it.split = b.split(row.split)
			}
			b.add(it)
		}
		first += len(rows)
	}
	return nil
}
