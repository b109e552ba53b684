// Package hubtest is a hub on loopback for tests: it speaks the part of the
// Hugging Face hub's protocol that data sets and models need, and makes the mistakes that
// it is told to make.
package hubtest

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Server is a hub and, on another port, the store that keeps its large files.
type Server struct {
	URL   string // of the hub
	Store string // of the store

	PageSize int // entries of a page of the tree; 0: all
	LFSSize  int // files this long are kept by the store

	hub, store *httptest.Server
	mutex      sync.Mutex
	sets       map[string]*Set
	faults     []*Fault
	requests   []Request
}

// Set is a data set or model at one commit, which is known by its branches too.
type Set struct {
	Commit   string
	Branches []string
	Files    map[string][]byte
	Token    string // that is asked for; "" for none
	Gated    bool   // what is said without it
	Moved    string // id that requests are redirected to

	Converted *Set // what the branch refs/convert/parquet has, if anything
}

// Request is what a client asked.
type Request struct {
	Store        bool
	Method, Path string
	Range, Token string
}

// Fault is a mistake, made so many times on requests that it fits.
type Fault struct {
	Method, Path string // the method, and a part of the path; "" fits any
	InStore      bool   // only requests of the store
	Times        int    // how often; -1 always
	Skip         int    // so many fitting requests pass first

	Status     int           // answer with this status and no more
	Header     http.Header   // of that answer, or added to the right one
	Cut        int           // end the connection after so many bytes of the body
	Promise    int           // tell a length so much longer than the body is
	Change     bool          // change a byte of the body
	Pause      time.Duration // before every chunk of the body, or before the answer's head where Chunk is 0
	Chunk      int           // bytes of a chunk
	WholeRange bool          // answer a Range request with the whole
	NoRange    bool          // answer a Range request with 416
}

// New starts a server; Close ends it.
func New() *Server {
	s := &Server{sets: map[string]*Set{}, LFSSize: 1 << 10}
	s.hub = httptest.NewServer(http.HandlerFunc(s.serveHub))
	s.store = httptest.NewServer(http.HandlerFunc(s.serveStore))
	s.URL, s.Store = s.hub.URL, s.store.URL
	return s
}

// Close ends the server.
func (s *Server) Close() {
	s.hub.CloseClientConnections()
	s.store.CloseClientConnections()
	s.hub.Close()
	s.store.Close()
}

// Add offers a data set. Without a commit it gets one made of its files.
func (s *Server) Add(id string, set *Set) { s.add(id, set) }

// AddModel offers a model.
func (s *Server) AddModel(id string, set *Set) { s.add(modelKey+id, set) }

// modelKey stands before the ids of models among those of data sets.
const modelKey = "models/"

func (s *Server) add(id string, set *Set) {
	set.complete("main")
	if set.Converted != nil {
		set.Converted.complete("refs/convert/parquet")
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.sets[id] = set
}

// complete gives the set a commit and a branch.
func (set *Set) complete(branch string) {
	if set.Commit == "" {
		h := sha1.New()
		for _, name := range names(set) {
			fmt.Fprintf(h, "%s %d %x\n", name, len(set.Files[name]), sha1.Sum(set.Files[name]))
		}
		set.Commit = fmt.Sprintf("%x", h.Sum(nil))
	}
	if set.Branches == nil {
		set.Branches = []string{branch}
	}
}

// Fail makes the server make mistakes from now on.
func (s *Server) Fail(faults ...*Fault) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.faults = append(s.faults, faults...)
}

// Requests returns what was asked since the last call.
func (s *Server) Requests() []Request {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	asked := s.requests
	s.requests = nil
	return asked
}

// fault takes the first fault that fits.
func (s *Server) fault(r *http.Request, store bool) *Fault {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, f := range s.faults {
		fits := f.Times != 0 && (f.Method == "" || f.Method == r.Method) && strings.Contains(r.URL.Path, f.Path) && (store || !f.InStore)
		if !fits {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		f.Times--
		return f
	}
	return &Fault{}
}

func (s *Server) note(r *http.Request, store bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.requests = append(s.requests, Request{Store: store, Method: r.Method, Path: r.URL.Path, Range: r.Header.Get("Range"), Token: r.Header.Get("Authorization")})
}

func names(set *Set) []string {
	var all []string
	for name := range set.Files {
		all = append(all, name)
	}
	sort.Strings(all)
	return all
}

func (s *Server) serveHub(w http.ResponseWriter, r *http.Request) {
	s.note(r, false)
	f := s.fault(r, false)
	if f.Status != 0 {
		refuse(w, f.Status, "", f.Header)
		return
	}
	if f.Pause > 0 && f.Chunk == 0 {
		time.Sleep(f.Pause)
	}
	id, rest, ok := s.find(r.URL.EscapedPath())
	if !ok {
		refuse(w, http.StatusNotFound, "RepoNotFound", nil)
		return
	}
	s.mutex.Lock()
	set := s.sets[id]
	s.mutex.Unlock()
	if c := set.Converted; c != nil && (strings.Contains(r.URL.EscapedPath(), "refs%2Fconvert%2Fparquet") || strings.Contains(rest, c.Commit)) {
		set = c
	}
	switch {
	case set.Moved != "":
		w.Header().Set("Location", strings.Replace(r.URL.RequestURI(), id, set.Moved, 1))
		w.WriteHeader(http.StatusTemporaryRedirect)
	case set.Token != "" && r.Header.Get("Authorization") != "Bearer "+set.Token && set.Gated:
		refuse(w, http.StatusForbidden, "GatedRepo", nil)
	case set.Token != "" && r.Header.Get("Authorization") != "Bearer "+set.Token:
		refuse(w, http.StatusUnauthorized, "RepoNotFound", nil)
	case strings.HasPrefix(r.URL.Path, "/api/"):
		s.serveAPI(w, r, set, id, rest, f)
	default:
		s.serveFile(w, r, set, rest, f)
	}
}

// find cuts the path into the id of a data set or model, and what follows, still
// escaped. The pages of models alone have no word before their id.
func (s *Server) find(path string) (id, rest string, ok bool) {
	path, api := strings.CutPrefix(path, "/api")
	key := ""
	path, ok = strings.CutPrefix(path, "/datasets/")
	if !ok {
		key = modelKey
		path, ok = strings.CutPrefix(path, "/models/")
	}
	if !ok && !api {
		path, ok = strings.TrimPrefix(path, "/"), true
	}
	parts := strings.SplitN(path, "/", 3)
	if !ok || len(parts) < 2 {
		return "", "", false
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	id = key + parts[0] + "/" + parts[1]
	if len(parts) == 3 {
		rest = parts[2]
	}
	return id, rest, s.sets[id] != nil
}

func refuse(w http.ResponseWriter, status int, code string, header http.Header) {
	for name, values := range header {
		w.Header()[name] = values
	}
	if code != "" {
		w.Header().Set("X-Error-Code", code)
		w.Header().Set("X-Error-Message", "refused by the test's server")
	}
	w.WriteHeader(status)
}

// Digest returns the ETag of a file: the SHA-256 of one in the store, else
// git's SHA-1.
func (s *Server) Digest(data []byte) string {
	if len(data) >= s.LFSSize {
		return fmt.Sprintf("%x", sha256.Sum256(data))
	}
	return gitSum(data)
}

func gitSum(data []byte) string {
	return fmt.Sprintf("%x", sha1.Sum(append([]byte("blob "+strconv.Itoa(len(data))+"\x00"), data...)))
}

func writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(value)
}
