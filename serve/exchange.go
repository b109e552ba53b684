package serve

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
)

// exchange is what the log and the metrics tell of one request: never its
// picture, its caption or its key.
type exchange struct {
	id       string
	named    string // what the request's body calls it, "" for nothing
	start    time.Time
	route    string // the pattern that answers, "none" where none does
	status   int
	received int64 // bytes of the body
	whole    bool  // the body was read to its end
	sent     int64 // bytes of the answer
	refused  string
	trouble  error // that was the server's own

	pictures             int
	queue, decode, model time.Duration

	memory *semaphore.Weighted
	held   int64 // bytes of it
}

type exchangeKey struct{}

// exchangeOf returns the request's exchange.
func exchangeOf(ctx context.Context) *exchange {
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	return x
}

// called is the client's own name for the request where its body has one, else ours.
func (x *exchange) called() string { return cmp.Or(x.named, x.id) }

func (x *exchange) note(d description) {
	x.pictures++
	x.queue += d.queue
	x.decode += d.decode
	x.model += d.model
}

// hold takes bytes out of what all requests share, until release.
func (x *exchange) hold(memory *semaphore.Weighted, bytes int64) bool {
	if !memory.TryAcquire(bytes) {
		return false
	}
	x.memory = memory
	x.held += bytes
	return true
}

func (x *exchange) release() {
	if x.held > 0 {
		x.memory.Release(x.held)
		x.held = 0
	}
}

// observe counts and logs what the handler answers.
func (s *Server) observe(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := &exchange{id: requestID(r), start: time.Now(), route: "none"}
		w.Header().Set("X-Request-Id", x.id)
		s.metrics.inFlight.Inc()
		defer s.metrics.inFlight.Dec()
		out := &answerWriter{ResponseWriter: w, exchange: x, last: &s.draining, time: s.options.BodyTime}
		_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // of the answer before
		defer func() {
			trouble := recover()
			if trouble != nil && trouble != http.ErrAbortHandler { //nolint:errorlint // a panic's value
				x.trouble = errors.Join(x.trouble, fmt.Errorf("panic: %v\n%s", trouble, debug.Stack()))
				if x.status == 0 {
					plainDialect.fail(out, r, failureOf(x.trouble))
				}
			}
			x.release()
			s.record(x)
			if trouble == http.ErrAbortHandler {
				panic(trouble)
			}
		}()
		h.ServeHTTP(out, r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x)))
	})
}

// requestID is the client's own, where it is one, or a new one.
func requestID(r *http.Request) string {
	id := r.Header.Get("X-Request-Id")
	if len(id) < 1 || len(id) > 64 {
		return rand.Text()
	}
	for _, c := range []byte(id) {
		letter := c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
		if !letter && c != '-' && c != '_' && c != '.' {
			return rand.Text()
		}
	}
	return id
}

// record writes the exchange into metrics and log.
func (s *Server) record(x *exchange) {
	took := time.Since(x.start)
	s.metrics.requests.WithLabelValues(x.route, strconv.Itoa(x.status)).Inc()
	s.metrics.duration.WithLabelValues(x.route).Observe(took.Seconds())
	if s.options.Log == nil {
		return
	}
	line := s.options.Log.With("request", x.id, "route", x.route, "status", x.status, "received", x.received, "sent", x.sent,
		"seconds", rounded(took))
	if x.pictures > 0 {
		line = line.With("pictures", x.pictures, "queue", rounded(x.queue), "decode", rounded(x.decode), "model", rounded(x.model))
	}
	if x.refused != "" {
		line = line.With("refused", x.refused)
	}
	if x.trouble != nil {
		line.Error("request failed", "error", x.trouble)
		return
	}
	line.Info("request")
}

// rounded returns seconds to the tenth of a millisecond.
func rounded(d time.Duration) float64 { return d.Round(100 * time.Microsecond).Seconds() }

func wholeSeconds(d time.Duration) string { return strconv.Itoa(int(d / time.Second)) }

// answerWriter notes what is answered.
type answerWriter struct {
	http.ResponseWriter
	exchange *exchange
	last     *atomic.Bool  // whether the connection closes behind an answer
	time     time.Duration // for the client to read it
}

func (w *answerWriter) WriteHeader(status int) {
	if w.exchange.status == 0 || w.exchange.status < 200 {
		w.exchange.status = status
	}
	_ = http.NewResponseController(w.ResponseWriter).SetWriteDeadline(time.Now().Add(w.time))
	if w.last.Load() {
		w.Header().Set("Connection", "close")
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *answerWriter) Write(data []byte) (int, error) {
	if w.exchange.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	n, err := w.ResponseWriter.Write(data)
	w.exchange.sent += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *answerWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
