// Package hub downloads data sets and models from the Hugging Face hub into the cache
// that Python's huggingface_hub has, in its layout: what either has downloaded
// the other finds, and locks of either keep the other waiting.
//
// A download that broke off, or whose process was killed, continues where it
// stood; every file is checked against the hash that the hub gives before it
// is put in its place. The protocol follows huggingface_hub's file_download.py,
// hf_api.py and _tree_cache.py, and the hub's documentation.
package hub

import (
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// Client downloads from one endpoint into one cache. It may be used by many
// goroutines at once.
type Client struct {
	Endpoint string // without a slash at its end
	Cache    string // root folder
	Token    string // sent to the endpoint's host alone; "" for none
	Offline  bool   // use what is in the cache and nothing else
	Copy     bool   // leave files, not links, in snapshots

	Progress io.Writer // where to draw progress; nil or no terminal: nowhere, and WithLog's log is told
	Workers  int       // files at once

	HeadTimeout time.Duration // for an answer's head
	ReadTimeout time.Duration // for the next bytes of a body
	Retries     int           // of a request, one after another, that brings nothing
	Backoff     time.Duration // before the first retry; doubles up to eight times itself

	HTTP *http.Client
}

// Environment returns a client as the variables of huggingface_hub ask for it:
// HF_ENDPOINT, HF_HOME, HF_HUB_CACHE, HF_TOKEN and the others.
func Environment() *Client {
	return &Client{
		Endpoint: endpoint(), Cache: cacheRoot(), Token: token(),
		Offline: isTrue("HF_HUB_OFFLINE") || isTrue("TRANSFORMERS_OFFLINE"), Copy: isTrue("HF_HUB_DISABLE_SYMLINKS"),
		Workers: 4, HeadTimeout: seconds("HF_HUB_ETAG_TIMEOUT"), ReadTimeout: seconds("HF_HUB_DOWNLOAD_TIMEOUT"),
		Retries: 5, Backoff: time.Second, HTTP: newHTTP(),
	}
}

// newHTTP returns an HTTP client that leaves redirects to us: which host the
// token may go to is decided at each.
func newHTTP() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableCompression = true // sizes are the files' own
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// Kind is what a repository of the hub holds.
type Kind string

// The kinds of repositories, as the hub's addresses call them.
const (
	Datasets Kind = "datasets"
	Models   Kind = "models"
)

// noun is what messages call it.
func (k Kind) noun() string {
	if k == Models {
		return "model"
	}
	return "data set"
}

// path is what stands before a repository's name in the address of its page and
// of its files.
func (k Kind) path() string {
	if k == Models {
		return ""
	}
	return string(k) + "/"
}

// Repo is a repository of the hub at a revision: a branch, a tag, or a commit.
type Repo struct {
	Kind         Kind
	ID, Revision string
}

// Main is the revision where none is asked for.
const Main = "main"

var (
	repoName   = regexp.MustCompile(`^[\w-][\w.-]*/[\w-][\w.-]*$`)
	commitName = regexp.MustCompile(`^[0-9a-f]{40}$`)
)

// Parse reads owner/name or owner/name@revision.
func Parse(kind Kind, name string) (Repo, error) {
	id, revision, given := strings.Cut(name, "@")
	switch {
	case !repoName.MatchString(id) || strings.Contains(id, "..") || strings.Contains(id, "--"):
		return Repo{}, fmt.Errorf("%q is not the name of a %s on the hub: owner/name or owner/name@revision", name, kind.noun())
	case !given:
		revision = Main
	case revision == "" || !filepath.IsLocal(revision):
		return Repo{}, fmt.Errorf("%q: no revision %q", name, revision)
	}
	return Repo{kind, id, revision}, nil
}

func (r Repo) String() string {
	if r.Revision == Main {
		return r.ID
	}
	return r.ID + "@" + r.Revision
}
