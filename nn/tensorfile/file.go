package tensorfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/seetell/seetell/internal/regular"
)

// File is an open file of tensors. One goroutine at a time may read from it.
type File struct {
	Tensors  []Tensor          // in the order of the file's header
	Metadata map[string]string // of safetensors; nil elsewhere

	closer io.Closer
}

// Close closes the file. Its tensors can be read no more.
func (f *File) Close() error { return f.closer.Close() }

// Open opens a file of tensors. It tells the form from the first bytes,
// checks names, types, shapes and offsets, and reads no values yet: each
// tensor's Bytes does.
func Open(path string) (*File, error) {
	file, _, err := regular.Open(path)
	if err != nil {
		return nil, err // names the path
	}
	f, err := open(file)
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("read %s: %w", path, shortened(plain(err)))
	}
	for i := range f.Tensors {
		f.Tensors[i].Bytes = naming(path, f.Tensors[i])
	}
	f.closer = file
	return f, nil
}

func open(file *os.File) (*File, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if err := checkWritten(info); err != nil {
		return nil, err
	}
	return parse(file, info.Size())
}

// checkWritten refuses a file most of which was never written. Its holes take
// no room on the disk, and would take memory as zeros.
func checkWritten(info fs.FileInfo) error {
	const usual = 256 << 20 // what a file system leaves out of a file of zeros
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || info.Size() < usual {
		return nil
	}
	if written := stat.Blocks * 512; written < info.Size()/8 {
		return fmt.Errorf("of its %d bytes only %d were ever written: the copy or download is not complete", info.Size(), written)
	}
	return nil
}

// shortenedError says no more than a line or two, though it may quote what the
// file holds.
type shortenedError struct{ error }

func (e shortenedError) Unwrap() error { return e.error }

func (e shortenedError) Error() string {
	const longest = 400
	text := e.error.Error()
	if len(text) <= longest {
		return text
	}
	return strings.ToValidUTF8(text[:longest], "") + "…"
}

func shortened(err error) error { return shortenedError{err} }

// parse reads a file of any of the forms from its bytes.
func parse(r io.ReaderAt, size int64) (*File, error) {
	start := make([]byte, min(size, 16))
	if _, err := r.ReadAt(start, 0); err != nil && err != io.EOF {
		return nil, err
	}
	switch {
	case size == 0:
		return nil, errors.New("the file is empty")
	case len(start) > 8 && start[8] == '{': // behind a length, which may look like any of the others
		return readSafetensors(r, size)
	case isZip(start):
		return checkShares(size)(readZip(r, size))
	case isPickle(start):
		return checkShares(size)(readPickle(r, size))
	case bytes.HasPrefix(start, []byte("version https://")):
		return nil, errors.New("this stands for a file that Git LFS keeps: bring it with git lfs pull")
	case bytes.HasPrefix(start, []byte("\x1f\x8b")):
		return nil, errors.New("this is packed by gzip: unpack it with gunzip")
	case bytes.HasPrefix(start, []byte("\x89HDF")):
		return nil, errors.New("this is HDF5, as Keras writes weights, not a state dict of PyTorch's")
	case start[0] == '<':
		return nil, errors.New("this is a web page or XML, not a file of tensors: was the download refused?")
	}
	return readSafetensors(r, size)
}

// naming returns t.Bytes with the file and the tensor named in its errors.
func naming(path string, t Tensor) func() ([]byte, error) {
	return func() ([]byte, error) {
		data, err := t.Bytes()
		if err != nil {
			return nil, fmt.Errorf("read %s: tensor %q: %w", path, t.Name, plain(err))
		}
		return data, nil
	}
}

// plain returns the reason within an error of the file system, whose path is
// either said already or that of a temporary file.
func plain(err error) error {
	var at *fs.PathError
	var renaming *os.LinkError
	switch {
	case errors.As(err, &at):
		return at.Err
	case errors.As(err, &renaming):
		return renaming.Err
	}
	return err
}

// readRegion returns a function that reads n bytes at an offset.
func readRegion(r io.ReaderAt, offset, n int64) func() ([]byte, error) {
	return func() ([]byte, error) {
		data := make([]byte, n)
		if got, err := r.ReadAt(data, offset); int64(got) < n {
			return nil, err
		}
		return data, nil
	}
}
