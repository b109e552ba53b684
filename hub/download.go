package hub

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"
)

// Download brings the named files into the cache, several at once, unless they
// are there. The first that fails stops the others; what they have stays, and
// the next call continues there.
func (s *Snapshot) Download(ctx context.Context, names []string) error {
	missing, err := s.missing(names)
	if err != nil || len(missing) == 0 {
		return err
	}
	if s.client.Offline {
		return fmt.Errorf("%s: %s: %w in %s, and HF_HUB_OFFLINE is set", s.Repo, missing[0].Path, ErrNotCached, s.client.Cache)
	}
	bar := newBar(ctx, s.client.Progress, s.Repo.String(), missing)
	defer bar.close()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(s.client.Workers, 1))
	for _, file := range missing {
		group.Go(func() error {
			if err := s.fetch(ctx, file, bar); err != nil {
				return fmt.Errorf("download %s: %s: %w", s.Repo, file.Path, err)
			}
			bar.fileDone()
			return nil
		})
	}
	return group.Wait()
}

// missing returns the files of these names that are not in the snapshot yet.
func (s *Snapshot) missing(names []string) ([]File, error) {
	var missing []File
	for _, name := range names {
		i := slices.IndexFunc(s.Files, func(f File) bool { return f.Path == name })
		if i < 0 {
			return nil, fmt.Errorf("%s has no file %s", s.Repo, name)
		}
		if !exists(s.Path(name)) {
			missing = append(missing, s.Files[i])
		}
	}
	return missing, nil
}

// about is what the hub says of a file before it is fetched.
type about struct {
	etag string
	size int64
}

// resolve is the address of a file at the snapshot's commit.
func (s *Snapshot) resolve(name string) string {
	parts := strings.Split(name, "/")
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	return fmt.Sprintf("%s/%s%s/resolve/%s/%s", s.client.Endpoint, s.Repo.Kind.path(), s.Repo.ID, s.Commit, strings.Join(parts, "/"))
}

// etagName is what may become a blob's file name.
var etagName = regexp.MustCompile(`^[0-9A-Za-z_][0-9A-Za-z_.=+-]{0,127}$`)

// head asks what the file is.
func (s *Snapshot) head(ctx context.Context, file File) (about, error) {
	answer, err := s.client.do(ctx, request{method: http.MethodHead, url: s.resolve(file.Path), repo: s.Repo, file: file.Path})
	if err != nil {
		return about{}, err
	}
	defer answer.Body.Close()
	h := answer.Header
	a := about{etag: bare(first(h.Get("X-Linked-Etag"), h.Get("ETag"))), size: file.Size}
	length := h.Get("X-Linked-Size")
	if length == "" && answer.StatusCode < 300 {
		length = h.Get("Content-Length")
	}
	if n, err := strconv.ParseInt(length, 10, 64); err == nil {
		a.size = n
	}
	switch commit := h.Get("X-Repo-Commit"); {
	case commit != "" && commit != s.Commit:
		return a, fmt.Errorf("the hub answers for commit %.12s instead of %.12s", commit, s.Commit)
	case !etagName.MatchString(a.etag):
		return a, fmt.Errorf("the hub gives it the ETag %q", a.etag)
	case file.SHA256 != "" && a.etag != file.SHA256:
		return a, fmt.Errorf("the hub lists it with SHA-256 %.12s… and offers %.12s…", file.SHA256, a.etag)
	case file.Size != a.size:
		return a, fmt.Errorf("the hub lists it with %d bytes and offers %d", file.Size, a.size)
	}
	return a, nil
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// bare strips an ETag's quotes and the mark of a weak one.
func bare(etag string) string { return strings.Trim(strings.TrimPrefix(etag, "W/"), `"`) }

// fetch brings one file into the cache.
func (s *Snapshot) fetch(ctx context.Context, file File, bar *bar) error {
	a, err := s.head(ctx, file)
	if err != nil {
		return err
	}
	release, err := s.lock(ctx, a.etag)
	if err != nil {
		return err
	}
	defer release()
	blob := s.blob(a.etag)
	if !exists(s.Path(file.Path)) && !exists(blob) {
		if err := s.fill(ctx, file, a, blob, bar); err != nil {
			return err
		}
	} else {
		bar.add(file.Size)
	}
	return s.place(blob, file.Path)
}

var errHash = errors.New("its content is not what the hub's hash says")
