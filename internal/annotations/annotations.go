// Package annotations reads captions files, whatever wrote them: COCO's and
// Karpathy's JSON, JSON lines, maps from ids to captions, results of other
// programs, Flickr8k.token.txt, CSV and TSV with and without column names.
//
// A file's form is told by its content. Reading it holds no more of it in
// memory than its captions, and messages tell lines and columns, not what
// stands there: the file may be somebody else's.
package annotations

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// Record is what a captions file says of a picture, in one place of it. A
// picture may have many, with one caption each.
type Record struct {
	Label    string   // what the file compares pictures by: image_id, a path's base name, a map's key
	Name     string   // the picture's path as the file has it, or ""
	ID       string   // COCO's or Karpathy's number, a map's key, or ""
	Split    string   // or ""
	Captions []string // nil where only the picture is told; null is a blank caption
	Null     bool     // one of the captions is null
	Line     int      // of the file, from 1
	Element  int      // which picture of a JSON document, from 1; 0 where lines are told
}

// Reader is told what a file holds. Add takes its records in their order, and
// may end the reading by an error. Bad, unless nil, takes the rows of a table
// that are none; without it the first of them is an error.
type Reader struct {
	Add func(Record) error
	Bad func(line int, what string)
}

// Read reads a captions file. Errors name the line.
func (r Reader) Read(file io.Reader) error {
	in := bufio.NewReaderSize(file, 1<<16)
	start, err := in.Peek(sniffed)
	if len(start) == 0 {
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		return errors.New("the file is empty")
	}
	if in, err = decoded(in, start); err != nil {
		return err
	}
	start, _ = in.Peek(sniffed)
	if err := Foreign(start); err != nil {
		return err
	}
	text := strings.TrimLeft(string(start), " \t\r\n")
	switch {
	case text == "":
		return errors.New("the file is empty")
	case text[0] == '{' || text[0] == '[':
		return r.readJSON(in)
	}
	return r.readTable(in, text)
}

// sniffed is how much of a file is looked at to tell its form.
const sniffed = 1 << 12

// base returns the last part of a path, whichever slashes it has.
func base(name string) string { return path.Base(strings.ReplaceAll(name, `\`, "/")) }

// wholeNumber is a number that pandas or json wrote as a float.
var wholeNumber = regexp.MustCompile(`^(-?\d+)\.0+$`)

// number returns an id that is a number as Python compares it: 1.0 is 1.
func number(id string) string {
	if match := wholeNumber.FindStringSubmatch(id); match != nil {
		return match[1]
	}
	if strings.ContainsAny(id, "eE") && wholeExponent.MatchString(id) {
		if n, err := strconv.ParseFloat(id, 64); err == nil && n == float64(int64(n)) {
			return strconv.FormatInt(int64(n), 10)
		}
	}
	return id
}

// wholeExponent is a number with an exponent, as JavaScript writes long ids.
var wholeExponent = regexp.MustCompile(`^-?\d+(\.\d+)?[eE]\+?\d{1,2}$`)

// quoted names keys in a message, those that look like names: what does not
// may be anything.
func quoted(keys []string) string {
	if len(keys) == 0 {
		return "none"
	}
	var names []string
	for _, key := range keys[:min(len(keys), shownKeys)] {
		if !plainKey.MatchString(key) {
			key = "(no name)"
		}
		names = append(names, key)
	}
	if len(keys) > shownKeys {
		names = append(names, fmt.Sprintf("and %d more", len(keys)-shownKeys))
	}
	return strings.Join(names, ", ")
}

const shownKeys = 12

var plainKey = regexp.MustCompile(`^[\pL\pM\pN][\pL\pM\pN _.-]{0,39}$`)
