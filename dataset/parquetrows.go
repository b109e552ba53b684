package dataset

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go"

	"github.com/seetell/seetell/dataset/internal/column"
)

// rowsAtOnce is how many rows a row group may have at least; beyond it, one for
// every eight bytes of its file.
const rowsAtOnce = 1 << 20

// eachRow calls f with the rows of a table, in order. What it holds in memory
// is a row group without its pictures.
func (s *parquetSchema) eachRow(table *parquet.File, f func(i int, row parquetRow)) error {
	first := 0
	for number, group := range table.RowGroups() {
		n := group.NumRows()
		if n < 0 || n > max(rowsAtOnce, table.Size()/8) {
			return fmt.Errorf("%w: a row group of %d rows", column.ErrDamaged, n)
		}
		rows := make([]parquetRow, n)
		if err := s.read(table, number, rows); err != nil {
			return fmt.Errorf("rows from %d: %w", first, err)
		}
		for i, row := range rows {
			f(first+i, row)
		}
		first += len(rows)
	}
	return nil
}

// read fills rows, as many as the group has, from every column but the
// picture, each once it is known to be whole.
func (s *parquetSchema) read(table *parquet.File, number int, rows []parquetRow) (err error) {
	defer column.Recover(&err)
	for _, leaf := range slices.Concat(s.captions, s.names, []*parquet.Column{s.number, s.split}) {
		if leaf != nil {
			if err := column.Verify(table, number, leaf); err != nil {
				return fmt.Errorf("column %s: %w", leaf.Name(), err)
			}
		}
	}
	group := table.RowGroups()[number]
	if len(s.captions) > 1 {
		for i := range rows {
			rows[i].captions = make([]string, 0, len(s.captions))
		}
	}
	for _, leaf := range s.captions {
		err := eachValue(group, leaf, len(rows), func(row int, v parquet.Value) {
			rows[row].captions = append(rows[row].captions, text(v)) // a null is a blank caption
		})
		if err != nil {
			return err
		}
	}
	for _, leaf := range s.names {
		if err := eachText(group, leaf, rows, func(row *parquetRow) *string { return &row.name }); err != nil {
			return err
		}
	}
	if err := eachText(group, s.number, rows, func(row *parquetRow) *string { return &row.number }); err != nil {
		return err
	}
	return eachText(group, s.split, rows, func(row *parquetRow) *string { return &row.split })
}

// eachText fills the field of each row that is still empty. A nil leaf fills none.
func eachText(group parquet.RowGroup, leaf *parquet.Column, rows []parquetRow, field func(*parquetRow) *string) error {
	if leaf == nil {
		return nil
	}
	return eachValue(group, leaf, len(rows), func(row int, v parquet.Value) {
		if f := field(&rows[row]); *f == "" {
			*f = text(v)
		}
	})
}

// text returns the value as text: byte strings as they are, numbers in digits,
// null as nothing.
func text(v parquet.Value) string {
	switch {
	case v.IsNull():
		return ""
	case v.Kind() == parquet.ByteArray:
		return string(v.ByteArray())
	}
	return v.String()
}

// eachValue calls f with the values of a column in a row group of so many
// rows, the row counted from the group's first. A row of a list has several.
func eachValue(group parquet.RowGroup, leaf *parquet.Column, rows int, f func(row int, v parquet.Value)) error {
	pages := group.ColumnChunks()[leaf.Index()].Pages()
	defer pages.Close()
	row := -1
	for {
		page, err := pages.ReadPage()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			row, err = eachOfPage(page, row, rows, f)
		}
		if err != nil {
			return fmt.Errorf("column %s: %w", leaf.Name(), err)
		}
	}
	if row != rows-1 {
		return fmt.Errorf("column %s has %d rows where %d should be", leaf.Name(), row+1, rows)
	}
	return nil
}

// eachOfPage calls f with the values of one page and returns the row of the
// last. It releases the page.
func eachOfPage(page parquet.Page, row, rows int, f func(row int, v parquet.Value)) (int, error) {
	defer parquet.Release(page)
	var buffer [256]parquet.Value
	values := page.Values()
	for {
		n, err := values.ReadValues(buffer[:])
		for _, v := range buffer[:n] {
			if v.RepetitionLevel() == 0 {
				row++
			}
			if row < 0 || row >= rows {
				return row, fmt.Errorf("more than %d rows", rows)
			}
			f(row, v)
		}
		if errors.Is(err, io.EOF) {
			return row, nil
		}
		if err != nil {
			return row, err
		}
	}
}
