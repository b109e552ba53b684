package dataset

import (
	"io"
	"sync"
)

// lender lends memory for the bytes of one picture after another.
type lender struct{ free sync.Pool }

// lend calls f with n bytes that were read from r.
func (l *lender) lend(r io.Reader, n int64, f func(data []byte) error) error {
	buffer, _ := l.free.Get().(*[]byte)
	if buffer == nil || int64(cap(*buffer)) < n {
		buffer = new([]byte)
		*buffer = make([]byte, n, n+n/4)
	}
	defer l.free.Put(buffer)
	data := (*buffer)[:n:n]
	if _, err := io.ReadFull(r, data); err != nil {
		return err
	}
	return f(data)
}
