package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"github.com/seetell/seetell/internal/terminal"
	"github.com/seetell/seetell/internal/wholefile"
)

// captionFile is the file of --out. Each answer goes into it whole, so that one
// that was interrupted can be gone on with.
type captionFile struct {
	*os.File
	door    *terminal.Writer // to it: a file is soon on a screen too
	answers *bufio.Writer    // of one answer
	held    []byte           // what it held, where it is gone on with
	lines   []captionLine    // of that, which stay
	made    bool             // it was not there
	old     bool             // it holds what is written over as soon as there is a caption
}

// openCaptions opens the file at path. One that holds something is gone on with
// where resume is set, begun anew where overwrite is, and else an error.
func openCaptions(path, format string, resume, overwrite bool) (*captionFile, error) {
	info, missing := os.Stat(path)
	open := openAlone
	if missing == nil && !info.Mode().IsRegular() {
		open = openThrough
	}
	file, err := open(path)
	if err != nil {
		return nil, err
	}
	door := terminal.NewWriter(file)
	f := &captionFile{File: file, door: door, answers: bufio.NewWriterSize(door, 1<<20)}
	f.made = errors.Is(missing, fs.ErrNotExist)
	if err := f.goOn(format, resume, overwrite); err != nil {
		file.Close()
		return nil, err
	}
	return f, nil
}

// openThrough opens a pipe or a device, which others may write to as well. A pipe
// that is opened to be read too waits for nobody.
func openThrough(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
}

// openAlone opens the file at path, made where it is not there, and keeps other
// commands from writing captions to it until it is closed. A file system that has
// no locks keeps nobody.
func openAlone(path string) (*os.File, error) {
	for {
		file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
		if err != nil {
			return nil, err
		}
		if errors.Is(syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB), syscall.EWOULDBLOCK) {
			file.Close()
			return nil, fmt.Errorf("another command writes captions to %s: wait for it, or name another --out", path)
		}
		named, err := isAt(file, path)
		if named {
			return file, nil
		}
		file.Close() // the command before has removed or replaced it
		if err != nil {
			return nil, err
		}
	}
}

// isAt tells whether an open file is the one at path.
func isAt(file *os.File, path string) (bool, error) {
	held, err := file.Stat()
	if err != nil {
		return false, err
	}
	named, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && os.SameFile(held, named), err
}

// goOn makes of a file that holds something what it was opened for.
func (f *captionFile) goOn(format string, resume, overwrite bool) error {
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return err
	}
	if f.old = overwrite && !resume; f.old {
		return nil
	}
	if !resume {
		return fmt.Errorf("%s holds captions: --resume goes on with them, --overwrite begins anew", f.Name())
	}
	return f.readLines(format)
}

// writer returns what writes an answer, whole. What the file held before and is to
// go stays until the first one; with --overwrite until there is a caption, with
// which the pictures are written that failed before.
func (f *captionFile) writer(format string) func(answer) error {
	write := captionWriter(format, f.answers, len(f.lines) > 0)
	var waiting []answer
	return func(a answer) error {
		waiting = append(waiting, a)
		if f.old && a.err != nil {
			return nil
		}
		if err := f.clear(); err != nil {
			return err
		}
		var failed error
		for _, a := range waiting {
			failed = errors.Join(failed, write(a), f.answers.Flush(), f.door.Flush())
		}
		waiting = nil
		return failed
	}
}

// clear takes out of the file what it held and is to go.
func (f *captionFile) clear() (err error) {
	stays := f.staying()
	held := f.held
	gone := f.old || len(stays) < len(held)
	f.held, f.lines, f.old = nil, nil, false
	switch {
	case !gone:
		return nil
	case bytes.HasPrefix(held, stays):
		err = f.Truncate(int64(len(stays)))
	default:
		err = f.replace(stays)
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekEnd)
	}
	return err
}

// replace puts another file of the contents data in the place of this one, so that
// an end between leaves one of them whole. What /dev/stdout leads to is written over.
func (f *captionFile) replace(data []byte) error {
	if _, through, err := wholefile.Resolve(f.Name()); err == nil && through {
		_, err = f.WriteAt(data, 0)
		return errors.Join(err, f.Truncate(int64(len(data))))
	}
	if err := wholefile.Write(f.Name(), data, 0o666); err != nil {
		return err
	}
	file, err := openAlone(f.Name())
	if err != nil {
		return err
	}
	f.File.Close() // whose lock kept others out until now
	f.File, f.door = file, terminal.NewWriter(file)
	f.answers.Reset(f.door)
	return nil
}

// end closes the file of a command that came to its end. A half line of before goes
// also where no answer came.
func (f *captionFile) end() error {
	if !f.old {
		if err := f.clear(); err != nil {
			return err
		}
	}
	return f.Close()
}

// Close makes the file outlast a power failure, where it is one, and closes it;
// a second time it does nothing. A file that was made for nothing is removed.
func (f *captionFile) Close() error {
	info, err := f.Stat()
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	if err == nil && info.Mode().IsRegular() {
		err = f.Sync()
		if f.made && info.Size() == 0 {
			err = os.Remove(f.Name())
		}
	}
	return errors.Join(err, f.File.Close())
}
