package picture

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"runtime/debug"

	"github.com/seetell/seetell/internal/picturename"
)

// IsName tells whether a file of that name in a folder is taken for a picture:
// by its ending. Hidden files are not, among them the ._ files in which a Mac
// keeps what other systems have no place for. A picture of another name is read
// too, where it is named.
func IsName(path string) bool {
	name := filepath.Base(path)
	return !picturename.Hidden(name) && picturename.Ends(name)
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
	data := bytes.NewBuffer(make([]byte, 0, roomFor(r, limits.Memory)))
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

// roomFor returns the size of a file, so that its bytes are held once and not
// moved as they come; 0 where that is not known, most at most.
func roomFor(r io.Reader, most int64) int64 {
	file, ok := r.(interface{ Stat() (fs.FileInfo, error) })
	if !ok {
		return 0
	}
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return 0
	}
	return min(info.Size(), most) + bytes.MinRead
}

// largeFile is the size from which on a picture's file waits for its turn.
const largeFile = 8 << 20

// InTurn calls f, which holds the n bytes of a picture's file. Large files wait
// for each other until ctx ends: together they take half of the memory that
// Limits give, beside it, or a larger one is alone.
func InTurn(ctx context.Context, n int64, f func() error) error {
	if ctx == nil || f == nil {
		return errors.New("a turn needs a context, and what is done in it")
	}
	if n < largeFile {
		return f()
	}
	b := currentBudget()
	share := min(n, b.half())
	if err := b.files.Acquire(ctx, share); err != nil {
		return err
	}
	defer b.files.Release(share)
	err := f()
	if n >= large {
		debug.FreeOSMemory()
	}
	return err
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
