package tensorfile

// The stack of the pickle machine, and what it reads.

import (
	"encoding/binary"
	"fmt"
	"io"
)

// described returns a value for a message: a container by its type alone,
// since it may hold itself many times over.
func described(value any) string {
	switch value.(type) {
	case nil, bool, int64, float64, string, class:
		return fmt.Sprintf("%#v", value)
	}
	return fmt.Sprintf("a %T", value)
}

func (u *unpickler) push(value any) { u.stack = append(u.stack, value) }

func (u *unpickler) pushOr(value any, err error) {
	if err != nil && u.err == nil {
		u.err = err
	}
	u.push(value)
}

// top returns the uppermost value above the last mark.
func (u *unpickler) top() any {
	if len(u.stack) <= u.floor() {
		u.fail("its stack is empty")
		return nil
	}
	return u.stack[len(u.stack)-1]
}

func (u *unpickler) floor() int {
	if len(u.marks) == 0 {
		return 0
	}
	return u.marks[len(u.marks)-1]
}

func (u *unpickler) pop() any {
	values := u.popMany(1)
	if u.err != nil {
		return nil
	}
	return values[0]
}

// popMany returns a copy of the n uppermost values, the lowest first.
func (u *unpickler) popMany(n int) []any {
	from := len(u.stack) - n
	if from < u.floor() {
		u.fail("its stack is empty")
		return nil
	}
	values := append([]any{}, u.stack[from:]...)
	u.stack = u.stack[:from]
	return values
}

// popMark returns the values above the last mark, and drops the mark.
func (u *unpickler) popMark() []any {
	if len(u.marks) == 0 {
		u.fail("a mark is missing")
		return nil
	}
	values := u.popMany(len(u.stack) - u.floor())
	u.marks = u.marks[:len(u.marks)-1]
	return values
}

func (u *unpickler) byte() byte { return u.bytes(1)[0] }

// bytes returns the next n bytes, or as many zeros once there was an error,
// eight at most.
func (u *unpickler) bytes(n int64) []byte {
	if n > u.left {
		u.fail("it is cut short")
	}
	if u.err != nil {
		return make([]byte, 8)
	}
	data := make([]byte, n)
	if _, err := io.ReadFull(u.r, data); err != nil {
		u.fail("it is cut short")
		return make([]byte, 8)
	}
	u.left -= n
	return data
}

// line returns the text up to the next end of line.
func (u *unpickler) line() string {
	var text []byte
	for u.err == nil {
		c := u.byte()
		if c == '\n' {
			break
		}
		text = append(text, c)
	}
	return string(text)
}

// long reads an integer of n bytes in two's complement. One of more than 64
// bits, such as a generator's seed beside the weights, is an object.
func (u *unpickler) long(n int64) any {
	if n > 8 {
		u.bytes(n)
		return object{"builtins int"}
	}
	var padded [8]byte
	data := u.bytes(n)
	copy(padded[:], data)
	shift := 64 - 8*min(uint(n), 8)
	return int64(binary.LittleEndian.Uint64(padded[:])<<shift) >> shift
}
