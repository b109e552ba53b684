package picture

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// Endings are those of the files that a folder is searched for, in lower case.
// A picture of another name is read too, where it is named.
var Endings = []string{".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".webp", ".heic", ".heif", ".hif", ".avif", ".bmp", ".dib", ".tif", ".tiff"}

// IsName tells whether a file of that name in a folder is taken for a picture:
// by its ending. Hidden files are not, among them the ._ files in which a Mac
// keeps what other systems have no place for.
func IsName(path string) bool {
	name := filepath.Base(path)
	return !strings.HasPrefix(name, ".") && slices.Contains(Endings, strings.ToLower(filepath.Ext(name)))
}

// Read reads the bytes of a picture's file. It stops at once where they do not
// begin as a picture's do, and where they are more than the process's Limits
// have memory for.
func Read(r io.Reader) ([]byte, error) {
	if r == nil {
		return nil, as(ErrNoPicture, errors.New("no file is given"))
	}
	start := make([]byte, startLength)
	n, err := io.ReadFull(r, start)
	if err != nil && err != io.EOF && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	start = start[:n]
	if sniff(start) == nil {
		return nil, unknown(start)
	}
	limits := currentBudget().Limits
	var data bytes.Buffer
	data.Write(start)
	got, err := data.ReadFrom(io.LimitReader(r, limits.Memory-int64(n)+1))
	if err != nil {
		return nil, err
	}
	if got+int64(n) > limits.Memory {
		return nil, &TooLargeError{Memory: limits.Memory + 1, Limits: limits}
	}
	return data.Bytes(), nil
}

// Config is what a picture's header says.
type Config struct {
	Format        string // JPEG, PNG …
	Width, Height int    // upright
}

// DecodeConfig reads the header alone.
func DecodeConfig(data []byte) (Config, error) {
	f := sniff(data)
	if f == nil {
		return Config{}, unknown(data)
	}
	in, orientation, err := f.read(new(Decoder), context.Background(), data)
	if err != nil {
		return Config{}, err
	}
	c := Config{f.name, in.header.width, in.header.height}
	if orientation >= 5 {
		c.Width, c.Height = c.Height, c.Width
	}
	return c, nil
}
