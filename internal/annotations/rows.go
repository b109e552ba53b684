package annotations

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
)

// longestRow is how many bytes a row of a table may have.
const longestRow = 1 << 20

// rows reads the rows of a table as pandas does: a cell that begins with a
// quote goes on to the next single one, over commas and line ends; quotes
// within other cells are letters. Where tabs or bars part cells, captions
// are seldom quoted and quotes may stand alone: there a cell is quoted where
// it both begins and ends so.
type rows struct {
	in    *bufio.Reader
	comma byte
	line  int // lines read
}

// next returns the next row that is not blank, and its line.
func (r *rows) next() (cells []string, line int, err error) {
	for {
		line = r.line + 1
		if r.comma == '\t' || r.comma == '|' {
			cells, err = r.plain()
		} else {
			cells, err = r.quoted()
		}
		if err != nil || len(cells) > 1 || strings.TrimSpace(cells[0]) != "" {
			return cells, line, err
		}
	}
}

// plain reads a row that is a line.
func (r *rows) plain() ([]string, error) {
	var text strings.Builder
	for {
		part, err := r.in.ReadSlice('\n')
		text.Write(part)
		switch {
		case text.Len() > longestRow:
			return nil, errLong
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && text.Len() > 0:
		case err != nil:
			return nil, err
		}
		break
	}
	r.line++
	line := strings.TrimSuffix(strings.TrimSuffix(text.String(), "\n"), "\r")
	cells := strings.Split(line, string(r.comma))
	for i, cell := range cells {
		if r.comma == '|' {
			cell = strings.TrimSpace(cell)
		}
		cells[i] = unquote(cell)
	}
	return cells, nil
}

// unquote takes a cell's quotes off, unless they are letters of it.
func unquote(cell string) string {
	if len(cell) < 2 || cell[0] != '"' || cell[len(cell)-1] != '"' {
		return cell
	}
	inner := strings.ReplaceAll(cell[1:len(cell)-1], `""`, "\x00")
	if strings.Contains(inner, `"`) {
		return cell
	}
	return strings.ReplaceAll(inner, "\x00", `"`)
}

var errLong = fmt.Errorf("a row of more than %d bytes", longestRow)

// quoted reads a row whose cells may be quoted.
func (r *rows) quoted() ([]string, error) {
	var cells []string
	var cell []byte
	start, inside, size := true, false, 0
	for {
		c, err := r.in.ReadByte()
		if size++; size > longestRow {
			return nil, errLong
		}
		switch {
		case errors.Is(err, io.EOF) && inside:
			return nil, errors.New("a quote that begins here is not closed; a caption that holds quotes or commas stands between quotes, its own quotes doubled")
		case errors.Is(err, io.EOF) && size == 1:
			return nil, err
		case errors.Is(err, io.EOF):
			return append(cells, string(cell)), nil
		case err != nil:
			return nil, err
		case c == '"' && inside:
			if next, _ := r.in.Peek(1); len(next) == 1 && next[0] == '"' {
				_, _ = r.in.Discard(1)
				cell = append(cell, '"')
			} else {
				inside = false
			}
		case c == '"' && start:
			inside, start = true, false
		case c == r.comma && !inside:
			cells, cell, start = append(cells, string(cell)), nil, true
		case c == '\n' && !inside:
			r.line++
			return append(cells, strings.TrimSuffix(string(cell), "\r")), nil
		default:
			if c == '\n' {
				r.line++
			}
			cell, start = append(cell, c), false
		}
	}
}
