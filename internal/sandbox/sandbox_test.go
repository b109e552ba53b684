package sandbox

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"testing"
	"time"
)

// module is what this text says, in WebAssembly's bytes:
//
//	(module (memory (export "memory") 1)
//	  (func (export "malloc") (param i32) (result i32)
//	    local.get 0  memory.grow)
//	  (func (export "spin") (loop br 0)))
var module = []byte("\x00asm\x01\x00\x00\x00" +
	"\x01\x09\x02\x60\x01\x7f\x01\x7f\x60\x00\x00" +
	"\x03\x03\x02\x00\x01" +
	"\x05\x03\x01\x00\x01" +
	"\x07\x1a\x03\x06memory\x02\x00\x06malloc\x00\x00\x04spin\x00\x01" +
	"\x0a\x10\x02\x06\x00\x20\x00\x40\x00\x0b\x07\x00\x03\x40\x0c\x00\x0b\x0b")

func packed(t *testing.T) *Module {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(module); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return New(out.Bytes())
}

// TestMemory lets a module have what it is given and no more.
func TestMemory(t *testing.T) {
	m := packed(t)
	for pages, want := range map[uint32]error{3: nil, 4: ErrMemory, 65000: ErrMemory} {
		err := m.Run(t.Context(), 4<<16, func(i *Instance) error {
			was, err := i.Call("malloc", pages)
			if err == nil && was != 1 {
				err = errors.New("refused")
			}
			return err
		})
		if !errors.Is(err, want) || (err == nil) != (want == nil) {
			t.Errorf("%d pages more: %v", pages, err)
		}
	}
}

// TestEnds ends a module that never would.
func TestEnds(t *testing.T) {
	m := packed(t)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	err := m.Run(ctx, 0, func(i *Instance) error {
		_, err := i.Call("spin")
		return err
	})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

// TestOutside refuses what does not lie within the memory.
func TestOutside(t *testing.T) {
	err := packed(t).Run(t.Context(), 0, func(i *Instance) error {
		if _, err := i.Bytes(1<<16-4, 4); err != nil {
			t.Error(err)
		}
		_, err := i.Bytes(1<<16-4, 5)
		return err
	})
	if err == nil {
		t.Error("bytes behind the memory were given")
	}
}
