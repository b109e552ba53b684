package dataset

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/seetell/seetell/picture"
)

// sidecarEndings are those of the text files that have a picture's captions,
// one a line, as tools for training image generators write them.
var sidecarEndings = []string{".txt", ".caption", ".cap"}

// findSidecars returns the text files that have a picture of the same name
// beside them.
func findSidecars(files []string, _ []byte) ([]part, error) {
	pictures := map[string]bool{}
	for _, name := range files {
		if picture.IsName(name) {
			pictures[strings.TrimSuffix(name, path.Ext(name))] = true
		}
	}
	var parts []part
	taken := map[string]bool{}
	for _, ending := range sidecarEndings {
		for _, name := range files {
			stem := strings.TrimSuffix(name, path.Ext(name))
			if strings.ToLower(path.Ext(name)) == ending && pictures[stem] && !taken[stem] {
				taken[stem] = true
				parts = append(parts, part{name, splitOfFile(path.Dir(name) + "/")})
			}
		}
	}
	slices.SortFunc(parts, func(a, b part) int { return strings.Compare(a.path, b.path) })
	return parts, nil
}

// openSidecars opens pictures whose captions stand in a text file of the same
// name beside each.
func openSidecars(ctx context.Context, f folder, files []part, o Options) (*Set, error) {
	return openWith(ctx, f, files, o, (*folderStore).readSidecar)
}

// readSidecar adds the picture of one text file.
func (s *folderStore) readSidecar(b *builder, p part) error {
	text, err := s.folder.readSmall(p.path)
	if err != nil {
		return err
	}
	stem := strings.TrimSuffix(p.path, path.Ext(p.path))
	it := item{captions: textLines(text), file: s.begin(p.path), split: b.split(p.split)}
	for _, ending := range picture.Endings {
		for _, spelled := range []string{ending, strings.ToUpper(ending)} {
			if name := stem + spelled; s.finder.exists(name) {
				it.name = name
				b.add(it)
				return nil
			}
		}
	}
	it.name = stem
	b.problems.add(MissingPicture, s.where(&it), "")
	return nil
}
