// Package regular opens files whose names come from elsewhere: a data set, an
// archive, a folder. What is there may be a pipe, a device or a socket, which
// to open can wait for ever, and to read can never end.
package regular

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// ErrNot is the cause of errors about what is no regular file.
var ErrNot = errors.New("not a regular file")

// Open opens the regular file at path, or the one that a link there leads to,
// and returns its size. It never waits, and opens nothing else.
func Open(path string) (*os.File, int64, error) {
	return open(path, os.Stat, os.OpenFile)
}

// OpenIn is Open of a name below a root.
func OpenIn(root *os.Root, name string) (*os.File, int64, error) {
	return open(name, root.Stat, root.OpenFile)
}

func open(path string, stat func(string) (fs.FileInfo, error), openFile func(string, int, fs.FileMode) (*os.File, error)) (*os.File, int64, error) {
	info, err := stat(path)
	if err != nil {
		return nil, 0, err
	}
	if err := Check(info); err != nil {
		return nil, 0, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	file, err := openFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, 0, err
	}
	// Something else may have come to its place in between.
	if info, err = file.Stat(); err == nil {
		err = Check(info)
	}
	if err != nil {
		file.Close()
		return nil, 0, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return file, info.Size(), nil
}

// Check returns an error that says what info is of, unless a regular file.
func Check(info fs.FileInfo) error {
	kind := ""
	switch mode := info.Mode(); {
	case mode.IsRegular():
		return nil
	case mode.IsDir():
		kind = "a folder"
	case mode&fs.ModeNamedPipe != 0:
		kind = "a pipe"
	case mode&fs.ModeSocket != 0:
		kind = "a socket"
	case mode&fs.ModeDevice != 0:
		kind = "a device"
	default:
		return ErrNot
	}
	return fmt.Errorf("%s, and %w", kind, ErrNot)
}
