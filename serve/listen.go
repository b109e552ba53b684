package serve

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"time"
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
		return s.drain(server, open)
	}
}

// drain ends in turn: no longer ready, no more connections, every answer the
// last of its connection, and what is left over closed.
func (s *Server) drain(server *http.Server, open *connections) error {
	s.draining.Store(true)
	time.Sleep(s.options.DrainDelay)
	ctx, cancel := context.WithTimeout(context.Background(), s.options.DrainTime)
	defer cancel()
	_ = open.Listener.Close()
	open.waitForTurnover(ctx)
	err := server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		_ = server.Close() // what is cut off is told of below
		return fmt.Errorf("requests were under way still, %v after the end was asked for", s.options.DrainTime)
	}
	if errors.Is(err, net.ErrClosed) { // of the listener, closed above
		return nil
	}
	return err
}

// troubles takes what net/http has to say, which is of interest to whoever
// looks for a fault and nobody else.
func (s *Server) troubles() lineWriter { return lineWriter{s.options.Log} }

type lineWriter struct{ log *slog.Logger }

func (w lineWriter) Write(line []byte) (int, error) {
	if w.log != nil {
		w.log.Debug("connection", "trouble", string(line))
	}
	return len(line), nil
}
