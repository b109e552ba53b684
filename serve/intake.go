package serve

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"
)

// body reads a request's body whole, at most limit bytes, within the time for
// one. The bytes count against the memory of all bodies, weight times, until
// the request is answered: base64 is held beside what it decodes to.
func (s *Server) body(w http.ResponseWriter, r *http.Request, limit int64, weight int64) ([]byte, error) {
	if r.ContentLength > limit {
		return nil, tooLong(limit)
	}
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && encoding != "identity" {
		return nil, refuse(http.StatusUnsupportedMediaType, "encoding", "the body is encoded; send it as it is")
	}
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(s.options.BodyTime)) // a test's recorder has none
	data, err := s.read(r, limit, weight)
	if err != nil {
		return nil, err
	}
	_ = control.SetReadDeadline(time.Time{}) // from here on a read waits for the client to leave
	exchangeOf(r.Context()).whole = true
	received(r.Context())
	return data, nil
}

// unreadBytes is how much of a body net/http reads on by itself.
const unreadBytes = 256 << 10

// unread tells whether more of the request's body is to come than net/http reads
// before it closes the connection.
func (x *exchange) unread(r *http.Request) bool {
	return r.ProtoMajor == 1 && !x.whole && (r.ContentLength < 0 || r.ContentLength-x.received > unreadBytes)
}

// readOnTime is how long a client may go on sending what is refused.
const readOnTime = 5 * time.Second

// readOn reads the rest of a body that is refused, once the answer is given: many
// clients look for it only when all is sent, and would find the connection reset.
// Whoever sends more in all than twice the longest body, or is slow, is cut off.
func (s *Server) readOn(w http.ResponseWriter, r *http.Request) {
	x := exchangeOf(r.Context())
	x.release()
	control := http.NewResponseController(w)
	if err := control.SetReadDeadline(time.Now().Add(min(readOnTime, s.options.BodyTime))); err != nil {
		return // a test's recorder, or a server's that bounds no time
	}
	_ = control.Flush()
	n, _ := io.CopyN(io.Discard, r.Body, 2*s.withBase64()-x.received) // whether it ends is the client's affair
	x.received += n
}

// firstRoom is how many bytes are made room for at the beginning; the room then
// doubles, so that a length stated and not sent costs nothing.
const firstRoom = 64 << 10

func (s *Server) read(r *http.Request, limit, weight int64) ([]byte, error) {
	x := exchangeOf(r.Context())
	var data []byte
	for {
		if len(data) == cap(data) {
			room := min(max(firstRoom, 2*int64(cap(data))), limit+1)
			if r.ContentLength >= 0 {
				room = min(room, r.ContentLength+1)
			}
			if !x.hold(s.memory, (room-int64(cap(data)))*weight) {
				return nil, s.noMemory()
			}
			data = append(make([]byte, 0, room), data...)
		}
		n, err := r.Body.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		x.received += int64(n)
		switch {
		case int64(len(data)) > limit:
			return nil, tooLong(limit)
		case err == io.EOF:
			return data, nil
		case err != nil:
			return nil, interrupted(r, err)
		}
	}
}

func (s *Server) noMemory() error {
	f := refuse(http.StatusTooManyRequests, "memory", "the server holds as many bytes of pictures as it can; come again")
	f.retryAfter = s.queue.patience()
	return f
}

// interrupted says why a body could not be read to its end.
func interrupted(r *http.Request, err error) error {
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		return tooLong(long.Limit)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return refuse(http.StatusRequestTimeout, "slow", "the request's body took too long to arrive")
	case r.Context().Err() != nil:
		return r.Context().Err()
	}
	return refuse(http.StatusBadRequest, "cut off", "the request's body ended early")
}

func tooLong(limit int64) error {
	return refuse(http.StatusRequestEntityTooLarge, "too large", "the request's body is longer than the %d bytes that are taken", limit)
}

// withBase64 is how long a body may be whose pictures are base64 within JSON,
// or parts of a form.
func (s *Server) withBase64() int64 { return s.options.Body/3*4 + 1<<20 }
