package serve

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/sirupsen/logrus"
)

// Serve answers what comes in at the listener, within the limits of
// connections and of time, until ctx ends. It then says that it is not ready,
// serves on for the drain delay, closes the listener and lets the requests
// under way be answered. It closes the server.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	defer s.Close()
	open := newConnections(l, s.options.Connections)
	server := &http.Server{
		Handler: s, ReadHeaderTimeout: s.options.HeaderTime, IdleTimeout: s.options.IdleTime, MaxHeaderBytes: 64 << 10,
		ConnState: open.follow, ConnContext: withConnection, ErrorLog: log.New(s.troubles(), "", 0),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(open) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		return s.drain(server)
	}
}

// turnover is how long clients with a connection open have to learn from an
// answer that it closes, before idle ones are closed.
const turnover = 100 * time.Millisecond

func (s *Server) drain(server *http.Server) error {
	s.draining.Store(true)
	time.Sleep(max(s.options.DrainDelay, turnover))
	ctx, cancel := context.WithTimeout(context.Background(), s.options.DrainTime)
	defer cancel()
	err := server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		_ = server.Close() // what is cut off is told of below
		return fmt.Errorf("requests were under way still, %v after the end was asked for", s.options.DrainTime)
	}
	return err
}

// troubles takes what net/http has to say, which is of interest to whoever
// looks for a fault and nobody else.
func (s *Server) troubles() lineWriter { return lineWriter{s.options.Log} }

type lineWriter struct{ log logrus.FieldLogger }

func (w lineWriter) Write(line []byte) (int, error) {
	if w.log != nil {
		w.log.WithField("trouble", string(line)).Debug("connection")
	}
	return len(line), nil
}
