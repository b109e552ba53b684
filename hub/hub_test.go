package hub

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/seetell/seetell/hub/hubtest"
)

const testID = "owner/photos"

// TestMain serves as another process for the tests that need one: with
// HUB_CHILD set it downloads the test's data set as a program would.
func TestMain(m *testing.M) {
	if os.Getenv("HUB_CHILD") == "" {
		os.Exit(m.Run())
	}
	if err := child(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func child() error {
	if limit := os.Getenv("HUB_CHILD_LIMIT"); limit != "" { // a full disk
		var bytes uint64
		fmt.Sscan(limit, &bytes)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: bytes, Max: bytes}); err != nil {
			return err
		}
	}
	d, err := Parse(Datasets, testID)
	if err != nil {
		return err
	}
	c := Environment()
	c.Backoff = time.Millisecond
	s, err := c.Snapshot(context.Background(), d)
	if err != nil {
		return err
	}
	return s.Download(context.Background(), paths(s))
}

func paths(s *Snapshot) []string {
	var names []string
	for _, f := range s.Files {
		names = append(names, f.Path)
	}
	return names
}

// noise returns n bytes that a seed decides.
func noise(seed uint64, n int) []byte {
	r := rand.New(rand.NewPCG(seed, 0))
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(r.Uint32())
	}
	return data
}

// serve starts a hub with a data set of three files, one of them small.
func serve(t *testing.T) (*hubtest.Server, *hubtest.Set) {
	t.Helper()
	server := hubtest.New()
	t.Cleanup(server.Close)
	set := &hubtest.Set{Files: map[string][]byte{
		"README.md":                           []byte("---\nlicense: mit\n---\n"),
		"data/train-00000-of-00001.parquet":   noise(1, 300_000),
		"data/te st-00000-of-00001 é.parquet": noise(2, 70_000),
	}}
	server.Add(testID, set)
	return server, set
}

// connect returns a client of the server with a cache of its own.
func connect(t *testing.T, server *hubtest.Server) *Client {
	t.Helper()
	for _, name := range []string{"HF_HOME", "HF_TOKEN", "HF_HUB_OFFLINE", "HF_HUB_CACHE", "HUGGING_FACE_HUB_TOKEN"} {
		t.Setenv(name, "")
	}
	t.Setenv("HF_TOKEN_PATH", filepath.Join(t.TempDir(), "token"))
	c := Environment()
	c.Endpoint, c.Cache, c.Backoff = server.URL, t.TempDir(), time.Millisecond
	c.HeadTimeout, c.ReadTimeout = 300*time.Millisecond, 300*time.Millisecond
	return c
}

func download(c *Client, revision string) (*Snapshot, error) {
	s, err := c.Snapshot(context.Background(), Repo{Datasets, testID, revision})
	if err != nil {
		return s, err
	}
	return s, s.Download(context.Background(), paths(s))
}

// checkCache compares every file with what the server has, and the layout with
// Python's.
func checkCache(t *testing.T, server *hubtest.Server, cache string, set *hubtest.Set) {
	t.Helper()
	root := filepath.Join(cache, "datasets--owner--photos")
	for name, want := range set.Files {
		path := filepath.Join(root, "snapshots", set.Commit, name)
		got, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes, %v, want %d bytes", name, len(got), err, len(want))
		}
		link, err := os.Readlink(path)
		blob := "blobs/" + server.Digest(want)
		if up := strings.Repeat("../", 2+strings.Count(name, "/")); err != nil || link != up+blob {
			t.Errorf("%s is %q, %v, want a link to %q", name, link, err, up+blob)
		}
	}
	ref, err := os.ReadFile(filepath.Join(root, "refs", "main"))
	if err != nil || string(ref) != set.Commit {
		t.Errorf("refs/main is %q, %v, want %q", ref, err, set.Commit)
	}
	filepath.WalkDir(cache, func(path string, entry fs.DirEntry, err error) error {
		if strings.Contains(path, "incomplete") || strings.HasSuffix(path, ".tmp") {
			t.Errorf("%s was left", path)
		}
		return err
	})
}

func TestDownload(t *testing.T) {
	server, set := serve(t)
	c := connect(t, server)
	if _, err := download(c, Main); err != nil {
		t.Fatal(err)
	}
	checkCache(t, server, c.Cache, set)
	server.Requests()
	for _, revision := range []string{Main, set.Commit} {
		if _, err := download(c, revision); err != nil {
			t.Fatal(err)
		}
		for _, r := range server.Requests() {
			if revision == set.Commit || !strings.Contains(r.Path, "/revision/") {
				t.Errorf("at %s, asked %s %s for what is in the cache", revision, r.Method, r.Path)
			}
		}
	}
	server.Close()
	for _, revision := range []string{Main, set.Commit} { // no network
		if _, err := download(c, revision); err != nil {
			t.Errorf("without network at %s: %v", revision, err)
		}
	}
	c.Offline = true
	if _, err := download(c, Main); err != nil {
		t.Errorf("offline: %v", err)
	}
	if _, err := download(c, "other"); !errors.Is(err, ErrNotCached) {
		t.Errorf("offline at another revision: %v, want ErrNotCached", err)
	}
}

// TestFaults: what a retry mends is mended, the rest is told.
func TestFaults(t *testing.T) {
	const large = "parquet"
	store := func(f hubtest.Fault) *hubtest.Fault { f.InStore = true; f.Method = "GET"; return &f }
	for _, test := range []struct {
		name   string
		faults []*hubtest.Fault
		want   string // in the error; "" for none
	}{
		{"body cut", []*hubtest.Fault{store(hubtest.Fault{Times: 3, Cut: 50_000})}, ""},
		{"body cut, then the whole instead of the rest", []*hubtest.Fault{store(hubtest.Fault{Times: 1, Cut: 50_000}), store(hubtest.Fault{Times: 1, WholeRange: true})}, ""},
		{"body cut, then 416", []*hubtest.Fault{store(hubtest.Fault{Times: 1, Cut: 50_000}), store(hubtest.Fault{Times: 1, NoRange: true})}, ""},
		{"body cut always at nothing", []*hubtest.Fault{store(hubtest.Fault{Times: -1, Cut: 1, Promise: 1, Skip: 0, WholeRange: true})}, "cannot reach"},
		{"length too long", []*hubtest.Fault{store(hubtest.Fault{Times: 1, Promise: 10})}, ""},
		{"small body cut", []*hubtest.Fault{{Method: "GET", Path: "README.md", Times: 2, Cut: 5}}, ""},
		{"list cut", []*hubtest.Fault{{Path: "/revision/", Times: 1, Cut: 1}}, ""},
		{"wrong content once", []*hubtest.Fault{store(hubtest.Fault{Times: 1, Change: true})}, ""},
		{"wrong content", []*hubtest.Fault{store(hubtest.Fault{Times: -1, Change: true})}, "not what the hub's hash says"},
		{"wrong small content", []*hubtest.Fault{{Method: "GET", Path: "README.md", Times: -1, Change: true}}, "not what the hub's hash says"},
		{"wrong size", []*hubtest.Fault{{Method: "HEAD", Path: large, Times: -1, Header: http.Header{"X-Linked-Size": {"7"}}}}, "lists it with"},
		{"wrong etag", []*hubtest.Fault{{Method: "HEAD", Path: large, Times: -1, Header: http.Header{"X-Linked-Etag": {`"` + strings.Repeat("0", 64) + `"`}}}}, "lists it with SHA-256"},
		{"evil etag", []*hubtest.Fault{{Method: "HEAD", Path: "README", Times: -1, Header: http.Header{"Etag": {`"../../evil"`}}}}, "gives it the ETag"},
		{"evil path", []*hubtest.Fault{{Path: "/tree/", Times: -1, Change: true}}, "leads outside"},
		{"other commit", []*hubtest.Fault{{Method: "HEAD", Path: large, Times: -1, Header: http.Header{"X-Repo-Commit": {strings.Repeat("0", 40)}}}}, "answers for commit"},
		{"500 now and then", []*hubtest.Fault{{Times: 4, Status: 500}, store(hubtest.Fault{Times: 2, Status: 503})}, ""},
		{"500", []*hubtest.Fault{{Method: "HEAD", Times: -1, Status: 500}}, "the hub fails"},
		{"429 once", []*hubtest.Fault{{Times: 1, Status: 429, Header: http.Header{"Retry-After": {"0"}}}}, ""},
		{"429", []*hubtest.Fault{{Times: -1, Status: 429}}, "asks for fewer requests"},
		{"403 of the store", []*hubtest.Fault{store(hubtest.Fault{Times: -1, Status: 403})}, "may not be read"},
		{"404 of a file", []*hubtest.Fault{{Method: "HEAD", Path: large, Times: -1, Status: 404, Header: http.Header{"X-Error-Code": {"EntryNotFound"}}}}, "has no file"},
		{"slow", []*hubtest.Fault{store(hubtest.Fault{Times: 2, Chunk: 50_000, Pause: 20 * time.Millisecond})}, ""},
		{"silent in the body, then not", []*hubtest.Fault{store(hubtest.Fault{Times: 1, Chunk: 50_000, Pause: time.Second})}, ""},
		{"silent head, then not", []*hubtest.Fault{{Method: "HEAD", Times: 1, Pause: 600 * time.Millisecond}}, ""},
		{"silent", []*hubtest.Fault{{Method: "HEAD", Times: -1, Pause: 2 * time.Second}}, "no answer in time"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server, set := serve(t)
			c := connect(t, server)
			c.Retries = 4
			server.Fail(test.faults...)
			_, err := download(c, Main)
			if test.want != "" {
				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Fatalf("got %v, want %q", err, test.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			checkCache(t, server, c.Cache, set)
		})
	}
}

// TestWithLog: a download tells the context's log, and nobody where there is none.
func TestWithLog(t *testing.T) {
	var host bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&host, nil)))
	defer slog.SetDefault(before)
	for _, logged := range []bool{false, true} {
		server, _ := serve(t)
		var text bytes.Buffer
		ctx := context.Background()
		if logged {
			ctx = WithLog(ctx, slog.New(slog.NewTextHandler(&text, nil)))
		}
		d, err := Parse(Datasets, testID)
		if err != nil {
			t.Fatal(err)
		}
		s, err := connect(t, server).Snapshot(ctx, d)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Download(ctx, paths(s)); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(text.String(), "download begins") && strings.Contains(text.String(), "download ends"); got != logged {
			t.Errorf("with a log %v: %q", logged, text.String())
		}
	}
	if host.Len() > 0 {
		t.Errorf("the program's own log has %q", host.String())
	}
}

func TestRefusals(t *testing.T) {
	for _, test := range []struct {
		name     string
		set      hubtest.Set
		token    string
		revision string
		want     string
	}{
		{"private", hubtest.Set{Token: "hf_right"}, "", Main, "set HF_TOKEN"},
		{"private, wrong token", hubtest.Set{Token: "hf_right"}, "hf_wrong", Main, "the token that was sent may not read it"},
		{"private, right token", hubtest.Set{Token: "hf_right"}, "hf_right", Main, ""},
		{"gated", hubtest.Set{Token: "hf_right", Gated: true}, "", Main, "accept its conditions at"},
		{"no such revision", hubtest.Set{}, "", "v9", "has no revision v9"},
		{"branch with a slash", hubtest.Set{Branches: []string{"refs/convert/parquet"}}, "", "refs/convert/parquet", ""},
		{"renamed", hubtest.Set{Moved: "owner/moved"}, "", Main, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := hubtest.New()
			defer server.Close()
			test.set.Files = map[string][]byte{"a.parquet": noise(3, 5000)}
			server.Add(testID, &test.set)
			server.Add("owner/moved", &hubtest.Set{Files: test.set.Files})
			c := connect(t, server)
			c.Token = test.token
			_, err := download(c, test.revision)
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Fatalf("got %v, want %q", err, test.want)
			}
			for _, r := range server.Requests() {
				if r.Store && r.Token != "" {
					t.Errorf("the store was told the token: %s", r.Token)
				}
			}
		})
	}
	server, _ := serve(t)
	c := connect(t, server)
	if _, err := c.Snapshot(context.Background(), Repo{Datasets, "owner/absent", Main}); err == nil || !strings.Contains(err.Error(), "no data set owner/absent on the hub") {
		t.Errorf("absent: %v", err)
	}
	server.Close()
	if _, err := download(c, Main); err == nil || !strings.Contains(err.Error(), "cannot reach "+server.URL) {
		t.Errorf("no network: %v", err)
	}
}

// TestRetryAfter: the wait that the hub asks for is kept.
func TestRetryAfter(t *testing.T) {
	server, _ := serve(t)
	c := connect(t, server)
	server.Fail(&hubtest.Fault{Times: 1, Status: 429, Header: http.Header{"Retry-After": {"1"}}})
	begun := time.Now()
	if _, err := download(c, Main); err != nil {
		t.Fatal(err)
	}
	if waited := time.Since(begun); waited < time.Second {
		t.Errorf("waited %v, want a second", waited)
	}
}

func TestPages(t *testing.T) {
	server, _ := serve(t)
	server.PageSize = 2
	s, err := connect(t, server).Snapshot(context.Background(), Repo{Datasets, testID, Main})
	if err != nil || len(s.Files) != 3 {
		t.Errorf("%d files, %v, want 3", len(s.Files), err)
	}
}

func TestCopiesInsteadOfLinks(t *testing.T) {
	server, set := serve(t)
	c := connect(t, server)
	c.Copy = true
	s, err := download(c, Main)
	if err != nil {
		t.Fatal(err)
	}
	for name := range set.Files {
		if info, err := os.Lstat(s.Path(name)); err != nil || !info.Mode().IsRegular() {
			t.Errorf("%s is no file: %v", name, err)
		}
	}
	if _, err := download(c, Main); err != nil {
		t.Errorf("again: %v", err)
	}
}

func TestCancel(t *testing.T) {
	server, _ := serve(t)
	c := connect(t, server)
	server.Fail(&hubtest.Fault{InStore: true, Times: -1, Chunk: 1000, Pause: 10 * time.Millisecond})
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	s, err := c.Snapshot(ctx, Repo{Datasets, testID, Main})
	if err == nil {
		err = s.Download(ctx, paths(s))
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the context's error", err)
	}
}

func TestParse(t *testing.T) {
	for name, want := range map[string]Repo{
		"jxie/flickr8k":        {Datasets, "jxie/flickr8k", "main"},
		"a/b.c@refs/convert/x": {Datasets, "a/b.c", "refs/convert/x"},
		"a":                    {}, "a/b/c": {}, "../b": {}, "a/..": {}, "a/b@": {}, "a/b@../x": {}, "a/b--c": {},
	} {
		if got, err := Parse(Datasets, name); got != want || (err == nil) != (want.ID != "") {
			t.Errorf("Parse(%q) = %v, %v, want %v", name, got, err, want)
		}
	}
}

func TestEnvironment(t *testing.T) {
	home := t.TempDir()
	for _, name := range []string{"HF_ENDPOINT", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_TOKEN_PATH",
		"HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "XDG_CACHE_HOME", "HF_HUB_DISABLE_IMPLICIT_TOKEN", "HF_HUB_DOWNLOAD_TIMEOUT", "HF_HOME"} {
		t.Setenv(name, "")
	}
	t.Setenv("HOME", "")
	if got := Environment().Cache; !filepath.IsAbs(got) || strings.Contains(got, "~") {
		t.Errorf("cache %s without HOME, want the system's folder of the user", got)
	}
	t.Setenv("HOME", home)
	if got, want := Environment().Cache, home+"/.cache/huggingface/hub"; got != want {
		t.Errorf("cache %s, want %s", got, want)
	}
	t.Setenv("XDG_CACHE_HOME", "/x")
	if got := Environment().Cache; got != "/x/huggingface/hub" {
		t.Errorf("cache %s with XDG_CACHE_HOME", got)
	}
	t.Setenv("HF_HOME", "~/hf")
	os.MkdirAll(home+"/hf", 0o777)
	os.WriteFile(home+"/hf/token", []byte("hf_file\n"), 0o600)
	if c := Environment(); c.Cache != home+"/hf/hub" || c.Token != "hf_file" || c.Endpoint != "https://huggingface.co" || c.ReadTimeout != 10*time.Second {
		t.Errorf("with HF_HOME: %+v", c)
	}
	t.Setenv("HF_TOKEN", "hf_variable")
	t.Setenv("HF_HUB_CACHE", "/cache")
	t.Setenv("HF_ENDPOINT", "http://mirror/")
	t.Setenv("TRANSFORMERS_OFFLINE", "yes")
	t.Setenv("HF_HUB_DOWNLOAD_TIMEOUT", "30")
	if c := Environment(); c.Cache != "/cache" || c.Token != "hf_variable" || c.Endpoint != "http://mirror" || !c.Offline || c.ReadTimeout != 30*time.Second {
		t.Errorf("with everything: %+v", c)
	}
	t.Setenv("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")
	if c := Environment(); c.Token != "" {
		t.Errorf("token %s though disabled", c.Token)
	}
}
