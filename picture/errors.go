package picture

import (
	"errors"
	"fmt"
)

// The causes of errors of decoding, for errors.Is.
var (
	ErrNoPicture   = errors.New("not a picture")                       // of any kind that is known
	ErrUnsupported = errors.New("a kind of picture that is not read")  // the message says which
	ErrDamaged     = errors.New("the picture is damaged or cut short") // or was never whole
	ErrTooLarge    = errors.New("the picture is over a limit")         // a *TooLargeError
)

// causedError is an error with its cause, which the text does not repeat.
type causedError struct{ cause, err error }

func (c *causedError) Error() string   { return c.err.Error() }
func (c *causedError) Unwrap() []error { return []error{c.cause, c.err} }

func as(cause, err error) error { return &causedError{cause, err} }

// TooLargeError is about a picture over a limit: that of pixels, or, where
// Memory is not 0, that of memory. Width and Height are 0 where the file alone
// is too large to be read.
type TooLargeError struct {
	Width, Height int
	Memory        int64 // bytes that decoding it takes
	Limits        Limits
}

func (e *TooLargeError) Error() string {
	if e.Width == 0 {
		return fmt.Sprintf("the file is larger than the %s MB for decoding pictures", millions(e.Limits.Memory))
	}
	if e.Memory == 0 {
		return fmt.Sprintf("%d x %d pixels are more than the %s million that are decoded",
			e.Width, e.Height, millions(e.Limits.MaxPixels))
	}
	return fmt.Sprintf("%d x %d pixels of this kind take %d MB to decode, more than the %s MB for it",
		e.Width, e.Height, (e.Memory+999_999)/1_000_000, millions(e.Limits.Memory))
}

// millions writes a limit in millions, the whole ones of which count.
func millions(n int64) string {
	const million = 1_000_000
	if n >= million {
		return fmt.Sprint(n / million)
	}
	return fmt.Sprintf("%.2g", float64(n)/million)
}

// Is tells that the cause is ErrTooLarge.
func (e *TooLargeError) Is(target error) bool { return target == ErrTooLarge }
