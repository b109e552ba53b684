package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// readGiven reads captions of pictures, in JSON lines: the pictures in the
// order of their first captions, and each one's captions by its path.
func readGiven(path string, stdin io.Reader) (paths []string, captions map[string][]string, err error) {
	reader := stdin
	if path != standardInput {
		file, err := os.Open(path)
		if err != nil {
			return nil, nil, err
		}
		defer file.Close()
		reader = file
	}
	captions = map[string][]string{}
	lines := bufio.NewScanner(reader)
	lines.Buffer(nil, 1<<20)
	for number := 1; lines.Scan(); number++ {
		text := lines.Text()
		if number == 1 {
			text = strings.TrimPrefix(text, byteOrderMark)
		}
		if strings.TrimSpace(text) == "" {
			continue
		}
		line, err := readGivenLine(text)
		if err != nil {
			return nil, nil, fmt.Errorf("read the captions %s: line %d: %w", path, number, err)
		}
		if captions[line.file] == nil {
			paths = append(paths, line.file)
		}
		captions[line.file] = append(captions[line.file], line.caption)
	}
	if err := lines.Err(); err != nil {
		return nil, nil, fmt.Errorf("read the captions %s: %w", path, err)
	}
	if len(paths) == 0 {
		return nil, nil, fmt.Errorf("read the captions %s: there are none", path)
	}
	return paths, captions, nil
}

// givenLine is a caption of a picture.
type givenLine struct{ file, caption string }

func readGivenLine(text string) (line givenLine, err error) {
	var fields struct {
		File    *string `json:"file"`
		Caption *string `json:"caption"`
	}
	if err := json.Unmarshal([]byte(text), &fields); err != nil {
		return line, err
	}
	switch {
	case fields.File == nil || fields.Caption == nil:
		return line, errors.New(`it has no "file" or no "caption"`)
	case *fields.File == "":
		return line, errors.New(`its "file" is empty`)
	case *fields.Caption == "":
		return line, errors.New(`its "caption" is empty`)
	}
	return givenLine{*fields.File, *fields.Caption}, nil
}
