package serve

import (
	_ "embed"
	"net/http"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// openAPI describes all routes, in OpenAPI 3.1.
//
//go:embed openapi.json
var openAPI []byte

// operations is for whoever runs the server.
type operations struct{ *Server }

// routes are those of whoever runs the server.
func (s operations) routes(mux *http.ServeMux) {
	for _, path := range []string{"/healthz", "/health", "/v2/health/live"} {
		s.handleOpen(mux, "GET "+path, plainDialect, s.healthy)
	}
	for _, path := range []string{"/readyz", "/v2/health/ready"} {
		s.handleOpen(mux, "GET "+path, plainDialect, s.ready)
	}
	s.handleOpen(mux, "GET /openapi.json", plainDialect, func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Content-Type", "application/json")
		_, err := w.Write(openAPI)
		return ignoreLeft(err)
	})
	metrics := promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{})
	s.handle(mux, "GET /metrics", plainDialect, func(w http.ResponseWriter, r *http.Request) error {
		metrics.ServeHTTP(w, r)
		return nil
	})
}

// healthy tells that the process lives.
func (s operations) healthy(w http.ResponseWriter, r *http.Request) error {
	writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
	return nil
}

// ready tells whether new requests are welcome: until the end is asked for.
func (s operations) ready(w http.ResponseWriter, r *http.Request) error {
	if s.draining.Load() {
		writeJSON(w, http.StatusServiceUnavailable, map[string]string{"status": "draining"})
		return nil
	}
	writeJSON(w, http.StatusOK, map[string]string{"status": "ready"})
	return nil
}

// ignoreLeft drops the error of writing to a client that left.
func ignoreLeft(error) error { return nil }
