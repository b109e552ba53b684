package serve

import (
	"context"
	"net"
	"testing"
	"time"
)

// listenUntil is listen, until ctx ends; the channel then gives what Serve
// returned.
func listenUntil(t testing.TB, ctx context.Context, model Model, change func(*Options)) (string, <-chan error) {
	t.Helper()
	o := DefaultOptions()
	if change != nil {
		change(&o)
	}
	s, err := New(model, o)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(ctx)
	done, ended := make(chan error, 1), make(chan struct{})
	go func() {
		done <- s.Serve(ctx, l)
		close(ended)
	}()
	t.Cleanup(func() {
		stop()
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			t.Error("the server does not end")
		}
	})
	return "http://" + l.Addr().String(), done
}
