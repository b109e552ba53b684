package serve

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

// connections is a listener that keeps a bounded number of connections open.
// Where they are all taken, the one that has been slowest to ask makes room:
// clients that hold connections and send nothing, or a byte at a time, keep
// nobody else out. A request that is there whole is never cut off.
type connections struct {
	net.Listener
	most int

	mutex sync.Mutex
	open  map[*connection]struct{}
	freed *sync.Cond
}

// connection is one of them.
type connection struct {
	net.Conn
	all   *connections
	since time.Time // that it is waited for: opened, or its last answer given
	idle  bool      // between requests
	busy  bool      // its request is there whole
}

func newConnections(l net.Listener, most int) *connections {
	c := &connections{Listener: l, most: most, open: map[*connection]struct{}{}}
	c.freed = sync.NewCond(&c.mutex)
	return c
}

// Accept waits for a connection, and makes room for it.
func (c *connections) Accept() (net.Conn, error) {
	accepted, err := c.Listener.Accept()
	if err != nil {
		return nil, err
	}
	one := &connection{Conn: accepted, all: c}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for len(c.open) >= c.most {
		c.makeRoom()
	}
	one.since = time.Now()
	c.open[one] = struct{}{}
	return one, nil
}

// grace is how long a connection has at least to send its request, whoever
// else waits: those who come and go in thousands take turns of this length.
const grace = 500 * time.Millisecond

// makeRoom cuts off the slowest connection, or waits until it has had its
// time, or until one closes.
func (c *connections) makeRoom() {
	slowest := c.slowest()
	if slowest != nil {
		left := grace - time.Since(slowest.since)
		if slowest.idle || left <= 0 {
			delete(c.open, slowest)
			_ = slowest.Conn.Close() // whoever is cut off has heard nothing yet
			return
		}
		defer time.AfterFunc(left, c.wake).Stop()
	}
	c.freed.Wait()
}

func (c *connections) wake() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.freed.Signal()
}

// slowest returns the connection that is idle longest, else the one whose
// request is waited for longest, else nil: all are being answered.
func (c *connections) slowest() *connection {
	var found *connection
	for one := range c.open {
		switch {
		case one.busy:
		case found == nil, one.idle && !found.idle, one.idle == found.idle && one.since.Before(found.since):
			found = one
		}
	}
	return found
}

// Close gives the connection's place to another.
func (one *connection) Close() error {
	one.all.mutex.Lock()
	delete(one.all.open, one)
	one.all.freed.Signal()
	one.all.mutex.Unlock()
	return one.Conn.Close()
}

func (one *connection) set(idle, busy bool) {
	one.all.mutex.Lock()
	defer one.all.mutex.Unlock()
	if one.busy || one.idle != idle {
		one.since = time.Now()
	}
	one.idle, one.busy = idle, busy
	if !busy {
		one.all.freed.Signal()
	}
}

// follow is the server's hook for a connection's state.
func (c *connections) follow(n net.Conn, state http.ConnState) {
	one, ok := n.(*connection)
	if !ok {
		return
	}
	switch state {
	case http.StateIdle:
		one.set(true, false)
	case http.StateActive:
		one.set(false, false)
	}
}

// turnover is how long a client has after an answer to send its next request,
// when the server ends: closing its connection any sooner might cut that off.
const turnover = 500 * time.Millisecond

// waitForTurnover waits until no client that was answered just now may be
// sending its next request. Answers close their connections by then.
func (c *connections) waitForTurnover(ctx context.Context) {
	for c.turning() && ctx.Err() == nil {
		time.Sleep(10 * time.Millisecond)
	}
}

func (c *connections) turning() bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for one := range c.open {
		if one.busy || one.idle && time.Since(one.since) < turnover {
			return true
		}
	}
	return false
}

type connectionKey struct{}

func withConnection(ctx context.Context, n net.Conn) context.Context {
	return context.WithValue(ctx, connectionKey{}, n)
}

// received marks the request's connection as one whose request is there whole.
func received(ctx context.Context) {
	if one, ok := ctx.Value(connectionKey{}).(*connection); ok {
		one.set(false, true)
	}
}
