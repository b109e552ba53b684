package dataset

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/seetell/seetell/hub"
)

// converted is the branch where the hub keeps its own conversion to parquet of
// sets that come in another form.
const converted = "refs/convert/parquet"

// openHub downloads a data set of the hub, where the cache has not got it, and
// opens it.
func openHub(ctx context.Context, source string, d hub.Dataset, client *hub.Client, o Options) (*Set, error) {
	client.Progress = o.Progress
	chosen, err := fetch(ctx, d, client)
	if err != nil {
		return nil, err
	}
	set, err := chosen.open(ctx, source, o)
	if err != nil {
		return nil, err
	}
	set.Name, set.Revision = d.ID, chosen.snapshot.Commit
	return set, nil
}

// Download brings a data set of the hub into the cache and returns the folder
// that its files are in.
func Download(ctx context.Context, d hub.Dataset, client *hub.Client) (folder string, err error) {
	chosen, err := fetch(ctx, d, client)
	if err != nil {
		return "", err
	}
	return chosen.snapshot.Path(""), nil
}

// choice is what is needed of a snapshot.
type choice struct {
	snapshot *hub.Snapshot
	kind     string // parquet, tar or annotations
	parts    []part // below the snapshot's folder
}

// fetch looks the data set up, chooses its data files and downloads them. A
// set of another form is taken from the hub's own conversion.
func fetch(ctx context.Context, d hub.Dataset, client *hub.Client) (*choice, error) {
	snapshot, err := client.Snapshot(ctx, d)
	if err != nil {
		return nil, err
	}
	chosen, err := choose(ctx, snapshot)
	if err != nil || chosen != nil {
		return chosen, err
	}
	if d.Revision == hub.Main {
		chosen, err := fetchConverted(ctx, d, client)
		if err != nil || chosen != nil {
			return chosen, err
		}
	}
	return nil, fmt.Errorf("%s: no parquet files, webdataset tar files, or pictures with a captions file among its %d files, and no conversion to parquet", d, len(snapshot.Files))
}

// fetchConverted brings the hub's own conversion of a set; nil where there is none.
func fetchConverted(ctx context.Context, d hub.Dataset, client *hub.Client) (*choice, error) {
	snapshot, err := client.Snapshot(ctx, hub.Dataset{ID: d.ID, Revision: converted})
	var refused *hub.Error
	if errors.As(err, &refused) && refused.Status == 404 || errors.Is(err, hub.ErrNotCached) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return choose(ctx, snapshot)
}

// choose picks and downloads the data files of a snapshot; nil where it has
// none of a known kind.
func choose(ctx context.Context, s *hub.Snapshot) (*choice, error) {
	var all []string
	for _, f := range s.Files {
		all = append(all, f.Path)
	}
	readme, err := readCard(ctx, s, all)
	if err != nil {
		return nil, err
	}
	for _, kind := range []string{"parquet", "tar"} {
		files := slices.DeleteFunc(slices.Clone(all), func(name string) bool { return path.Ext(name) != "."+kind })
		if len(files) == 0 {
			continue
		}
		parts, err := chooseParts(readme, files)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.Dataset, err)
		}
		var names []string
		for _, p := range parts {
			names = append(names, p.path)
		}
		return &choice{s, kind, parts}, s.Download(ctx, names)
	}
	return chooseAnnotations(ctx, s, all)
}

// readCard returns the text of README.md, if there is one.
func readCard(ctx context.Context, s *hub.Snapshot, all []string) ([]byte, error) {
	if !slices.Contains(all, "README.md") {
		return nil, nil
	}
	if err := s.Download(ctx, []string{"README.md"}); err != nil {
		if s.Cached && errors.Is(err, hub.ErrNotCached) {
			return nil, nil // the cache has the data without it
		}
		return nil, err
	}
	return os.ReadFile(s.Path("README.md"))
}

// chooseAnnotations takes a folder of pictures with a captions file, whole.
func chooseAnnotations(ctx context.Context, s *hub.Snapshot, all []string) (*choice, error) {
	pictures, annotations := 0, 0
	var names []string
	for _, name := range all {
		switch {
		case pictureFile.MatchString(name):
			pictures++
		case slices.ContainsFunc([]string{".txt", ".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".token"}, func(ending string) bool { return strings.HasSuffix(name, ending) }):
			annotations++
		default:
			continue
		}
		names = append(names, name)
	}
	if pictures == 0 || annotations == 0 {
		return nil, nil
	}
	return &choice{s, "annotations", nil}, s.Download(ctx, names)
}

// open opens what was downloaded.
func (c *choice) open(ctx context.Context, source string, o Options) (*Set, error) {
	parts := make([]part, len(c.parts))
	for i, p := range c.parts {
		parts[i] = part{c.snapshot.Path(p.path), p.split}
	}
	switch c.kind {
	case "parquet":
		return openParquet(ctx, source, source, parts, o)
	case "tar":
		return openTars(ctx, source, parts, o)
	}
	folder := c.snapshot.Path("")
	annotations, err := findAnnotations(folder)
	if err == nil && len(annotations) == 0 {
		err = fmt.Errorf("%s: %w", filepath.Base(folder), errNoAnnotations)
	}
	if err != nil {
		return nil, err
	}
	return openAnnotations(ctx, source, folder, annotations, o)
}
