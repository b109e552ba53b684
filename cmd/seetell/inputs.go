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

	"github.com/seetell/seetell/internal/regular"
	"github.com/seetell/seetell/picture"
)

// standardInput is the argument that stands for the bytes of standard input.
const standardInput = "-"

// inputs lists the pictures that arguments name: files, folders, globs that
// the shell left alone, and standardInput; then those that the file list
// names, one a line.
func inputs(arguments []string, list string, recursive bool, stdin io.Reader) ([]string, error) {
	var paths []string
	for _, argument := range arguments {
		found, err := expand(argument, recursive)
		if err != nil {
			return nil, err
		}
		paths = append(paths, found...)
	}
	if list == "" {
		return paths, nil
	}
	listed, err := readList(list, stdin)
	return append(paths, listed...), err
}

// expand returns what one argument names. A path that is not there stays as
// it is: reading it says so.
func expand(argument string, recursive bool) ([]string, error) {
	if argument == standardInput {
		return []string{argument}, nil
	}
	info, err := os.Stat(argument)
	switch {
	case err == nil && info.IsDir():
		return picturesIn(argument, recursive)
	case errors.Is(err, fs.ErrNotExist):
		found, globErr := filepath.Glob(argument)
		if globErr == nil && len(found) > 0 {
			return found, nil
		}
	}
	return []string{argument}, nil
}

// picturesIn lists the pictures of a folder, by name.
func picturesIn(folder string, recursive bool) ([]string, error) {
	var paths []string
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != folder && !recursive:
			return fs.SkipDir
		case picture.IsName(path) && isRegular(path):
			paths = append(paths, path)
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
	for lines.Scan() {
		if line := strings.TrimSuffix(lines.Text(), "\r"); line != "" {
			paths = append(paths, line)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read the list %s: %w", path, err)
	}
	return paths, nil
}
