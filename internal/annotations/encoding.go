package annotations

import (
	"bufio"
	"bytes"
	"io"

	"golang.org/x/text/encoding/unicode"
)

// Text returns a text as UTF-8, whether that or UTF-16, without a byte order
// mark and with line feeds at the ends of its lines.
func Text(file io.Reader) io.Reader {
	in := bufio.NewReaderSize(file, 1<<16)
	start, _ := in.Peek(sniffed)
	text, err := decoded(in, start)
	if err != nil {
		return in
	}
	return text
}

// decoded returns the text as UTF-8 without a byte order mark and with line
// feeds at the ends of its lines: Excel writes UTF-16, old Macs carriage
// returns.
func decoded(in *bufio.Reader, start []byte) (*bufio.Reader, error) {
	if order, marked := utf16Order(start); marked {
		decoder := unicode.UTF16(order, unicode.UseBOM).NewDecoder()
		in = bufio.NewReaderSize(decoder.Reader(in), 1<<16)
		start, _ = in.Peek(sniffed)
	}
	if bytes.HasPrefix(start, []byte("\ufeff")) {
		if _, err := in.Discard(3); err != nil {
			return nil, err
		}
		start = start[3:]
	}
	if bytes.IndexByte(start, '\r') >= 0 && bytes.IndexByte(start, '\n') < 0 {
		in = bufio.NewReaderSize(&lineFeeds{in: in}, 1<<16)
	}
	return in, nil
}

// utf16Order tells UTF-16 by its mark, or by the zeros in a first line of
// plain letters.
func utf16Order(start []byte) (unicode.Endianness, bool) {
	switch {
	case len(start) < 4:
	case start[0] == 0xff && start[1] == 0xfe && (start[2] != 0 || start[3] != 0):
		return unicode.LittleEndian, true
	case start[0] == 0xfe && start[1] == 0xff:
		return unicode.BigEndian, true
	case start[0] != 0 && start[1] == 0 && start[2] != 0 && start[3] == 0:
		return unicode.LittleEndian, true
	case start[0] == 0 && start[1] != 0 && start[2] == 0 && start[3] != 0:
		return unicode.BigEndian, true
	}
	return unicode.LittleEndian, false
}

// lineFeeds reads carriage returns as line feeds.
type lineFeeds struct{ in io.Reader }

func (l *lineFeeds) Read(p []byte) (int, error) {
	n, err := l.in.Read(p)
	for i, c := range p[:n] {
		if c == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}
