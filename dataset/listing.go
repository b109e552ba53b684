package dataset

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// listed is what a captions file says of a picture. A picture may be listed
// many times, with one caption each.
type listed struct {
	name     string // path of the picture, as given
	number   string // COCO's or Karpathy's
	split    string
	captions []string
	line     int // from 1; the picture's number, from 1, in a JSON file
}

// lister reads a captions file and calls add for what it lists.
type lister func(r io.Reader, add func(listed)) error

// readAnnotations reads a captions file of any of the known forms, told by its
// beginning.
func readAnnotations(path string, add func(listed)) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open data set: %w", err)
	}
	defer file.Close()
	r := bufio.NewReaderSize(file, 1<<16)
	start, err := r.Peek(1 << 12)
	if err != nil && len(start) == 0 {
		return fmt.Errorf("%s: the file is empty", path)
	}
	if bytes.HasPrefix(start, []byte("\ufeff")) { // as spreadsheets write it
		r.Discard(3)
		start = start[3:]
	}
	if err := sniff(path, start)(r, add); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// sniff chooses how to read a captions file.
func sniff(path string, start []byte) lister {
	line, _, _ := strings.Cut(string(start), "\n")
	switch first := strings.TrimSpace(string(start)); {
	case strings.HasPrefix(first, "{") && !isJSONLines(path, line):
		return listJSON
	case strings.HasPrefix(first, "{"):
		return listJSONLines
	case strings.HasPrefix(first, "["):
		return listJSONArray
	case tokenLine.MatchString(line):
		return listTokens
	case strings.Contains(line, "\t"):
		return listTSV
	}
	return listCSV
}

// isJSONLines: by its ending, or since its first line is an object that names
// a picture.
func isJSONLines(path, line string) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".jsonl", ".ndjson":
		return true
	case ".json":
		_, err := parseObject([]byte(line))
		return err == nil
	}
	return true
}
