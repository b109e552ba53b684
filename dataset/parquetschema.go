package dataset

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/parquet-go/parquet-go"

	"github.com/seetell/seetell/dataset/internal/column"
	"github.com/seetell/seetell/internal/annotations"
)

// parquetSchema is where a file has what is needed of it. Leaves are found by
// name: their order differs between versions of the Python library.
type parquetSchema struct {
	picture  *parquet.Column   // encoded bytes; nil where the pictures are files
	captions []*parquet.Column // strings, or lists of strings
	names    []*parquet.Column // path or file name; the first that is not null counts
	number   *parquet.Column   // COCO's or Karpathy's, or nil
	split    *parquet.Column   // or nil
}

// parquetRow is a row without its picture.
type parquetRow struct {
	name, number, split string
	captions            []string
}

// single says whether each row holds one caption.
func (s *parquetSchema) single() bool {
	return len(s.captions) == 1 && s.captions[0].MaxRepetitionLevel() == 0
}

// pictureNames are those that the column of pictures goes by, the most telling
// first. The others go by the keys of captions files.
var pictureNames = []string{"image", "img", "picture", "photo", "jpg", "jpeg", "png", "webp", "image_bytes", "bytes"}

// findSchema finds the columns below root. The library panics at types that
// contradict themselves.
func findSchema(root *parquet.Column) (s *parquetSchema, err error) {
	defer column.Recover(&err)
	s = &parquetSchema{captions: captionColumns(root), split: leafOf(root, "split")}
	group := firstOf(root, pictureNames)
	if group == nil {
		group = groupWithBytes(root)
	}
	switch {
	case group == nil:
	case group.Leaf():
		s.picture = group
	default:
		s.picture = leafOf(group, "bytes")
		s.addName(leafOf(group, "path"))
		if s.picture == nil {
			return nil, fmt.Errorf("column %s holds no bytes of pictures", group.Name())
		}
	}
	if len(s.captions) == 0 {
		return nil, fmt.Errorf("no column of captions; it has %s; looked for %s", columnNames(root), strings.Join(annotations.CaptionKeys, ", "))
	}
	for _, name := range annotations.FileKeys {
		s.addName(leafOf(root, name))
	}
	if number := firstOf(root, annotations.NumberKeys); number != nil && number.Leaf() {
		s.number = number
	}
	if s.picture == nil && len(s.names) == 0 && s.number == nil {
		return nil, fmt.Errorf("no column of pictures; it has %s; looked for %s", columnNames(root), strings.Join(append(slices.Clone(pictureNames), annotations.FileKeys...), ", "))
	}
	return s, nil
}

func (s *parquetSchema) addName(leaf *parquet.Column) {
	if leaf != nil && isText(leaf) {
		s.names = append(s.names, leaf)
	}
}

// captionColumns returns caption_0, caption_1 … in the order of their numbers,
// else the first column that is named like captions.
func captionColumns(root *parquet.Column) []*parquet.Column {
	var numbered []*parquet.Column
	for _, c := range root.Columns() {
		if annotations.CaptionNumber(c.Name()) >= 0 && isText(c) {
			numbered = append(numbered, c)
		}
	}
	sort.SliceStable(numbered, func(i, j int) bool {
		return annotations.CaptionNumber(numbered[i].Name()) < annotations.CaptionNumber(numbered[j].Name())
	})
	if len(numbered) > 0 {
		if first := root.Column("caption"); first != nil && isText(first) && annotations.CaptionNumber(numbered[0].Name()) > 0 {
			numbered = slices.Insert(numbered, 0, first)
		}
		return numbered
	}
	for _, name := range annotations.CaptionKeys {
		if c := root.Column(name); c != nil {
			if leaf := textLeaf(c); leaf != nil {
				return []*parquet.Column{leaf}
			}
		}
	}
	return nil
}

// textLeaf returns the strings in c: itself, the elements of a list, or the
// field raw of a list of structs, as in Karpathy's files.
func textLeaf(c *parquet.Column) *parquet.Column {
	if c.Leaf() {
		if isText(c) {
			return c
		}
		return nil
	}
	for _, child := range c.Columns() {
		if len(c.Columns()) > 1 && child.Name() != "raw" && child.Name() != "caption" {
			continue
		}
		if leaf := textLeaf(child); leaf != nil {
			return leaf
		}
	}
	return nil
}

func isText(c *parquet.Column) bool {
	return c.Leaf() && c.Type().Kind() == parquet.ByteArray
}

func leafOf(parent *parquet.Column, name string) *parquet.Column {
	if c := parent.Column(name); c != nil && c.Leaf() {
		return c
	}
	return nil
}

func firstOf(root *parquet.Column, names []string) *parquet.Column {
	for _, name := range names {
		if c := root.Column(name); c != nil {
			return c
		}
	}
	return nil
}

func groupWithBytes(root *parquet.Column) *parquet.Column {
	for _, c := range root.Columns() {
		if !c.Leaf() && leafOf(c, "bytes") != nil {
			return c
		}
	}
	return nil
}

func columnNames(root *parquet.Column) string {
	var names []string
	for _, c := range root.Columns() {
		names = append(names, c.Name())
	}
	return strings.Join(names, ", ")
}
