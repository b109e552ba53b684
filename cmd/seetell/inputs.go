package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/sirupsen/logrus"

	"github.com/seetell/seetell/internal/picturename"
	"github.com/seetell/seetell/internal/regular"
	"github.com/seetell/seetell/picture"
)

// standardInput is the argument that stands for the bytes of standard input.
const standardInput = "-"

// byteOrderMark is what editors on Windows write before a text in UTF-8.
const byteOrderMark = "\ufeff"

// inputs lists the pictures that arguments name: files, folders, globs that
// the shell left alone, and standardInput; then those that the file list
// names, one a line.
//
// What folders hold beside them is told as left out.
func inputs(arguments []string, list string, recursive bool, stdin io.Reader) (paths []string, left leftOut, err error) {
	for _, argument := range arguments {
		found, err := expand(argument, recursive, &left)
		if err != nil {
			return nil, left, err
		}
		paths = append(paths, found...)
	}
	if list == "" {
		return paths, left, nil
	}
	listed, err := readList(list, stdin)
	return append(paths, listed...), left, err
}

// leftOut counts what lies in folders of pictures and is not described.
type leftOut struct{ files, folders, hidden int }

// log tells what is left out, if anything.
func (l leftOut) log() {
	var parts []string
	if l.files > 0 {
		parts = append(parts, fmt.Sprintf("files that are no pictures by their names: %d", l.files))
	}
	if l.folders > 0 {
		parts = append(parts, fmt.Sprintf("folders within, into which --recursive looks: %d", l.folders))
	}
	if l.hidden > 0 {
		parts = append(parts, fmt.Sprintf("hidden folders: %d", l.hidden))
	}
	if len(parts) > 0 {
		logrus.Info("left out: " + strings.Join(parts, "; "))
	}
}

// expand returns what one argument names. A path that is not there stays as
// it is: reading it says so.
func expand(argument string, recursive bool, left *leftOut) ([]string, error) {
	if argument == standardInput {
		return []string{argument}, nil
	}
	info, err := os.Stat(argument)
	switch {
	case err == nil && info.IsDir():
		return picturesIn(argument, recursive, left)
	case errors.Is(err, fs.ErrNotExist):
		found, globErr := filepath.Glob(argument)
		if globErr == nil && len(found) > 0 {
			return found, nil
		}
	}
	return []string{argument}, nil
}

// picturesIn lists the pictures of a folder, by name. Sidecars belong to them and
// are not counted as left out.
func picturesIn(folder string, recursive bool, left *leftOut) ([]string, error) {
	var paths []string
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != folder && picturename.Hidden(entry.Name()):
			left.hidden++
			return fs.SkipDir
		case entry.IsDir() && path != folder && !recursive:
			left.folders++
			return fs.SkipDir
		case entry.IsDir():
		case picture.IsName(path) && isRegular(path):
			paths = append(paths, path)
		case !strings.EqualFold(filepath.Ext(path), ".xmp"):
			left.files++
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("the folder %s holds no pictures; --recursive looks in the folders within", folder)
	}
	return paths, nil
}

// isRegular tells files, and links to them, from pipes, devices and the like.
func isRegular(path string) bool {
	info, err := os.Stat(path)
	return err == nil && regular.Check(info) == nil
}

// readList reads paths, one a line. Spaces around one are its own, but a line of
// nothing else is none.
func readList(path string, stdin io.Reader) ([]string, error) {
	reader := stdin
	if path != standardInput {
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		reader = file
	}
	var paths []string
	lines := bufio.NewScanner(reader)
	for first := true; lines.Scan(); first = false {
		line := strings.TrimSuffix(lines.Text(), "\r")
		if first {
			line = strings.TrimPrefix(line, byteOrderMark)
		}
		if strings.TrimSpace(line) != "" {
			paths = append(paths, line)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read the list %s: %w", path, err)
	}
	return paths, nil
}
