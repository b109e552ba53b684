package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"syscall"

	"github.com/seetell/seetell/internal/terminal"
)

// captionFile is the file of --out. Each answer goes into it whole, so that one
// that was interrupted can be gone on with.
type captionFile struct {
	*os.File
	door    *terminal.Writer // to it: a file is soon on a screen too
	answers *bufio.Writer    // of one answer
	done    map[string]bool
	begun   bool // whether it held something
	made    bool // it was not there
	old     bool // it holds what is written over as soon as there is a caption
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
	f := &captionFile{File: file, door: door, answers: bufio.NewWriterSize(door, 1<<20), done: map[string]bool{}}
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

// goOn reads which pictures have captions in the file, and cuts off a last line
// that was not written whole.
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
	data, err := io.ReadAll(f)
	if err != nil {
		return err
	}
	whole := bytes.LastIndexByte(data, '\n') + 1
	for number, line := range slices.Collect(bytes.Lines(data[:whole])) {
		path, ok := describedIn(format, bytes.TrimRight(line, "\r\n"))
		if !ok {
			return fmt.Errorf("%s: line %d has not the format %s", f.Name(), number+1, format)
		}
		f.done[path] = true
	}
	delete(f.done, "")
	f.begun = whole > 0
	if err := f.Truncate(int64(whole)); err != nil {
		return err
	}
	_, err = f.Seek(int64(whole), io.SeekStart)
	return err
}

// describedIn returns the path of the picture that a line of captions is of, as
// text shows it; "" for one that could not be described, or a head.
func describedIn(format string, line []byte) (path string, ok bool) {
	switch format {
	case "json":
		var a answerJSON
		if json.Unmarshal(line, &a) != nil || a.File == "" {
			return "", false
		}
		if a.Error != "" {
			return "", true
		}
		return terminal.Line(a.File), true
	case "csv":
		row, err := csv.NewReader(bytes.NewReader(line)).Read()
		if err != nil || len(row) != len(csvHead) {
			return "", false
		}
		if slices.Equal(row, csvHead) || row[len(row)-1] != "" {
			return "", true
		}
		return row[0], true
	default:
		path, _, ok := bytes.Cut(line, []byte("\t"))
		return string(path), ok
	}
}

// left returns the paths that have no captions in the file yet.
func (f *captionFile) left(paths []string) []string {
	return slices.DeleteFunc(slices.Clone(paths), func(path string) bool { return f.done[terminal.Line(path)] })
}

// writer returns what writes an answer, whole. What the file held before stays
// until there is a caption: pictures that fail before are written with it.
func (f *captionFile) writer(format string) func(answer) error {
	write := captionWriter(format, f.answers, f.begun)
	var waiting []answer
	return func(a answer) error {
		waiting = append(waiting, a)
		if f.old && a.err != nil {
			return nil
		}
		if err := f.empty(); err != nil {
			return err
		}
		var failed error
		for _, a := range waiting {
			failed = errors.Join(failed, write(a), f.answers.Flush(), f.door.Flush())
		}
		waiting = waiting[:0]
		return failed
	}
}

// empty takes out of the file what it held before, where that is to go.
func (f *captionFile) empty() error {
	if !f.old {
		return nil
	}
	f.old = false
	return f.Truncate(0)
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
