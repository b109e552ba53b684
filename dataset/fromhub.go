package dataset

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/seetell/seetell/hub"
)

// converted is the branch where the hub keeps its own conversion to parquet of
// sets that come in another form.
const converted = "refs/convert/parquet"

// openHub downloads a data set of the hub, where the cache has not got it, and
// opens it.
func openHub(ctx context.Context, source string, d hub.Repo, client *hub.Client, o Options) (*Set, error) {
	client.Progress = o.Progress
	chosen, err := fetch(ctx, d, client)
	if err != nil {
		return nil, err
	}
	f := folder{source: source, path: chosen.snapshot.Path("")}
	if f.within, f.below, err = chosen.snapshot.Root(); err != nil {
		return nil, err
	}
	set, err := chosen.format.open(ctx, f, chosen.parts, o)
	if err != nil {
		return nil, err
	}
	set.Name, set.Revision = d.ID, chosen.snapshot.Commit
	return set, nil
}

// Download brings a data set of the hub into the cache and returns the folder
// that its files are in.
func Download(ctx context.Context, d hub.Repo, client *hub.Client) (folder string, err error) {
	chosen, err := fetch(ctx, d, client)
	if err != nil {
		return "", err
	}
	return chosen.snapshot.Path(""), nil
}

// choice is what is needed of a snapshot.
type choice struct {
	snapshot *hub.Snapshot
	format   *format
	parts    []part // below the snapshot's folder
}

// fetch looks the data set up, chooses its data files and downloads them. A
// set of another form is taken from the hub's own conversion.
func fetch(ctx context.Context, d hub.Repo, client *hub.Client) (*choice, error) {
	snapshot, err := client.Snapshot(ctx, d)
	if err != nil {
		return nil, err
	}
	chosen, err := chooseOf(ctx, snapshot)
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
func fetchConverted(ctx context.Context, d hub.Repo, client *hub.Client) (*choice, error) {
	snapshot, err := client.Snapshot(ctx, hub.Repo{Kind: d.Kind, ID: d.ID, Revision: converted})
	var refused *hub.Error
	if errors.As(err, &refused) && refused.Status == 404 || errors.Is(err, hub.ErrNotCached) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return chooseOf(ctx, snapshot)
}

// chooseOf picks and downloads the data files of a snapshot; nil where it has
// none of a known form.
func chooseOf(ctx context.Context, s *hub.Snapshot) (*choice, error) {
	var all []string
	for _, f := range s.Files {
		all = append(all, f.Path)
	}
	card, err := readCard(ctx, s, all)
	if err != nil {
		return nil, err
	}
	format, parts, err := choose(all, card)
	if errors.Is(err, errNoData) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Repo, err)
	}
	return &choice{s, format, parts}, s.Download(ctx, format.needs(all, parts))
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
	return folder{path: s.Path("")}.card()
}
