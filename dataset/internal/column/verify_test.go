package column

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/format"
)

// run is a run of equal numbers in the hybrid encoding.
func run(count uint64, value byte) []byte {
	return append(binary.AppendUvarint(nil, count<<1), value)
}

func TestCheckRuns(t *testing.T) {
	for _, test := range []struct {
		name string
		data []byte
		bad  bool
	}{
		{"as many", run(40, 1), false},
		{"in parts", append(run(20, 1), run(20, 0)...), false},
		{"packed, filled up", append([]byte{5<<1 | 1}, make([]byte, 5)...), false},
		{"billions", run(1<<31, 1), true},
		{"hundreds, often", append(append(run(400, 1), run(400, 1)...), run(400, 1)...), true},
		{"packed billions", append(binary.AppendUvarint(nil, 1<<32|1), make([]byte, 200)...), true},
		{"cut short", []byte{0x80}, true},
	} {
		if err := checkRuns(test.data, 1, 40); errors.Is(err, errDamaged) != test.bad {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	if err := checkRuns(run(1<<40, 0), 0, 40); err == nil {
		t.Error("numbers of no bits: billions of them")
	}
}

// TestSumDeltas compares sums with the library's own decoding.
func TestSumDeltas(t *testing.T) {
	for n := range 300 {
		lengths := make([]int32, n)
		want := int64(0)
		for i := range lengths {
			lengths[i] = int32(i * i * 7919 % (1 << (1 + i%20)))
			want += int64(lengths[i])
		}
		data, err := new(delta.BinaryPackedEncoding).EncodeInt32(nil, lengths)
		if err != nil {
			t.Fatal(err)
		}
		got, rest, err := sumDeltas(append(data, "rest"...), n)
		if err != nil || got != want || string(rest) != "rest" {
			t.Fatalf("%d lengths: %d, %q, %v, want %d", n, got, rest, err, want)
		}
		if _, _, err := sumDeltas(data, n-1); n > 0 && err == nil {
			t.Fatalf("%d lengths where %d should be", n, n-1)
		}
	}
}

// TestSharedBeginnings: values that begin as the one before are gigabytes in
// some kilobytes.
func TestSharedBeginnings(t *testing.T) {
	const n = 20_000
	prefixes, suffixes := make([]int32, n), make([]int32, n)
	for i := range prefixes {
		prefixes[i], suffixes[i] = int32(i), 1
	}
	encoding := new(delta.BinaryPackedEncoding)
	data, _ := encoding.EncodeInt32(nil, prefixes)
	rest, _ := encoding.EncodeInt32(nil, suffixes)
	p := &page{rows: n, size: len(data), encoding: format.DeltaByteArray}
	if err := p.checkValues(append(append(data, rest...), make([]byte, n)...)); !errors.Is(err, errDamaged) {
		t.Errorf("200 MB in %d bytes: %v", len(data), err)
	}
}

// TestFooterOfNothing: empty structures are hundreds of bytes each once they
// are read.
func TestFooterOfNothing(t *testing.T) {
	footer := []byte{4<<4 | thriftList, 0xf0 | thriftStruct}
	footer = binary.AppendUvarint(footer, 1<<20)
	footer = append(footer, make([]byte, 1<<20+1)...)
	w := walker{rest: footer, most: fewStructs + len(footer)/leastStruct}
	if w.structure(0); !w.bad {
		t.Error("a million row groups of nothing")
	}
}

// TestCheckStrings wants as many byte strings as a page says to have.
func TestCheckStrings(t *testing.T) {
	schema := parquet.NewSchema("", parquet.Group{"text": parquet.String(), "number": parquet.Leaf(parquet.Int32Type)})
	leaf := func(name string) *parquet.Column {
		var file bytes.Buffer
		w := parquet.NewWriter(&file, schema)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		f, err := parquet.OpenFile(bytes.NewReader(file.Bytes()), int64(file.Len()))
		if err != nil {
			t.Fatal(err)
		}
		return f.Root().Column(name)
	}
	two := []byte("\x01\x00\x00\x00a\x02\x00\x00\x00bc")
	for _, test := range []struct {
		name, column string
		data         []byte
		want         int
		bad          bool
	}{
		{"two", "text", two, 2, false},
		{"one too many", "text", two, 1, true},
		{"one too few", "text", two, 3, true},
		{"cut short", "text", two[:len(two)-1], 2, true},
		{"longer than all", "text", []byte("\xff\xff\xff\xffa"), 1, true},
		{"none", "text", nil, 0, false},
		{"numbers", "number", two, 3, false},
	} {
		if err := checkStrings(test.data, leaf(test.column), test.want); errors.Is(err, errDamaged) != test.bad {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}
