package picture

import "errors"

// Codes of fax machines: of one row alone (ITU-T T.4), of a row and the one
// above it (T.6), or of either as a bit before each row says (T.4).
type faxCoding int

const (
	faxRows        faxCoding = iota
	faxAlignedRows           // T.4's codes alone, each row from a whole byte on
	faxMixedRows
	faxPairs
)

// fax decodes rows of black and white.
type fax struct {
	bitReader
	width  int
	coding faxCoding
	tables *faxTables
	row    []int // where the colour changes, first to black
	above  []int // in the row before
}

func newFax(data []byte, width int, coding faxCoding) *fax {
	return &fax{bitReader: bitReader{data: data}, width: width, coding: coding, tables: faxCodes()}
}

var errFax = errors.New("its fax codes are damaged")

// next decodes a row into width bytes: 0 for white, 255 for black.
func (f *fax) next(out []byte) error {
	f.above, f.row = f.row, f.above[:0]
	if err := f.decode(); err != nil {
		if f.short {
			return errCut
		}
		return err
	}
	for i := range f.row {
		from, to, value := f.row[i], f.width, uint8(0)
		if i+1 < len(f.row) {
			to = f.row[i+1]
		}
		if i%2 == 0 {
			value = 255
		}
		for x := from; x < to; x++ {
			out[x] = value
		}
	}
	return nil
}

func (f *fax) decode() error {
	switch f.coding {
	case faxAlignedRows:
		f.at = (f.at + 7) / 8 * 8
		return f.alone()
	case faxPairs:
		return f.below()
	}
	f.skipEnds()
	if f.coding == faxMixedRows && !f.flag() {
		return f.below()
	}
	return f.alone()
}

// skipEnds skips an end of line and the zeros that fill up before it.
func (f *fax) skipEnds() {
	const zeros = 11
	at := f.at
	for f.read(1) == 0 {
		if f.short {
			break
		}
	}
	if f.short || f.at-at <= zeros {
		f.at, f.short = at, false
	}
}

// change notes where the colour changes. Where it changes twice it does not.
func (f *fax) change(at int) {
	if n := len(f.row); n > 0 && f.row[n-1] == at {
		f.row = f.row[:n-1]
	} else if at < f.width {
		f.row = append(f.row, at)
	}
}

// alone decodes a row of runs, from white on.
func (f *fax) alone() error {
	for at, black := 0, false; at < f.width; black = !black {
		run, err := f.run(black)
		if err != nil {
			return err
		}
		if at += run; at > f.width {
			return errFax
		}
		f.change(at)
	}
	return nil
}

// below decodes a row of codes that speak of the row above.
func (f *fax) below() error {
	black, place := false, 0
	for at := -1; at < f.width; {
		var first, second int
		place, first, second = f.changesAbove(at, black, place)
		mode, err := f.code(&f.tables.pairs)
		switch {
		case err != nil:
			return err
		case mode == faxPass:
			at = second
		case mode == faxRuns:
			at = max(at, 0)
			for range 2 {
				run, err := f.run(black)
				if err != nil || at+run > f.width {
					return errFax
				}
				at += run
				f.change(at)
				black = !black
			}
		default:
			end := first + mode - faxLeft3 - 3
			if end < max(at, 0) || end > f.width {
				return errFax
			}
			at = end
			f.change(at)
			black = !black
		}
	}
	return nil
}

// changesAbove returns the first change of the row above that lies beyond a place and
// is away from the colour there, and the one behind it. It looks from a place
// in the list on, which it returns too.
func (f *fax) changesAbove(at int, black bool, place int) (from, first, second int) {
	for place > 0 && f.above[place-1] > at {
		place--
	}
	for place < len(f.above) && f.above[place] <= at {
		place++
	}
	from, first, second = place, f.width, f.width
	if (place%2 == 1) != black {
		place++
	}
	if place < len(f.above) {
		first = f.above[place]
	}
	if place+1 < len(f.above) {
		second = f.above[place+1]
	}
	return from, first, second
}

// run reads the length of a run: codes for multiples of 64 and one for the rest.
func (f *fax) run(black bool) (length int, err error) {
	table := &f.tables.white
	if black {
		table = &f.tables.black
	}
	for {
		part, err := f.code(table)
		if length += part; err != nil || part < 64 {
			return length, err
		}
		if length > f.width {
			return 0, errFax
		}
	}
}

func (f *fax) code(table *faxTable) (int, error) {
	at := 1
	for range faxLongest {
		at = at<<1 | int(f.read(1))
		if value := table[at]; value >= 0 {
			return int(value), nil
		}
	}
	return 0, errFax
}
