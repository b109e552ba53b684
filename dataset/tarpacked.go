package dataset

import (
	"bufio"
	"compress/bzip2"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/zstd"
)

// tarEndings are those of tar files that are read.
var tarEndings = []string{".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tbz", ".tar.zst", ".tzst"}

// packings are those of whole tar files, told by their first bytes, whatever
// their names say.
var packings = []struct {
	start string // ? is any byte
	open  func(io.Reader) (io.Reader, error)
}{
	{"\x1f\x8b", func(in io.Reader) (io.Reader, error) { return gzip.NewReader(in) }},
	{"BZh?1AY&SY", func(in io.Reader) (io.Reader, error) { return bzip2.NewReader(in), nil }},
	{"\x28\xb5\x2f\xfd", func(in io.Reader) (io.Reader, error) {
		const window = 128 << 20 // zstd's own limit
		return zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(window), zstd.WithDecoderLowmem(true))
	}},
}

// unpacked returns what a packed file holds, in a file without a name that is
// gone once it is closed: pictures are read in any order, which packed ones
// have not. A file that is not packed is returned itself.
func unpacked(ctx context.Context, file *os.File, size int64) (*os.File, int64, error) {
	var start [10]byte
	n, _ := file.ReadAt(start[:], 0) // what is too short is no archive, which is told later
	for _, p := range packings {
		if begins(start[:n], p.start) {
			return unpack(ctx, file, size, p.open)
		}
	}
	return file, size, nil
}

func begins(data []byte, pattern string) bool {
	for i := range len(pattern) {
		if i >= len(data) || pattern[i] != '?' && pattern[i] != data[i] {
			return false
		}
	}
	return true
}

// unpack closes the file that it is given.
func unpack(ctx context.Context, file *os.File, size int64, open func(io.Reader) (io.Reader, error)) (*os.File, int64, error) {
	defer file.Close()
	reader, err := open(bufio.NewReaderSize(untilEnd{ctx, file}, 1<<16))
	if err != nil {
		return nil, 0, fmt.Errorf("not a whole archive: %w", err)
	}
	if closer, ok := reader.(*zstd.Decoder); ok {
		defer closer.Close()
	}
	out, err := os.CreateTemp("", "seetell-tar-*")
	if err != nil {
		return nil, 0, err
	}
	limit := packedRoom + packedRatio*size
	n, err := io.Copy(out, io.LimitReader(reader, limit+1))
	if err == nil && n > limit {
		err = fmt.Errorf("it holds more than %d bytes, over %d times its own size; unpack it", limit, packedRatio)
	}
	if err == nil {
		_, err = out.Seek(0, io.SeekStart)
	}
	if err = errors.Join(err, os.Remove(out.Name())); err != nil {
		return nil, 0, errors.Join(err, out.Close())
	}
	return out, n, nil
}

// What a packed file may hold: pictures are compressed already, so that much
// more than its own size is zeros.
const (
	packedRoom  = 64 << 20
	packedRatio = 20
)

// untilEnd reads up to a context's end.
type untilEnd struct {
	context context.Context
	io.Reader
}

func (u untilEnd) Read(p []byte) (int, error) {
	if err := u.context.Err(); err != nil {
		return 0, err
	}
	return u.Reader.Read(p)
}
