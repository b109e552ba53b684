package column

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go/compress/snappy"
)

// compressed is a page that snappy compressed, in a file of its own.
func compressed(stream []byte, inflated int) (*page, *bytes.Reader) {
	p := &page{size: len(stream), inflated: inflated, compressed: true, codec: &snappy.Codec{}}
	return p, bytes.NewReader(stream)
}

func noise(n int) []byte {
	random := rand.New(rand.NewPCG(1, uint64(n)))
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(random.Uint32())
	}
	return data
}

func TestThaw(t *testing.T) {
	header := []byte(strings.Repeat("tables that every picture has ", 20))
	var pictures []byte
	for i := range 20 {
		pictures = append(append(pictures, header...), noise(9000+i)...)
	}
	short := binary.AppendUvarint(nil, 500) // one element for each byte
	for i := range 500 {
		short = append(short, 0, byte(i))
	}
	for name, test := range map[string]struct{ data, stream []byte }{
		"pictures":  {data: pictures},
		"runs":      {data: bytes.Repeat([]byte("abcabd"), 30000)},
		"noise":     {data: noise(150000)},
		"short":     {data: []byte("ab")},
		"wasteful":  {stream: short},
		"long copy": {stream: []byte{6, 1 << 2, 'a', 'b', 3<<2 | 3, 2, 0, 0, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			stream := test.stream
			if stream == nil {
				stream, _ = (&snappy.Codec{}).Encode(nil, test.data)
			}
			want, err := (&snappy.Codec{}).Decode(nil, stream)
			if err != nil {
				t.Fatal(err)
			}
			p, file := compressed(stream, len(want))
			if err := p.scan(file); err != nil {
				t.Fatal(err)
			}
			for start := 0; start < len(want); start += 1 + len(want)/97 {
				checkThaw(t, p, file, want, start, min(start+1+len(want)/11, len(want)))
			}
		})
	}
}

func checkThaw(t *testing.T, p *page, file *bytes.Reader, want []byte, start, end int) {
	t.Helper()
	first, last := p.covering(start, end)
	got, _, err := p.thaw(file, first, last, end, nil, nil)
	if err != nil {
		t.Fatalf("bytes %d to %d: %v", start, end, err)
	}
	if from := p.fragments[first].inflated; !bytes.Equal(got, want[from:end]) {
		t.Fatalf("bytes %d to %d differ", start, end)
	}
}

// repeats tells a stream with a copy from no distance, which S2, the oracle's
// format, takes for one from the last; Snappy has none.
func repeats(stream []byte) bool {
	for len(stream) > 0 {
		length, offset, size := element(stream)
		if size == 0 && stream[0]&3 != 0 {
			return true
		}
		if offset == 0 {
			size += length
		}
		stream = stream[min(max(size, 1), len(stream)):]
	}
	return false
}

func FuzzThawPart(f *testing.F) {
	stream, _ := (&snappy.Codec{}).Encode(nil, []byte(strings.Repeat("abcdefgh", 40)))
	f.Add(stream[2:])
	f.Fuzz(func(t *testing.T, stream []byte) {
		if repeats(stream) {
			return
		}
		want, err := (&snappy.Codec{}).Decode(nil, append(binary.AppendUvarint(nil, 64), stream...))
		got := make([]byte, 64)
		if found := thawPart(got, stream); err == nil && (found != nil || !bytes.Equal(got, want)) {
			t.Errorf("%v: %q, want %q", found, got, want)
		}
	})
}
