package annotations

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"unicode/utf8"
)

// How many bytes a part of a JSON file may have that is read at once: a
// picture's captions or a program's list of results, and a key; and how many
// members such a part may have, unless they are longer than that on average.
const (
	longestValue = 64 << 20
	longestKey   = 1 << 20
	mostMembers  = 1 << 20
	shortMember  = 16
)

// readJSON reads one document, or several, one a line.
func (r Reader) readJSON(file io.Reader) error {
	source := &source{in: file}
	d := &document{Reader: r, source: source, decoder: json.NewDecoder(source)}
	err := d.documents()
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		return fmt.Errorf("line %d: the JSON is cut short", source.last())
	case errors.As(err, &syntax) && syntax.Error() == "unexpected end of JSON input":
		return fmt.Errorf("line %d: the JSON is cut short", source.last())
	case errors.As(err, &syntax):
		return fmt.Errorf("line %d: %s", d.line(max(syntax.Offset-1, d.decoder.InputOffset()+1)), character.ReplaceAllString(syntax.Error(), "character "))
	}
	return err
}

// character is how a message shows a letter of the file.
var character = regexp.MustCompile(`character ('.*?'|'\\'') ?`)

// source is a JSON file as it is read: its lines are counted, NaN and the
// infinities, which Python writes, become 0, and no value may be too long.
type source struct {
	in    io.Reader
	held  []byte // read and not yet given on
	ended error

	read   int64   // bytes given on
	begin  int64   // of the value that is read
	limit  int64   // how far it may read
	commas int64   // of the value, those between its members
	ends   []int64 // of lines that have not been asked for
	passed int     // line ends before those
	tail   byte    // the last byte given on

	inText, escaped bool
}

// Read gives the file's next bytes.
func (s *source) Read(p []byte) (int, error) {
	switch {
	case s.read > s.limit:
		return 0, fmt.Errorf("line %d: a value of more than %d bytes", s.last(), s.limit-s.begin)
	case s.commas > max(mostMembers, (s.read-s.begin)/shortMember):
		return 0, fmt.Errorf("line %d: a value of more than %d members", s.last(), mostMembers)
	}
	for len(s.held) == 0 || s.ended == nil && mayBePart(s.held) {
		if s.ended != nil {
			return 0, s.ended
		}
		chunk := make([]byte, 1<<14)
		n, err := s.in.Read(chunk)
		s.held, s.ended = append(s.held, chunk[:n]...), err
	}
	n := s.give(p)
	for i, c := range p[:n] {
		if c == '\n' {
			s.ends = append(s.ends, s.read+int64(i))
		}
	}
	if s.read += int64(n); n > 0 {
		s.tail = p[n-1]
	}
	return n, nil
}

// unusual are the numbers that JSON has not and Python writes.
var unusual = [][]byte{[]byte("NaN"), []byte("-Infinity"), []byte("Infinity")}

// mayBePart tells whether what is held is too short to know one of them by.
func mayBePart(held []byte) bool { return len(held) < len("-Infinity") }

// give moves what is held to p. A number that is none takes as many bytes.
func (s *source) give(p []byte) int {
	n := 0
	for n < len(p) && len(s.held) > 0 {
		if s.ended == nil && mayBePart(s.held) {
			break
		}
		c := s.held[0]
		switch {
		case s.escaped:
			s.escaped = false
		case s.inText && c == '\\':
			s.escaped = true
		case c == '"':
			s.inText = !s.inText
		case !s.inText && c == ',':
			s.commas++
		case !s.inText && (c == 'N' || c == 'I' || c == '-'):
			if number := unusualAt(s.held); number > 0 {
				c = '0' // which no caption is
				copy(s.held[1:number], "        ")
			}
		}
		p[n], s.held = c, s.held[1:]
		n++
	}
	return n
}

func unusualAt(held []byte) int {
	for _, word := range unusual {
		if bytes.HasPrefix(held, word) {
			return len(word)
		}
	}
	return 0
}

// last returns the number of the last line that was read.
func (s *source) last() int {
	ends := s.passed + len(s.ends)
	if s.tail == '\n' {
		return ends
	}
	return ends + 1
}

// line returns the number of the line that holds the byte at. It is asked for
// bytes in their order.
func (d *document) line(at int64) int {
	s := d.source
	for len(s.ends) > 0 && s.ends[0] < at {
		s.passed, s.ends = s.passed+1, s.ends[1:]
	}
	return s.passed + 1
}

// expect has what begins at a byte be so long at most.
func (s *source) expect(at, length int64) { s.begin, s.limit, s.commas = at, at+length, 0 }

// value decodes the next value whole and returns its line.
func (d *document) value() (json.RawMessage, int, error) {
	d.source.expect(d.decoder.InputOffset(), longestValue)
	var raw json.RawMessage
	if err := d.decoder.Decode(&raw); err != nil {
		return nil, 0, err
	}
	line := d.line(d.decoder.InputOffset() - int64(len(raw)))
	if !utf8.Valid(raw) {
		return nil, line, fmt.Errorf("line %d: %s", line, NotUTF8(string(raw)))
	}
	return raw, line, nil
}

func (d *document) token() (json.Token, error) {
	d.source.expect(d.decoder.InputOffset(), longestKey)
	return d.decoder.Token()
}
