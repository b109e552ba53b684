package dataset

import (
	"io"
	"sync"
)

// bufferPool lends memory for the bytes of one picture after another, and takes it back.
type bufferPool struct{ free sync.Pool }

// lend calls f with n bytes that were read from r.
func (p *bufferPool) lend(r io.Reader, n int64, f func(data []byte) error) error {
	buffer, _ := p.free.Get().(*[]byte)
	if buffer == nil || int64(cap(*buffer)) < n {
		buffer = new([]byte)
		*buffer = make([]byte, n, n+n/4)
	}
	defer p.free.Put(buffer)
	data := (*buffer)[:n:n]
	if _, err := io.ReadFull(r, data); err != nil {
		return err
	}
	return f(data)
}
