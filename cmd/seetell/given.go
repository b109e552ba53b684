package main

import (
	"bufio"
	"encoding/json"
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
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		var line struct {
			File    string `json:"file"`
			Caption string `json:"caption"`
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return nil, nil, fmt.Errorf("read the captions %s: line %d: %w", path, number, err)
		}
		if line.File == "" || line.Caption == "" {
			return nil, nil, fmt.Errorf("read the captions %s: line %d has no \"file\" or no \"caption\"", path, number)
		}
		if captions[line.File] == nil {
			paths = append(paths, line.File)
		}
		captions[line.File] = append(captions[line.File], line.Caption)
	}
	if err := lines.Err(); err != nil {
		return nil, nil, fmt.Errorf("read the captions %s: %w", path, err)
	}
	if len(paths) == 0 {
		return nil, nil, fmt.Errorf("read the captions %s: there are none", path)
	}
	return paths, captions, nil
}
