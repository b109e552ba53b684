package annotations

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// tokenLine is a line of Flickr8k.token.txt: name.jpg#i<TAB>caption.
var tokenLine = regexp.MustCompile(`^([^\t]+)#\d+$`)

// sepLine tells Excel what parts cells.
var sepLine = regexp.MustCompile(`^sep=.\r?$`)

// readTable reads lines whose cells are parted by tabs, commas, semicolons or
// bars, whichever the first line has.
func (r Reader) readTable(in *bufio.Reader, start string) error {
	first, rest, _ := strings.Cut(start, "\n")
	if sepLine.MatchString(first) { // which Excel alone reads
		if _, err := in.ReadString('\n'); err != nil {
			return err
		}
		first, _, _ = strings.Cut(rest, "\n")
	}
	comma := byte(',')
	if strings.Contains(first, "\t") {
		comma = '\t'
	} else if i := strings.IndexAny(first, ",|;"); i >= 0 {
		comma = first[i]
	}
	rows := &rows{in: in, comma: comma}
	var c *columns
	taken, broken := 0, error(nil)
	for {
		cells, line, err := rows.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
		if c == nil {
			header := false
			if c, header, err = findColumns(cells, comma); err != nil {
				return fmt.Errorf("line %d: %w", line, err)
			}
			if header {
				continue
			}
		}
		record, err := c.record(cells, comma)
		switch {
		case err == nil:
			record.Line = line
			taken++
			err = r.Add(record)
			if err != nil {
				return err
			}
		case errors.Is(err, errFailed): // a picture that has no caption, and says why
		case r.Bad == nil:
			return fmt.Errorf("line %d: %w", line, err)
		default:
			r.Bad(line, err.Error())
			if broken == nil {
				broken = fmt.Errorf("line %d: %w", line, err)
			}
		}
	}
	if taken == 0 {
		return broken
	}
	return nil
}

// columns are where a table has what; -1 where it has not.
type columns struct {
	name, id, split, failed int
	captions                []int
	count                   int
	header                  bool
	file                    bool // the name's column is of paths
}

// placeNumber is a caption's place among its picture's, as Flickr30k's table has it.
var placeNumber = regexp.MustCompile(`^\s*\d\s*$`)

// findColumns reads the first line of a table. Without column names in it,
// the first of two columns is the picture's, the second the caption, which
// may hold commas; a caption's place may stand between them.
func findColumns(cells []string, comma byte) (c *columns, header bool, err error) {
	keys := make([]string, len(cells))
	for i, cell := range cells {
		keys[i] = plain(strings.Trim(strings.TrimSpace(cell), `"`))
	}
	of := func(key string) int {
		if key == "" {
			return -1 // and not an index, whose column has no name
		}
		return slices.Index(keys, key)
	}
	at := func(wanted []string) int { return of(firstKey(keys, wanted)) }
	c = &columns{name: at(nameKeys), id: at(append(slices.Clone(NumberKeys), "id")), split: at([]string{"split"}), failed: at([]string{"error"}), count: len(cells), header: true}
	if names := numbered(keys); len(names) > 0 && (c.name >= 0 || c.id >= 0) {
		for _, key := range names {
			c.captions = append(c.captions, slices.Index(keys, key))
		}
	} else if i := at(CaptionKeys); i >= 0 {
		c.captions = []int{i}
	}
	if picture, caption := of(pictureKey(keys)), of(captionKey(keys)); c.id >= 0 || picture >= 0 && caption >= 0 {
		if c.id < 0 {
			c.name = picture
		}
		if len(c.captions) == 0 && caption >= 0 {
			c.captions = []int{caption}
		}
	}
	switch {
	case c.name < 0 && len(c.captions) == 0 && len(cells) > 2 && placeNumber.MatchString(cells[1]):
		return &columns{name: 0, id: -1, split: -1, failed: -1, captions: []int{2}, count: 3}, false, nil
	case c.name < 0 && len(c.captions) == 0 && (len(cells) < 2 || len(cells) > 2 && comma != ',' && comma != ';'):
		return nil, false, fmt.Errorf("%d columns where 2 should be, a picture and its caption, or names of columns: looked for %s; and %s", len(cells), strings.Join(nameKeys, ", "), strings.Join(CaptionKeys, ", "))
	case c.name < 0 && c.id < 0 && len(c.captions) == 0:
		return &columns{name: 0, id: -1, split: -1, failed: -1, captions: []int{1}, count: 2}, false, nil
	case c.name < 0 && c.id < 0:
		return nil, true, missingKeys("column of pictures", keys, append(slices.Clone(nameKeys), NumberKeys...))
	case len(c.captions) == 0:
		return nil, true, missingKeys("column of captions", keys, CaptionKeys)
	}
	c.file = c.name >= 0 && !slices.Contains([]string{"image", "img", "picture", "photo", "name"}, keys[c.name])
	return c, true, nil
}

var errFailed = errors.New("the picture has no caption")

// record takes one line's cells. Cells too many belong to a caption that
// stands last, where they are parted by what captions hold as well; cells too
// few are missed only where they are needed.
func (c *columns) record(cells []string, comma byte) (Record, error) {
	last := slices.Max(c.captions)
	if len(cells) > c.count && last == c.count-1 && (comma != '|' || !c.header) && (comma != '\t' || !c.header) {
		cells = append(cells[:last:last], strings.Join(cells[last:], string(comma)))
	}
	if len(cells) > c.count || len(cells) <= max(last, c.name, c.id) {
		return Record{}, fmt.Errorf("%d columns where %d should be", len(cells), c.count)
	}
	if c.failed >= 0 && c.failed < len(cells) && cells[c.failed] != "" && cells[last] == "" {
		return Record{}, errFailed
	}
	cell := func(i int) string {
		if i < 0 || i >= len(cells) {
			return ""
		}
		return strings.TrimSpace(cells[i])
	}
	record := Record{Name: cell(c.name), ID: number(cell(c.id)), Split: cell(c.split)}
	if !c.header {
		if match := tokenLine.FindStringSubmatch(record.Name); match != nil {
			record.Name = match[1]
		}
	}
	for _, i := range c.captions {
		record.Captions = append(record.Captions, c.texts(cells[i])...)
	}
	switch record.Label = record.Name; {
	case record.ID != "":
		record.Label = record.ID
	case c.file:
		record.Label = base(record.Name)
	}
	if record.Label == "" {
		return Record{}, errors.New("no name of a picture")
	}
	return record, nil
}

// texts returns the captions of a cell: one, or a list as json or Python wrote
// it.
func (c *columns) texts(cell string) []string {
	var list []string
	if c.header && strings.HasPrefix(cell, `["`) && json.Unmarshal([]byte(cell), &list) == nil {
		return list
	}
	if list, ok := pythonList(cell); c.header && ok {
		return list
	}
	return []string{cell}
}
