package hub

import (
	"context"
	"fmt"
)

// Fetch brings one file of a repository into the cache, unless it is there, and
// returns its path. Choose picks its name among those of all files.
func (c *Client) Fetch(ctx context.Context, r Repo, choose func(names []string) (string, error)) (string, error) {
	s, err := c.Snapshot(ctx, r)
	if err != nil {
		return "", err
	}
	names := make([]string, len(s.Files))
	for i, f := range s.Files {
		names[i] = f.Path
	}
	name, err := choose(names)
	if err != nil {
		return "", fmt.Errorf("%s on the hub: %w", r, err)
	}
	return s.Path(name), s.Download(ctx, []string{name})
}
