package tensorfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
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
	file, err := os.Open(path)
	if err != nil {
		return nil, err // names the path
	}
	f, err := open(file)
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("read %s: %w", path, plain(err))
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
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	return parse(file, info.Size())
}

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
		return readZip(r, size)
	case isPickle(start):
		return readPickle(r, size)
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
