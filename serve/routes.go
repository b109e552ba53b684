package serve

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
)

// dialect is how one kind of client wants to be told of a failure.
type dialect struct {
	fail func(w http.ResponseWriter, r *http.Request, f *failure)
}

// handler answers a request, or says why not.
type handler func(w http.ResponseWriter, r *http.Request) error

// routes lists what the server answers. Each dialect, a type of its own around
// the server, adds its own.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for _, part := range []interface{ routes(*http.ServeMux) }{
		native{s}, huggingFace{s}, ollama{s}, openAI{s}, photoPrism{s}, ibmMAX{s}, operations{s}, page{s},
	} {
		part.routes(mux)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h, pattern := mux.Handler(r); pattern == "" {
			s.noRoute(w, r, h)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// noRoute says in JSON what the mux says in plain text: no such path, or not
// with this method.
func (s *Server) noRoute(w http.ResponseWriter, r *http.Request, h http.Handler) {
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, r)
	if allow := answer.Header().Get("Allow"); allow != "" {
		w.Header().Set("Allow", allow)
		plainDialect.fail(w, r, refuse(http.StatusMethodNotAllowed, "no route", "%s is not answered here, but %s", r.Method, allow))
		return
	}
	plainDialect.fail(w, r, refuse(http.StatusNotFound, "no route", "nothing is at this path; /openapi.json describes what is"))
}

// handle adds a route that needs the key, if there is one.
func (s *Server) handle(mux *http.ServeMux, pattern string, d dialect, h handler) {
	s.handleOpen(mux, pattern, d, func(w http.ResponseWriter, r *http.Request) error {
		if err := (guard{s}).checkKey(r); err != nil {
			w.Header().Set("WWW-Authenticate", `Bearer realm="seetell"`)
			return err
		}
		return h(w, r)
	})
}

// handleOpen adds a route for everybody.
func (s *Server) handleOpen(mux *http.ServeMux, pattern string, d dialect, h handler) {
	mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		exchangeOf(r.Context()).route = pattern
		if err := h(w, r); err != nil {
			s.fail(w, r, d, err)
		}
	})
}

func (s *Server) fail(w http.ResponseWriter, r *http.Request, d dialect, err error) {
	f := failureOf(err)
	x := exchangeOf(r.Context())
	x.refused = f.reason
	if f.status >= 500 {
		x.trouble = err
	}
	s.metrics.rejected.WithLabelValues(f.reason).Inc()
	if f.status == statusClientLeft {
		x.status = statusClientLeft
		panic(http.ErrAbortHandler) // closes the connection without an answer
	}
	unread := f.status != http.StatusRequestTimeout && x.unread(r)
	if unread {
		w.Header().Set("Connection", "close")
	}
	d.fail(w, r, f)
	if unread {
		s.readOn(w, r)
	}
}

// plainDialect is the form of Hugging Face, Ollama and our own routes:
// {"error":"text"}.
var plainDialect = dialect{fail: func(w http.ResponseWriter, r *http.Request, f *failure) {
	writeFailure(w, f, f.status, map[string]any{"error": f.text})
}}

// writeFailure writes a failure's body, and when to come again.
func writeFailure(w http.ResponseWriter, f *failure, status int, body any) {
	if f.retryAfter > 0 {
		w.Header().Set("Retry-After", wholeSeconds(f.retryAfter))
	}
	writeJSON(w, status, body)
}

// writeJSON writes value as the whole answer. Its length is told, so that a
// client is done with it before the connection is.
func writeJSON(w http.ResponseWriter, status int, value any) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // of texts and numbers: it cannot fail
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(text.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(text.Bytes()) // a client that left reads nothing
}
