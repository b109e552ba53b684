package dataset

import (
	"context"
	"io"
	"sync"

	"github.com/seetell/seetell/picture"
)

// bufferPool lends memory for the bytes of one picture after another, and takes it back.
type bufferPool struct{ free sync.Pool }

// trusted is the size of a file that is believed: another may be a hole.
const trusted = 8 << 20

// lend calls f with n bytes that were read from r. Where they are many, no
// more memory is taken than there are, and none for what is no picture.
func (p *bufferPool) lend(r io.Reader, n int64, f func(data []byte) error) error {
	if n > trusted {
		return picture.InTurn(context.Background(), n, func() error {
			data, err := picture.Read(r)
			if err != nil {
				return err
			}
			return f(data)
		})
	}
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
