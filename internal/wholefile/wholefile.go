// Package wholefile writes files that are there whole or not at all.
//
// A file is written under a temporary name in its folder, made durable, and
// renamed into place; one that was there before keeps its permissions. What a
// path names decides where the bytes go: a link is followed, so that the file
// behind it is the one replaced, and a device, a pipe or a process's open file
// (/dev/stdout) is written through, never replaced.
package wholefile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// Write gives the file at path the contents data. A new file gets the
// permissions, less the process's umask.
func Write(path string, data []byte, permissions fs.FileMode) error {
	return Fill(path, permissions, func(file *os.File) error {
		_, err := file.Write(data)
		return err
	})
}

// Fill gives the file at path the contents that fill writes into a regular
// file, in any order. Where fill fails, path stays as it was. Errors name path.
func Fill(path string, permissions fs.FileMode, fill func(*os.File) error) error {
	target, through, err := Resolve(path)
	if err == nil && through {
		err = pass(target, fill)
	} else if err == nil {
		err = replace(target, permissions, fill)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, plain(err))
	}
	return nil
}

// replace renames a filled temporary file over path.
func replace(path string, permissions fs.FileMode, fill func(*os.File) error) error {
	folder := filepath.Dir(path)
	file, err := renameio.NewPendingFile(path, renameio.WithTempDir(folder),
		renameio.WithPermissions(permissions), renameio.WithExistingPermissions())
	if err != nil {
		return err
	}
	defer file.Cleanup() // does nothing once the file has been renamed
	if err := filled(file.File, fill); err != nil {
		return err
	}
	if err := file.CloseAtomicallyReplace(); err != nil {
		return err
	}
	return syncFolder(folder)
}

// syncFolder makes a rename within the folder outlast a power failure.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}

// pass writes into what path names, whatever that is. The bytes are complete
// before the first of them goes.
func pass(path string, fill func(*os.File) error) error {
	file, err := os.CreateTemp("", "seetell")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	if err := filled(file, fill); err != nil {
		return err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	to, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, file)
	return errors.Join(err, to.Close())
}

// filled calls fill. Its error keeps the paths of other files that it read.
func filled(file *os.File, fill func(*os.File) error) error {
	err := fill(file)
	var at *fs.PathError
	if err != nil && !(errors.As(err, &at) && at.Path == file.Name()) {
		return fillError{err}
	}
	return err
}

// fillError is fill's own.
type fillError struct{ error }

func (e fillError) Unwrap() error { return e.error }

// plain returns the reason within an error of the file system, whose path is
// that of a temporary file, or is named anyway.
func plain(err error) error {
	var own fillError
	var at *fs.PathError
	var renaming *os.LinkError
	switch {
	case errors.As(err, &own):
		return own.error
	case errors.As(err, &at):
		return at.Err
	case errors.As(err, &renaming):
		return renaming.Err
	}
	return err
}
