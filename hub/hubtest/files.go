package hubtest

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// serveFile answers resolve/revision/path: small files itself, others by a
// redirect to the store.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request, set *Set, rest string, f *Fault) {
	parts := strings.SplitN(rest, "/", 3)
	if len(parts) < 3 || parts[0] != "resolve" {
		refuse(w, http.StatusNotFound, "", nil)
		return
	}
	revision, _ := url.PathUnescape(parts[1])
	name, _ := url.PathUnescape(parts[2])
	data, ok := set.Files[name]
	switch {
	case !set.knows(revision):
		refuse(w, http.StatusNotFound, "RevisionNotFound", nil)
		return
	case !ok:
		refuse(w, http.StatusNotFound, "EntryNotFound", nil)
		return
	}
	h := w.Header()
	h.Set("X-Repo-Commit", set.Commit)
	h.Set("ETag", `"`+gitSum(data)+`"`)
	if len(data) < s.LFSSize {
		for name, values := range f.Header {
			h[name] = values
		}
		serveBytes(w, r, data, f)
		return
	}
	h.Set("X-Linked-Etag", `"`+s.Digest(data)+`"`)
	h.Set("X-Linked-Size", strconv.Itoa(len(data)))
	h.Set("Location", s.Store+"/"+s.Digest(data)+"?X-Signature=secret")
	for name, values := range f.Header {
		h[name] = values
	}
	w.WriteHeader(http.StatusFound)
}

// serveStore answers for a large file by its digest.
func (s *Server) serveStore(w http.ResponseWriter, r *http.Request) {
	s.note(r, true)
	data := s.stored(strings.TrimPrefix(r.URL.Path, "/"))
	f := s.fault(r, true)
	switch {
	case f.Status != 0:
		refuse(w, f.Status, "", f.Header)
	case data == nil:
		refuse(w, http.StatusNotFound, "", nil)
	default:
		w.Header().Set("ETag", `"`+s.Digest(data)+`"`)
		serveBytes(w, r, data, f)
	}
}

func (s *Server) stored(digest string) []byte {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, set := range s.sets {
		for ; set != nil; set = set.Converted {
			for _, data := range set.Files {
				if len(data) >= s.LFSSize && s.Digest(data) == digest {
					return data
				}
			}
		}
	}
	return nil
}

// serveBytes answers with data, or the part that Range asks for, with the
// mistakes of f.
func serveBytes(w http.ResponseWriter, r *http.Request, data []byte, f *Fault) {
	if f.Change {
		data = append([]byte(nil), data...)
		data[len(data)/2] ^= 1
	}
	status, start, h := http.StatusOK, 0, w.Header()
	if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &start); err == nil && !f.WholeRange {
		if start >= len(data) || f.NoRange {
			h.Set("Content-Range", fmt.Sprintf("bytes */%d", len(data)))
			refuse(w, http.StatusRequestedRangeNotSatisfiable, "", nil)
			return
		}
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", start, len(data)-1, len(data)))
		status, data = http.StatusPartialContent, data[start:]
	}
	h.Set("Accept-Ranges", "bytes")
	h.Set("Content-Length", strconv.Itoa(len(data)+f.Promise))
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return
	}
	if f.Cut > 0 && f.Cut < len(data) {
		data = data[:f.Cut]
	}
	sendSlowly(w, r, data, f)
}

// sendSlowly writes the body; where less than promised came, the connection ends.
func sendSlowly(w http.ResponseWriter, r *http.Request, data []byte, f *Fault) {
	chunk := f.Chunk
	if chunk == 0 {
		chunk = len(data)
	}
	for len(data) > 0 {
		n := min(chunk, len(data))
		if _, err := w.Write(data[:n]); err != nil {
			return
		}
		if data = data[n:]; f.Pause > 0 {
			http.NewResponseController(w).Flush()
			select {
			case <-r.Context().Done():
				return
			case <-time.After(f.Pause):
			}
		}
	}
	if f.Cut > 0 || f.Promise > 0 {
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}
