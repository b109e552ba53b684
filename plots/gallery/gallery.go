// Package gallery keeps pictures worth looking at, with their captions, scores
// and attention, as files: a JPEG and a JSON each.
package gallery

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/seetell/seetell/internal/terminal"
	"github.com/seetell/seetell/internal/wholefile"
	"github.com/seetell/seetell/plots/attention"
	"github.com/seetell/seetell/plots/internal/thumbnail"
	"github.com/seetell/seetell/plots/internal/typeset"
)

// Side is the longest side of a gallery's pictures, in pixels.
const Side = 320

// format is the version of the JSON beside each picture of a gallery.
const format = 1

// Groups of a gallery, by CIDEr-D.
const (
	Best   = "best"
	Median = "median"
	Worst  = "worst"
	Random = "random"
)

// Item is a picture of a gallery with its caption. Its picture lies
// beside its JSON as a JPEG file.
type Item struct {
	ID             string
	Group          string // best, median, worst or random
	References     []string
	Scores         map[string]float64
	Attention      attention.Maps // of an item read from disk, its Picture is blank
	Picture        []byte         // encoded; nil where the file is missing
	PictureFile    string         // name in the folder
	PictureProblem string         // why Picture is nil
}

// record is the form of an item on disk.
type record struct {
	Format     int                `json:"format"`
	ID         string             `json:"id"`
	Group      string             `json:"group"`
	Picture    string             `json:"picture"`
	Caption    string             `json:"caption"`
	References []string           `json:"references"`
	Scores     map[string]float64 `json:"scores"`
	attention.Record
}

// Write writes items into dir, each as GROUP-NN.jpg, at most Side
// pixels long, and GROUP-NN.json. The items of an earlier gallery there are
// removed.
func Write(dir string, items []Item) error {
	if err := clear(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("write gallery: %w", err)
	}
	numbers := map[string]int{}
	for i := range items {
		item := &items[i]
		if err := item.Attention.Validate(); err != nil {
			return fmt.Errorf("gallery picture %q: %w", typeset.Clean(item.ID), err)
		}
		numbers[item.Group]++
		name := fmt.Sprintf("%s-%02d", typeset.FileName(item.Group), numbers[item.Group])
		if err := item.write(dir, name); err != nil {
			return fmt.Errorf("write gallery: %w", err)
		}
	}
	return nil
}

func (g *Item) write(dir, name string) error {
	size := g.Attention.Picture.Bounds().Size()
	if long := max(size.X, size.Y); long > Side {
		size.X, size.Y = max(1, size.X*Side/long), max(1, size.Y*Side/long)
	}
	var picture bytes.Buffer
	if err := jpeg.Encode(&picture, thumbnail.Scale(g.Attention.Picture, size.X, size.Y), &jpeg.Options{Quality: 82}); err != nil {
		return err
	}
	text, err := json.Marshal(record{
		Format: format, ID: g.ID, Group: g.Group, Picture: name + ".jpg", Caption: g.Attention.Caption(),
		References: g.References, Scores: g.Scores, Record: g.Attention.Record(),
	})
	if err != nil {
		return err
	}
	if err := wholefile.Write(filepath.Join(dir, name+".jpg"), picture.Bytes(), 0o666); err != nil {
		return err
	}
	return wholefile.Write(filepath.Join(dir, name+".json"), terminal.JSON(append(text, '\n')), 0o666)
}

var itemFile = regexp.MustCompile(`^(best|median|worst|random)-\d+\.(jpg|json)$`)

// clear removes the files of an earlier gallery in dir.
func clear(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("write gallery: %w", err)
	}
	for _, entry := range entries {
		if itemFile.MatchString(entry.Name()) {
			if err := os.Remove(filepath.Join(dir, entry.Name())); err != nil {
				return fmt.Errorf("write gallery: %w", err)
			}
		}
	}
	return nil
}

// Read reads the items of dir: best, median, worst, random, then others
// by name. An item whose picture is missing is kept, and says so.
func Read(dir string) ([]Item, error) {
	paths, err := filepath.Glob(filepath.Join(escapeGlob(dir), "*.json"))
	if err != nil {
		return nil, fmt.Errorf("read gallery %s: %w", dir, err)
	}
	var items []Item
	for _, path := range paths {
		item, err := readItem(path)
		if err != nil {
			return nil, fmt.Errorf("gallery %s: %w", path, err)
		}
		items = append(items, item)
	}
	order := []string{Best, Median, Worst, Random}
	slices.SortStableFunc(items, func(a, b Item) int {
		return uint8Rank(slices.Index(order, a.Group)) - uint8Rank(slices.Index(order, b.Group))
	})
	return items, nil
}

// uint8Rank puts what is not in a list (-1) after all that is.
func uint8Rank(i int) int { return int(uint8(i)) }

func readItem(path string) (Item, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Item{}, err
	}
	var raw record
	if err := json.Unmarshal(data, &raw); err != nil {
		return Item{}, fmt.Errorf("not the JSON of a gallery picture: %w", err)
	}
	if raw.Format != format {
		return Item{}, fmt.Errorf("it has format %d, and this program reads format %d", raw.Format, format)
	}
	item := Item{ID: raw.ID, Group: raw.Group, References: raw.References, Scores: raw.Scores, PictureFile: raw.Picture}
	if item.Attention, err = raw.Record.Maps(); err != nil {
		return Item{}, err
	}
	item.readPicture(filepath.Dir(path))
	return item, nil
}

// readPicture reads the item's picture, which lies in dir itself.
func (g *Item) readPicture(dir string) {
	if g.PictureFile == "" || filepath.Base(g.PictureFile) != g.PictureFile {
		g.PictureProblem = fmt.Sprintf("%q is no file name", typeset.Clean(g.PictureFile))
		return
	}
	data, err := os.ReadFile(filepath.Join(dir, g.PictureFile))
	if err == nil {
		_, _, err = image.DecodeConfig(bytes.NewReader(data))
	}
	if err != nil {
		g.PictureProblem = g.PictureFile + ": " + reason(err)
		return
	}
	g.Picture = data
}

// reason is an error without the path that the reader has seen already.
func reason(err error) string {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

// escapeGlob takes the meaning from the characters that have one in a pattern.
func escapeGlob(path string) string {
	return regexp.MustCompile(`[\[\]*?\\]`).ReplaceAllString(path, `\$0`)
}
