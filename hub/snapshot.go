package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// File is a file of a repository.
type File struct {
	Path   string // with slashes
	Size   int64
	Blob   string // git's SHA-1 of it
	SHA256 string // of a file kept by LFS or Xet, else ""
}

// Snapshot is a repository at one commit.
type Snapshot struct {
	Repo   Repo
	Commit string
	Files  []File // by path
	Cached bool   // no network was to be had or wanted: Files may be what the cache has

	client *Client
}

// Snapshot looks up the commit of a repository's revision and the files in it.
// A commit that the cache knows needs no network; without network, a revision
// is what it was when it was last looked up.
func (c *Client) Snapshot(ctx context.Context, d Repo) (*Snapshot, error) {
	s := &Snapshot{Repo: d, client: c}
	if c.Offline {
		return s, s.fromCache(errors.New("HF_HUB_OFFLINE is set"))
	}
	err := s.look(ctx)
	var refused *Error
	if err != nil && ctx.Err() == nil && !(errors.As(err, &refused) && refused.Status < 500) {
		if s.fromCache(err) == nil {
			return s, nil
		}
	}
	return s, err
}

// look asks the hub.
func (s *Snapshot) look(ctx context.Context) error {
	if commitName.MatchString(s.Repo.Revision) {
		s.Commit = s.Repo.Revision
	} else {
		var info struct{ SHA string }
		if _, err := s.client.getJSON(ctx, s.Repo, s.api("revision", s.Repo.Revision), &info); err != nil {
			return err
		}
		if !commitName.MatchString(info.SHA) {
			return fmt.Errorf("%s: the hub names no commit but %q", s.Repo, info.SHA)
		}
		s.Commit = info.SHA
	}
	if err := s.writeRef(); err != nil && !isReadOnly(err) {
		return err
	}
	if files, err := s.readTree(); err == nil {
		s.Files = files
		return nil
	}
	files, err := s.client.tree(ctx, s.Repo, s.api("tree", s.Commit)+"?recursive=true&expand=false")
	if err != nil {
		return err
	}
	s.Files = files
	if err := s.writeTree(); err != nil && !isReadOnly(err) {
		return err
	}
	return nil
}

func (s *Snapshot) api(what, revision string) string {
	return fmt.Sprintf("%s/api/%s/%s/%s/%s", s.client.Endpoint, s.Repo.Kind, s.Repo.ID, what, url.PathEscape(revision))
}

// getJSON asks for an address, decodes the answer, and returns the address of
// the next page, or "".
func (c *Client) getJSON(ctx context.Context, d Repo, address string, into any) (next string, err error) {
	data, answer, err := c.read(ctx, request{method: http.MethodGet, url: address, repo: d, hops: 1})
	if err != nil {
		return "", err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return "", fmt.Errorf("%s: not the answer of a hub: %w", address, err)
	}
	return nextPage(answer), nil
}

// treeEntry is an element of the hub's answer.
type treeEntry struct {
	Type, Path, OID string
	Size            int64
	LFS             *struct {
		OID  string
		Size int64
	}
}

// tree lists the files below an address, page by page.
func (c *Client) tree(ctx context.Context, d Repo, address string) ([]File, error) {
	var files []File
	for page := 0; address != "" && page < 10000; page++ {
		var entries []treeEntry
		next, err := c.getJSON(ctx, d, address, &entries)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if e.Type == "file" {
				files = append(files, e.file())
			}
		}
		address = next
	}
	return files, safePaths(files)
}

// nextLink is the address of the next page in a Link header.
var nextLink = regexp.MustCompile(`<([^>]+)>\s*;\s*rel="next"`)

func nextPage(answer *http.Response) string {
	match := nextLink.FindStringSubmatch(answer.Header.Get("Link"))
	if match == nil {
		return ""
	}
	next, err := answer.Request.URL.Parse(match[1])
	if err != nil {
		return ""
	}
	return next.String()
}

func (e treeEntry) file() File {
	f := File{Path: e.Path, Size: e.Size, Blob: e.OID}
	if e.LFS != nil {
		f.SHA256, f.Size = e.LFS.OID, e.LFS.Size
	}
	return f
}

// safePaths refuses names that would leave the cache.
func safePaths(files []File) error {
	for _, f := range files {
		if !filepath.IsLocal(filepath.FromSlash(f.Path)) || strings.Contains(f.Path, `\`) {
			return fmt.Errorf("the hub lists a file by the name %q, which leads outside", f.Path)
		}
	}
	return nil
}

// fromCache finds the snapshot that the cache has; why says what else failed.
func (s *Snapshot) fromCache(why error) error {
	s.Cached = true
	s.Commit = s.Repo.Revision
	if !commitName.MatchString(s.Commit) {
		data, err := os.ReadFile(s.ref())
		if err != nil {
			return fmt.Errorf("%s: %w in %s: %w", s.Repo, ErrNotCached, s.client.Cache, why)
		}
		s.Commit = strings.TrimSpace(string(data))
		if !commitName.MatchString(s.Commit) {
			return fmt.Errorf("%s names no commit but %q; delete it", s.ref(), s.Commit)
		}
	}
	files, err := s.readTree()
	if err != nil {
		files, err = s.walk()
	}
	if err != nil || len(files) == 0 {
		return fmt.Errorf("%s at %.12s: %w in %s: %w", s.Repo, s.Commit, ErrNotCached, s.client.Cache, why)
	}
	s.Files = files
	return nil
}

// Path returns where a file is, or will be once downloaded.
func (s *Snapshot) Path(name string) string {
	return filepath.Join(s.folder(), "snapshots", s.Commit, filepath.FromSlash(name))
}

// Root returns the repository's own folder of the cache, which holds the blobs
// that its snapshots link to, and the path of this snapshot below it. Names and
// links that are opened in the root lead nowhere else.
func (s *Snapshot) Root() (root *os.Root, below string, err error) {
	if root, err = os.OpenRoot(s.folder()); err != nil {
		return nil, "", err
	}
	return root, filepath.Join("snapshots", s.Commit), nil
}
