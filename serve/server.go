package serve

import (
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
)

// Server is the handler of all routes. Close it when it is no longer served.
type Server struct {
	options  Options
	model    Model
	metrics  *metrics
	queue    *queue
	decoders chan struct{}       // a token for each picture being decoded
	memory   *semaphore.Weighted // bytes of bodies
	draining atomic.Bool         // no longer ready, still answering
	started  time.Time
	handler  http.Handler
}

// New returns a server of the model, which stays the caller's: it is closed
// after the server. The model is warmed up first, so that the first request
// waits no longer than others.
func New(model Model, o Options) (*Server, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	m := newMetrics(o)
	s := &Server{
		options: o, model: model, metrics: m,
		decoders: make(chan struct{}, decoders()), memory: semaphore.NewWeighted(o.Memory),
		started: time.Now(),
	}
	if err := warmUp(model, o); err != nil {
		return nil, err
	}
	s.queue = newQueue(model, m, o.Queue, o.MaxBatch)
	handler, err := guard{s}.protect(s.routes())
	if err != nil {
		s.Close()
		return nil, err
	}
	s.handler = s.observe(handler)
	return s, nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Close lets the pictures that wait be described. Requests that come later
// fail.
func (s *Server) Close() { s.queue.close() }
