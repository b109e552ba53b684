package dataset

import (
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
)

// read fills rows, as many as the group has, from every column but the picture.
func (s *parquetSchema) read(group parquet.RowGroup, rows []parquetRow) error {
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
