package dataset

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// longestLine is how many bytes of a line of a captions file are accepted.
const longestLine = 1 << 20

// eachLine calls f with the lines that are not blank, without their ends.
func eachLine(r io.Reader, f func(number int, line string) error) error {
	scanner := bufio.NewScanner(r)
	scanner.Buffer(make([]byte, 0, 1<<12), longestLine)
	number := 0
	for scanner.Scan() {
		number++
		line := strings.TrimSuffix(scanner.Text(), "\r")
		if strings.TrimSpace(line) == "" {
			continue
		}
		if err := f(number, line); err != nil {
			return fmt.Errorf("line %d: %w", number, err)
		}
	}
	if err := scanner.Err(); err != nil {
		return fmt.Errorf("line %d: %w", number+1, err)
	}
	return nil
}

// tokenLine is a line of Flickr8k.token.txt.
var tokenLine = regexp.MustCompile(`^([^\t]+)#(\d+)\t(.*)$`)

// listTokens reads the form of Flickr8k.token.txt: name.jpg#i<TAB>caption.
func listTokens(r io.Reader, add func(listed)) error {
	return eachLine(r, func(number int, line string) error {
		parts := tokenLine.FindStringSubmatch(line)
		if parts == nil {
			return fmt.Errorf("%.60q is not name#number<TAB>caption", line)
		}
		add(listed{name: parts[1], captions: parts[3:4], line: number})
		return nil
	})
}

// listTSV reads name<TAB>caption, with or without a line of column names.
func listTSV(r io.Reader, add func(listed)) error {
	var columns *columns
	return eachLine(r, func(number int, line string) error {
		cells := strings.Split(line, "\t")
		if columns == nil {
			header := false
			if columns, header = findColumns(cells); header {
				return columns.check(cells)
			}
		}
		return columns.add(cells, number, "\t", add)
	})
}

// listCSV reads the form of Kaggle's captions.txt: image,caption, quoted where
// it holds commas. Columns may be parted by | or ; as well, by which the first
// line is parted.
func listCSV(r io.Reader, add func(listed)) error {
	buffered := bufio.NewReader(r)
	start, _ := buffered.Peek(1 << 12)
	line, _, _ := strings.Cut(string(start), "\n")
	comma := ','
	if i := strings.IndexAny(line, ",|;"); i >= 0 {
		comma = rune(line[i])
	}
	reader := csv.NewReader(buffered)
	reader.Comma, reader.FieldsPerRecord, reader.TrimLeadingSpace = comma, -1, comma == '|'
	var columns *columns
	for {
		cells, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w; a caption that holds quotes or commas stands between quotes, its own quotes doubled", err)
		}
		number, _ := reader.FieldPos(0)
		header := false
		if columns == nil {
			if columns, header = findColumns(cells); header {
				err = columns.check(cells)
			}
		}
		if !header {
			err = columns.add(cells, number, string(comma), add)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", number, err)
		}
	}
}

// columns are where a table has what; -1 where it has not.
type columns struct {
	name, caption, split, number, count int
}

// findColumns reads the first line of a table. Without column names in it, the
// first of two columns is the picture's, the second the caption.
func findColumns(cells []string) (c *columns, header bool) {
	names := make([]string, len(cells))
	for i, cell := range cells {
		names[i] = strings.ToLower(strings.Trim(strings.TrimSpace(cell), `"`))
	}
	c = &columns{name: indexOf(names, nameKeys), caption: indexOf(names, captionKeys),
		split: indexOf(names, []string{"split"}), number: indexOf(names, numberNames), count: len(cells)}
	if c.name >= 0 || c.caption >= 0 {
		return c, true
	}
	return &columns{name: 0, caption: 1, split: -1, number: -1, count: 2}, false
}

func (c *columns) check(cells []string) error {
	if c.name < 0 || c.caption < 0 {
		return fmt.Errorf("columns %s: name the picture's image and the caption's caption", strings.Join(cells, ", "))
	}
	return nil
}

// add takes one line's cells. Cells too many belong to a caption that stands
// last, where they are parted by what captions hold as well.
func (c *columns) add(cells []string, number int, comma string, add func(listed)) error {
	if len(cells) > c.count && c.caption == c.count-1 && (comma == "," || comma == ";") {
		cells = append(cells[:c.caption:c.caption], strings.Join(cells[c.caption:], comma))
	}
	if len(cells) != c.count {
		return fmt.Errorf("%d columns where %d should be, in %.60q", len(cells), c.count, strings.Join(cells, comma))
	}
	entry := listed{name: strings.TrimSpace(cells[c.name]), captions: []string{cells[c.caption]}, line: number}
	if entry.name == "" {
		return errors.New("no name of a picture")
	}
	if c.split >= 0 {
		entry.split = strings.TrimSpace(cells[c.split])
	}
	if c.number >= 0 {
		entry.number = strings.TrimSpace(cells[c.number])
	}
	add(entry)
	return nil
}

func indexOf(names, wanted []string) int {
	for _, name := range wanted {
		if i := slices.Index(names, name); i >= 0 {
			return i
		}
	}
	return -1
}
