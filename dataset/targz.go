package dataset

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
)

// isGzip tells a gzip file by its first bytes, whatever its name says.
func isGzip(file *os.File) bool {
	var start [2]byte
	n, err := file.ReadAt(start[:], 0)
	return n == 2 && err == nil && start == [2]byte{0x1f, 0x8b}
}

// inflated returns what a gzip file holds, in a file without a name that is
// gone once it is closed: pictures are read in any order, which gzip has not.
// It closes the file that it is given.
func inflated(file *os.File, size int64) (*os.File, int64, error) {
	defer file.Close()
	reader, err := gzip.NewReader(bufio.NewReaderSize(file, 1<<16))
	if err != nil {
		return nil, 0, fmt.Errorf("not a whole gzip file: %w", err)
	}
	out, err := os.CreateTemp("", "seetell-tar-*")
	if err != nil {
		return nil, 0, err
	}
	limit := gzipRoom + gzipRatio*size
	n, err := io.Copy(out, io.LimitReader(reader, limit+1))
	if err == nil && n > limit {
		err = fmt.Errorf("it holds more than %d bytes, over %d times its own size; unpack it", limit, gzipRatio)
	}
	if err == nil {
		_, err = out.Seek(0, io.SeekStart)
	}
	if err = errors.Join(err, os.Remove(out.Name())); err != nil {
		return nil, 0, errors.Join(err, out.Close())
	}
	return out, n, nil
}

// What a gzip file may hold: pictures are compressed already, so that much
// more than its own size is zeros.
const (
	gzipRoom  = 64 << 20
	gzipRatio = 20
)
