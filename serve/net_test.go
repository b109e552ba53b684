package serve

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
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
	return serveUntil(t, ctx, s)
}

// serveOn serves s on a port of its own and returns its address.
func serveOn(t testing.TB, s *Server) string {
	t.Helper()
	address, _ := serveUntil(t, t.Context(), s)
	return address
}

func serveUntil(t testing.TB, ctx context.Context, s *Server) (string, <-chan error) {
	t.Helper()
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
		http.DefaultClient.CloseIdleConnections()
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			t.Error("the server does not end")
		}
	})
	return "http://" + l.Addr().String(), done
}

// dial opens a connection and writes what begins a request.
func dial(t testing.TB, address, text string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	return conn
}

func TestSlowHeaderAndSlowBody(t *testing.T) {
	address := listen(t, &fakeModel{}, func(o *Options) { o.HeaderTime = 200 * time.Millisecond; o.BodyTime = 300 * time.Millisecond })
	for name, test := range map[string]struct{ sent, want string }{
		"silent":      {"", ""},
		"slow header": {"POST /caption HTTP/1.1\r\nHost: localhost\r\n", ""},
		"slow body":   {"POST /caption HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nabc", "408"},
	} {
		t.Run(name, func(t *testing.T) {
			conn := dial(t, address, test.sent)
			if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
				t.Fatal(err)
			}
			answer, err := io.ReadAll(conn)
			if err != nil && !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("the connection is not closed: %v", err)
			}
			if !strings.Contains(string(answer), test.want) {
				t.Errorf("answered %q, want %q", answer, test.want)
			}
		})
	}
	if status, _, err := post(t, http.DefaultClient, address+"/caption", redJPEG(t)); err != nil || status != 200 {
		t.Errorf("afterwards: status %d, %v", status, err)
	}
}

// head returns what begins a request for a path, with a body of a length, or of
// none that is stated.
func head(path string, length int) string {
	how := "Transfer-Encoding: chunked"
	if length >= 0 {
		how = fmt.Sprint("Content-Length: ", length)
	}
	return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\n" + how + "\r\n\r\n"
}

// Clients that read no answer before all is sent, as Python's, learn that it was
// too long, or that they lack the key.
func TestLongBodiesAreAnswered(t *testing.T) {
	const length = 60 << 20
	body := make([]byte, length)
	chunked := append(fmt.Appendf(nil, "%x\r\n", length), append(body, "\r\n0\r\n\r\n"...)...)
	open := listen(t, &fakeModel{}, nil)
	locked := listen(t, &fakeModel{}, func(o *Options) { o.APIKey = "open sesame" })
	for _, test := range []struct {
		name, address, head string
		body                []byte
		status              int
	}{
		{"native", open, head("/caption", length), body, 413},
		{"Hugging Face", open, head("/", length), body, 413},
		{"Ollama", open, head("/api/generate", length), body, 400},
		{"OpenAI", open, head("/v1/chat/completions", length), body, 400},
		{"no length stated", open, head("/caption", -1), chunked, 413},
		{"no key", locked, head("/caption", length), body, 401},
	} {
		t.Run(test.name, func(t *testing.T) {
			conn := dial(t, test.address, test.head)
			if _, err := conn.Write(test.body); err != nil {
				t.Fatalf("the server cut off what was sent: %v", err)
			}
			answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			if text, err := io.ReadAll(answer.Body); err != nil || answer.StatusCode != test.status || !strings.Contains(string(text), `"error"`) {
				t.Errorf("status %d, want %d: %s, %v", answer.StatusCode, test.status, text, err)
			}
		})
	}
}

// Who sends for ever is cut off, however fast or slow, and who reads the answer
// at once has all of it before that.
func TestEndlessBodiesAreCutOff(t *testing.T) {
	address := listen(t, &fakeModel{}, func(o *Options) { o.Body = 1 << 20; o.BodyTime = time.Second })
	for name, test := range map[string]struct {
		bytes int
		pause time.Duration
	}{"fast": {1 << 20, 0}, "slow": {1, 50 * time.Millisecond}} {
		t.Run(name, func(t *testing.T) {
			conn := dial(t, address, head("/caption", 1<<40))
			begin := time.Now()
			answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			text, err := io.ReadAll(answer.Body)
			if err != nil || answer.StatusCode != 413 || time.Since(begin) > 500*time.Millisecond {
				t.Errorf("status %d after %v: %s, %v", answer.StatusCode, time.Since(begin), text, err)
			}
			for err == nil {
				if err = conn.SetWriteDeadline(begin.Add(10 * time.Second)); err == nil {
					_, err = conn.Write(make([]byte, test.bytes))
				}
				time.Sleep(test.pause)
			}
			if isTimeout(err) || time.Since(begin) > 5*time.Second {
				t.Errorf("the client was cut off after %v: %v", time.Since(begin), err)
			}
		})
	}
}

// A thousand clients that hold connections, four for each one allowed, and
// come again as soon as they are cut off: an honest request is answered within
// 10 seconds meanwhile.
func TestSlowClientsByTheThousand(t *testing.T) {
	const slow, allowed = 1000, 250
	address := listen(t, &fakeModel{}, func(o *Options) { o.Connections = allowed })
	ctx, stop := context.WithCancel(t.Context())
	starts := []string{"", "POST /caption HTTP/1.1\r\nHost: localhost\r\n", "POST /caption HTTP/1.1\r\nHost: localhost\r\nContent-Length: 30000000\r\n\r\nabc"}
	var group sync.WaitGroup
	for i := range slow {
		group.Go(func() {
			for ctx.Err() == nil {
				hold(ctx, strings.TrimPrefix(address, "http://"), starts[i%len(starts)])
			}
		})
	}
	defer group.Wait()
	defer stop()
	time.Sleep(time.Second)
	fresh := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	var longest time.Duration
	for range 4 {
		start := time.Now()
		status, body, err := post(t, fresh, address+"/caption", redJPEG(t))
		longest = max(longest, time.Since(start))
		if err != nil || status != 200 || captionIn(body) != captionOf(red) {
			t.Errorf("status %d, %v: %s", status, err, body)
		}
	}
	t.Logf("the slowest of 4 honest requests took %v", longest)
	if longest > 10*time.Second {
		t.Errorf("an honest request took %v", longest)
	}
}

// hold opens a connection, writes text and a byte a second after it, until it
// is cut off.
func hold(ctx context.Context, address, text string) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		time.Sleep(10 * time.Millisecond)
		return
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	_, err = io.WriteString(conn, text)
	for err == nil {
		if err = conn.SetReadDeadline(time.Now().Add(time.Second)); err == nil {
			if _, err = conn.Read(make([]byte, 64)); errors.Is(err, context.DeadlineExceeded) || isTimeout(err) {
				_, err = io.WriteString(conn, "x")
			}
		}
	}
	time.Sleep(100 * time.Millisecond) // four ports for each second, not all there are
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

// The end of the server is asked for while many clients ask: every request
// that it took is answered, and none is cut off in the middle.
func TestEndUnderLoadLosesNothing(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	address, done := listenUntil(t, ctx, &fakeModel{pause: 5 * time.Millisecond}, nil)
	file := redJPEG(t)
	var mutex sync.Mutex
	answered := 0
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1}}
			defer client.CloseIdleConnections()
			for {
				status, body, err := post(t, client, address+"/caption", file)
				var dialling *net.OpError
				if errors.As(err, &dialling) && dialling.Op == "dial" {
					return // the end: nobody took the connection
				}
				if err != nil || status != 200 || captionIn(body) != captionOf(red) {
					t.Errorf("status %d, %v: %s", status, err, body)
					return
				}
				mutex.Lock()
				answered++
				mutex.Unlock()
			}
		})
	}
	time.Sleep(500 * time.Millisecond)
	end()
	group.Wait()
	if err := <-done; err != nil {
		t.Error(err)
	}
	t.Logf("%d requests answered", answered)
	if answered < 16 {
		t.Errorf("%d requests were answered: there was no load", answered)
	}
}

// A request that takes longer than is waited for is told of, and ends.
func TestEndIsBounded(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	model, gate := gated()
	address, done := listenUntil(t, ctx, model, func(o *Options) { o.DrainTime = 200 * time.Millisecond })
	conn := dial(t, address, fmt.Sprintf("POST /caption HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s", len(redJPEG(t)), redJPEG(t)))
	time.Sleep(200 * time.Millisecond)
	end()
	time.AfterFunc(time.Second, func() { gate <- struct{}{} })
	if _, err := http.ReadResponse(bufio.NewReader(conn), nil); err == nil {
		t.Error("a request was answered that was cut off")
	}
	if err := <-done; err == nil || !strings.Contains(err.Error(), "under way") {
		t.Errorf("the end was %v", err)
	}
}
