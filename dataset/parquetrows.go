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

// tableRows reads the rows of one table without their pictures.
type tableRows struct {
	*parquetSchema
	table    *parquet.File
	costs    *ledger
	inflated int64 // bytes that columns were inflated to
}

// What the columns of a table but for the pictures may be inflated to, which
// takes time.
const (
	inflatedRoom  = 256 << 20
	inflatedRatio = 20
)

// eachRow calls f with the rows of a table, in order, until it fails. What it
// holds in memory is a row group without its pictures, which it takes from
// costs before it makes room for it.
func (s *parquetSchema) eachRow(table *parquet.File, costs *ledger, f func(i int, row parquetRow) error) error {
	costs.allow(table.Size())
	t := tableRows{parquetSchema: s, table: table, costs: costs}
	first := 0
	for number, group := range table.RowGroups() {
		n := group.NumRows()
		if n < 0 || n > max(rowsAtOnce, table.Size()/8) {
			return fmt.Errorf("%w: a row group of %d rows", column.ErrDamaged, n)
		}
		if err := costs.take(n * rowCost); err != nil {
			return err
		}
		rows := make([]parquetRow, n)
		if err := t.read(number, rows); err != nil {
			return fmt.Errorf("rows from %d: %w", first, err)
		}
		for i, row := range rows {
			if err := f(first+i, row); err != nil {
				return err
			}
		}
		first += len(rows)
	}
	return nil
}

// read fills rows, as many as the group has, from every column but the
// picture, each once it is known to be whole.
func (t *tableRows) read(number int, rows []parquetRow) (err error) {
	defer column.Recover(&err)
	for _, leaf := range slices.Concat(t.captions, t.names, []*parquet.Column{t.number, t.split}) {
		if err := t.verify(number, leaf); err != nil {
			return fmt.Errorf("column %s: %w", leaf.Name(), err)
		}
	}
	group := t.table.RowGroups()[number]
	for _, leaf := range t.captions {
		if err := t.readCaptions(group, leaf, rows); err != nil {
			return err
		}
	}
	for _, leaf := range t.names {
		if err := t.eachText(group, leaf, rows, func(row *parquetRow) *string { return &row.name }); err != nil {
			return err
		}
	}
	if err := t.eachText(group, t.number, rows, func(row *parquetRow) *string { return &row.number }); err != nil {
		return err
	}
	return t.eachText(group, t.split, rows, func(row *parquetRow) *string { return &row.split })
}

// verify looks at a column's pages, and counts what they are inflated to.
func (t *tableRows) verify(number int, leaf *parquet.Column) error {
	if leaf == nil {
		return nil
	}
	inflated, err := column.Verify(t.table, number, leaf)
	if t.inflated += inflated; err == nil && t.inflated > inflatedRoom+inflatedRatio*t.table.Size() {
		err = errCostly
	}
	return err
}

// readCaptions adds a column's captions to the rows; a null is a blank one.
func (t *tableRows) readCaptions(group parquet.RowGroup, leaf *parquet.Column, rows []parquetRow) error {
	return eachValue(group, leaf, len(rows), func(row int, v parquet.Value) error {
		r := &rows[row]
		if r.captions == nil && len(t.captions) > 1 {
			r.captions = make([]string, 0, len(t.captions))
		}
		caption := text(v)
		if err := t.costs.caption(r.captions, caption); err != nil {
			return fmt.Errorf("row %d: %w", row, err)
		}
		r.captions = append(r.captions, caption)
		return nil
	})
}

// eachText fills the field of each row that is still empty. A nil leaf fills none.
func (t *tableRows) eachText(group parquet.RowGroup, leaf *parquet.Column, rows []parquetRow, field func(*parquetRow) *string) error {
	if leaf == nil {
		return nil
	}
	return eachValue(group, leaf, len(rows), func(row int, v parquet.Value) error {
		f := field(&rows[row])
		if *f != "" {
			return nil
		}
		*f = text(v)
		return t.costs.take(int64(len(*f)))
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
// What the chunk may hold beyond its values is left alone: nobody verified it.
func eachValue(group parquet.RowGroup, leaf *parquet.Column, rows int, f func(row int, v parquet.Value) error) error {
	chunk := group.ColumnChunks()[leaf.Index()]
	pages := chunk.Pages()
	defer pages.Close()
	row, left := -1, int64(rows)
	if leaf.MaxRepetitionLevel() > 0 {
		left = chunk.NumValues()
	}
	for left > 0 {
		page, err := pages.ReadPage()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			left -= page.NumValues()
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
func eachOfPage(page parquet.Page, row, rows int, f func(row int, v parquet.Value) error) (int, error) {
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
			if err := f(row, v); err != nil {
				return row, err
			}
		}
		if errors.Is(err, io.EOF) {
			return row, nil
		}
		if err != nil {
			return row, err
		}
	}
}
