package dataset

import (
	"bufio"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/seetell/seetell/internal/annotations"
	"github.com/seetell/seetell/picture"
)

// captionFiles are the names of captions files, the surest first.
var captionFiles = []*regexp.Regexp{
	regexp.MustCompile(`(?i)^metadata\.(jsonl|csv|parquet)$`),
	regexp.MustCompile(`(?i)^captions?\.(txt|csv|tsv|jsonl|ndjson)$`),
	regexp.MustCompile(`(?i)\.token(\.txt)?$`),
	regexp.MustCompile(`(?i)^results.*\.csv$`),
	regexp.MustCompile(`(?i)^dataset.*\.json$`),
	regexp.MustCompile(`(?i)^captions?.*\.(json|jsonl|ndjson|csv|tsv|txt)$`),
}

// findAnnotations returns the captions files of a folder, at most two folders
// down: all of the surest kind that is there, each for a split of its own.
func findAnnotations(files []string, _ []byte) ([]part, error) {
	best, found := len(captionFiles), []string(nil)
	for _, name := range files {
		if strings.Count(name, "/") > 2 || hasEnding("dataset_info.json", "dataset_infos.json", "dataset_dict.json")(name) {
			continue // those are of the library datasets, and hold no captions
		}
		rank := slices.IndexFunc(captionFiles, func(p *regexp.Regexp) bool { return p.MatchString(path.Base(name)) })
		switch {
		case rank < 0 || rank > best:
			continue
		case rank < best:
			best, found = rank, nil
		}
		found = append(found, name)
	}
	parts := make([]part, len(found))
	for i, name := range found {
		parts[i] = part{name, splitOfFile(name)}
	}
	return oneEach(parts)
}

// findTables returns the tables beside a folder's pictures that have no usual
// name, such as labels.csv, or train.csv and test.csv.
func findTables(files []string, _ []byte) ([]part, error) {
	if !slices.ContainsFunc(files, picture.IsName) {
		return nil, nil
	}
	var parts []part
	for _, name := range files {
		if strings.Count(name, "/") <= 2 && hasEnding(".csv", ".tsv", ".jsonl", ".ndjson")(name) {
			parts = append(parts, part{name, splitOfFile(name)})
		}
	}
	return oneEach(parts)
}

// oneEach refuses two captions files for one split.
func oneEach(parts []part) ([]part, error) {
	seen := map[string]string{}
	for _, p := range parts {
		if other, twice := seen[p.split]; twice {
			return nil, fmt.Errorf("two captions files, %s and %s; give the one that is meant", other, p.path)
		}
		seen[p.split] = p.path
	}
	return parts, nil
}

// readAnnotations adds the pictures of one captions file that are there.
// Lines about one picture are joined.
func (s *folderStore) readAnnotations(b *builder, p part) error {
	file := s.begin(p.path)
	all := joined{at: map[joinedKey]int32{}}
	bad := func(line int, what string) {
		b.problems.add(BadRow, fmt.Sprintf("%s line %d", path.Base(p.path), line), what)
	}
	add := func(r annotations.Record) error { return errors.Join(b.context.Err(), all.add(r)) }
	if err := s.eachRecord(p.path, add, bad); err != nil {
		return fmt.Errorf("%s: %w", s.folder.join(p.path), err)
	}
	all.at = nil
	for _, r := range all.records {
		if err := b.context.Err(); err != nil {
			return err
		}
		it := item{name: r.name, number: r.id, captions: r.captions, row: int(r.line) - 1, file: file, split: b.split(p.split)}
		if r.element > 0 {
			it.row, s.units[file] = int(r.element)-1, "picture"
		}
		if r.split != "" {
			it.split = b.split(r.split)
		}
		s.place(b, it, path.Dir(p.path))
	}
	return nil
}

// eachRecord reads a captions file, as text or in parquet.
func (s *folderStore) eachRecord(name string, add func(annotations.Record) error, bad func(int, string)) error {
	if hasEnding(".parquet")(name) {
		return s.eachParquetRecord(name, add)
	}
	file, err := s.openText(name)
	if err != nil {
		return err
	}
	defer file.Close()
	return annotations.Reader{Add: add, Bad: bad}.Read(bufio.NewReader(file))
}

// joined gathers records, those about one picture into one.
type joined struct {
	records []joinedRecord
	at      map[joinedKey]int32
}

// joinedRecord is what is kept of a record: there may be millions.
type joinedRecord struct {
	name, id, split string
	captions        []string
	line, element   int32
}

// joinedKey is what a picture is known by: its name in a split, else its number.
type joinedKey struct{ name, split string }

func (j *joined) add(r annotations.Record) error {
	key := joinedKey{r.Name, r.Split}
	if r.Name == "" {
		key = joinedKey{"\x00", r.ID}
	}
	i, ok := j.at[key]
	if !ok {
		j.at[key] = int32(len(j.records))
		j.records = append(j.records, joinedRecord{r.Name, r.ID, r.Split, r.Captions, int32(r.Line), int32(r.Element)})
		return nil
	}
	if len(j.records[i].captions)+len(r.Captions) > annotations.MostCaptions {
		return fmt.Errorf("line %d: %w", r.Line, annotations.ErrMany)
	}
	j.records[i].captions = append(j.records[i].captions, r.Captions...)
	return nil
}
