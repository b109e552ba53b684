package tensorfile

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"math"
)

// maximumOperations bounds the work, and so the memory, that a pickle may ask
// for. A state dict of a thousand tensors takes some 40,000.
const maximumOperations = 1 << 20

// The values of a pickle besides nil, bool, int64, float64 and string.
type (
	tuple  []any
	list   struct{ items []any }
	dict   struct{ keys, values []any } // may hold a key twice; the later counts
	class  string                       // module and name, a space between them
	object struct{ of class }           // of a class that is not made here
)

// unpickler is the stack machine of Python's pickle protocols 2 to 4, in so
// far as torch.save uses them. Classes are only names: what a call of one
// means, call decides, and nothing else is ever run. An object of another class,
// such as the settings that trainers save beside the weights, is known by its
// class alone, and what is put into it is dropped.
type unpickler struct {
	call       func(c class, arguments tuple) (any, error) // builds an object
	persistent func(id tuple) (any, error)                 // finds a storage

	r     *bufio.Reader
	left  int64 // bytes that the reader still holds, an upper bound
	stack []any
	marks []int // heights of the stack
	memo  map[uint32]any
	err   error // the first
}

// load runs one pickle, up to its STOP, and returns its value.
func (u *unpickler) load() (any, error) {
	u.stack, u.marks, u.memo = nil, nil, map[uint32]any{}
	for range maximumOperations {
		op := u.byte()
		if u.err == nil && op == '.' {
			value := u.pop()
			return value, u.err
		}
		u.run(op)
		if u.err != nil {
			return nil, fmt.Errorf("the pickle within is damaged or of another kind: %w", u.err)
		}
	}
	return nil, fmt.Errorf("the pickle within has more than %d operations", maximumOperations)
}

func (u *unpickler) fail(format string, arguments ...any) {
	if u.err == nil {
		u.err = fmt.Errorf(format, arguments...)
	}
}

// run runs one operation.
func (u *unpickler) run(op byte) {
	if u.err != nil || u.literal(op) || u.memoize(op) || u.container(op) {
		return
	}
	switch op {
	case 0x80: // PROTO
		u.byte()
	case 0x95: // FRAME
		u.bytes(8)
	case '(': // MARK
		u.marks = append(u.marks, len(u.stack))
	case '0': // POP
		u.pop()
	case 'c': // GLOBAL
		u.push(class(u.line() + " " + u.line()))
	case 0x93: // STACK_GLOBAL
		name, named := u.pop().(string)
		module, known := u.pop().(string)
		if !named || !known {
			u.fail("a class's name is no text")
		}
		u.push(class(module + " " + name))
	case 'R': // REDUCE
		u.reduce()
	case 0x81: // NEWOBJ
		u.pop()
		c, ok := u.pop().(class)
		if !ok {
			u.fail("it makes an object of what is no class")
		}
		u.push(object{c})
	case 'b': // BUILD, whose state is of no use to us: a state dict's versions
		u.pop()
		switch top := u.top().(type) {
		case *dict, object:
		default:
			u.fail("it sets the state of a %T", top)
		}
	case 'Q': // BINPERSID
		if id, ok := u.pop().(tuple); ok {
			u.pushOr(u.persistent(id))
		} else {
			u.fail("a storage's name is not a tuple")
		}
	default:
		u.fail("operation %#02x is not one that torch.save writes", op)
	}
}

// literal pushes a constant, and reports whether op is one of theirs.
func (u *unpickler) literal(op byte) bool {
	switch op {
	case 'N': // NONE
		u.push(nil)
	case 0x88, 0x89: // NEWTRUE, NEWFALSE
		u.push(op == 0x88)
	case 'K': // BININT1
		u.push(int64(u.byte()))
	case 'M': // BININT2
		u.push(int64(binary.LittleEndian.Uint16(u.bytes(2))))
	case 'J': // BININT
		u.push(int64(int32(binary.LittleEndian.Uint32(u.bytes(4)))))
	case 0x8a: // LONG1
		u.push(u.long(int64(u.byte())))
	case 'G': // BINFLOAT
		u.push(math.Float64frombits(binary.BigEndian.Uint64(u.bytes(8))))
	case 'X', 'T': // BINUNICODE, BINSTRING
		u.push(string(u.bytes(int64(binary.LittleEndian.Uint32(u.bytes(4))))))
	case 0x8c, 'U': // SHORT_BINUNICODE, SHORT_BINSTRING
		u.push(string(u.bytes(int64(u.byte()))))
	default:
		return false
	}
	return true
}

// memoize stores or fetches a value under a number.
func (u *unpickler) memoize(op byte) bool {
	switch op {
	case 'q': // BINPUT
		u.memo[uint32(u.byte())] = u.top()
	case 'r': // LONG_BINPUT
		u.memo[binary.LittleEndian.Uint32(u.bytes(4))] = u.top()
	case 0x94: // MEMOIZE
		u.memo[uint32(len(u.memo))] = u.top()
	case 'h': // BINGET
		u.recall(uint32(u.byte()))
	case 'j': // LONG_BINGET
		u.recall(binary.LittleEndian.Uint32(u.bytes(4)))
	default:
		return false
	}
	return true
}

func (u *unpickler) recall(number uint32) {
	value, ok := u.memo[number]
	if !ok {
		u.fail("it recalls value %d, which it never stored", number)
	}
	u.push(value)
}

// container makes or fills a tuple, list or dict.
func (u *unpickler) container(op byte) bool {
	switch op {
	case ')': // EMPTY_TUPLE
		u.push(tuple{})
	case 0x85, 0x86, 0x87: // TUPLE1 to TUPLE3
		u.push(tuple(u.popMany(int(op - 0x84))))
	case 't': // TUPLE
		u.push(tuple(u.popMark()))
	case ']': // EMPTY_LIST
		u.push(&list{})
	case 'a': // APPEND
		u.extend(u.popMany(1))
	case 'e': // APPENDS
		u.extend(u.popMark())
	case '}': // EMPTY_DICT
		u.push(&dict{})
	case 's': // SETITEM
		u.set(u.popMany(2))
	case 'u': // SETITEMS
		u.set(u.popMark())
	default:
		return false
	}
	return true
}

func (u *unpickler) extend(items []any) {
	switch l := u.top().(type) {
	case *list:
		l.items = append(l.items, items...)
	case object:
	default:
		u.fail("it appends to what is no list")
	}
}

func (u *unpickler) set(items []any) {
	top := u.top()
	if _, other := top.(object); other {
		return
	}
	d, ok := top.(*dict)
	if !ok || len(items)%2 != 0 {
		u.fail("it sets items of what is no dict, or a key without a value")
		return
	}
	for i := 0; i < len(items); i += 2 {
		d.keys, d.values = append(d.keys, items[i]), append(d.values, items[i+1])
	}
}

func (u *unpickler) reduce() {
	arguments, ok := u.pop().(tuple)
	c, known := u.pop().(class)
	if !ok || !known {
		u.fail("it calls what is no class")
		return
	}
	u.pushOr(u.call(c, arguments))
}
