package dataset

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/seetell/seetell/internal/annotations"
	"github.com/seetell/seetell/picture"
)

// sidecarEndings are those of the text files that have a picture's captions,
// one a line, as tools for training image generators write them, or in JSON, as
// img2dataset does.
var sidecarEndings = []string{".txt", ".caption", ".cap", ".json"}

// findSidecars returns the text files that have a picture of the same name
// beside them.
func findSidecars(files []string, _ []byte) ([]part, error) {
	pictures := picturesByStem(files)
	var parts []part
	taken := map[string]bool{}
	for _, ending := range sidecarEndings {
		for _, name := range files {
			of := pictures[stem(name)]
			if strings.ToLower(path.Ext(name)) == ending && of != "" && !taken[of] {
				taken[of] = true
				parts = append(parts, part{name, splitOfFile(path.Dir(name) + "/")})
			}
		}
	}
	slices.SortFunc(parts, func(a, b part) int { return strings.Compare(a.path, b.path) })
	return parts, nil
}

// picturesByStem returns the pictures among files by their names without and
// with endings: a.txt and a.jpg.txt both stand beside a.jpg.
func picturesByStem(files []string) map[string]string {
	pictures := map[string]string{}
	for _, name := range files {
		if picture.IsName(name) {
			pictures[stem(name)], pictures[comparable(name)] = name, name
		}
	}
	return pictures
}

// stem returns a name without its ending, in the form in which names of Macs
// and of other machines are the same.
func stem(name string) string { return comparable(strings.TrimSuffix(name, path.Ext(name))) }

// openSidecars opens pictures whose captions stand in a text file of the same
// name beside each.
func openSidecars(ctx context.Context, f folder, files []part, o Options) (*Set, error) {
	all, err := f.files()
	if err != nil {
		return nil, err
	}
	pictures := picturesByStem(all)
	return openWith(ctx, f, files, o, func(s *folderStore, b *builder, p part) error { return s.readSidecar(b, p, pictures) })
}

// readSidecar adds the picture that stands beside one text file.
func (s *folderStore) readSidecar(b *builder, p part, pictures map[string]string) error {
	text, err := s.folder.readSmall(p.path)
	if err != nil {
		return err
	}
	captions := textLines(text)
	if hasEnding(".json")(p.path) {
		if captions, err = annotations.Captions(text); err != nil {
			return fmt.Errorf("%s: %w", s.folder.join(p.path), err)
		}
	}
	name := pictures[stem(p.path)]
	b.add(item{name: name, captions: captions, file: s.begin(p.path), split: b.split(p.split)})
	return nil
}
