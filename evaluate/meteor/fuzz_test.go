package meteor

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzNormalize(f *testing.F) {
	for _, text := range []string{
		"", "A man's dog.", "wait... now..", "DOTMULTI", "DOTMULTI. DOTDOTMULTI", "U.S.A. Dr. No. 5", "a-b--c–d", "1,000,a", "“x” ''y''", "İΣ\xff\v\u2003",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := Normalize(text)
		if !utf8.ValidString(got) || got != strings.TrimSpace(got) && !strings.ContainsAny(text, "\u0085\u1680\u2028\u2029") {
			t.Errorf("Normalize(%q) = %q", text, got)
		}
		if plain(text) && got != general(text) {
			t.Errorf("Normalize(%q) = %q, without the short cut %q", text, got, general(text))
		}
	})
}

func FuzzSegment(f *testing.F) {
	f.Add("a guy was here", "a man has been here")
	f.Add("on the back of a dog", "riding dogs in the snow")
	f.Fuzz(func(t *testing.T, hyp, ref string) {
		x, err := parseIndex(compiled(t))
		if err != nil {
			t.Fatal(err)
		}
		table := &Table{index: x}
		got := table.Scorer().Align(hyp, []string{ref})
		if score := got.Score(); !(score >= 0 && score <= 1) {
			t.Errorf("score %v", score)
		}
		hypEnds, refEnd := map[int]bool{}, 0
		for _, m := range got.Matches {
			if m.Start < refEnd || m.Start+m.Length > int(got.Stats[refWords]) {
				t.Errorf("reference words %d to %d matched twice or absent", m.Start, m.Start+m.Length)
			}
			refEnd = m.Start + m.Length
			for at := m.MatchStart; at < m.MatchStart+m.MatchLength; at++ {
				if hypEnds[at] || at >= int(got.Stats[hypWords]) {
					t.Errorf("hypothesis word %d matched twice or absent", at)
				}
				hypEnds[at] = true
			}
		}
		if math.IsNaN(got.Score()) || table.Err() != nil {
			t.Error(table.Err())
		}
	})
}

func FuzzCompile(f *testing.F) {
	f.Add([]byte(phrases), true)
	f.Add([]byte("0.5\na\n"), true)
	f.Add([]byte{0x1f, 0x8b, 8, 0}, false)
	f.Fuzz(func(t *testing.T, data []byte, text bool) {
		if text {
			data = zip(t, string(data))
		}
		var out bytes.Buffer
		if _, err := Compile(context.Background(), &out, bytes.NewReader(data)); err != nil {
			return
		}
		x, err := parseIndex(out.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if x.verify(); x.damaged.Load() {
			t.Error("a new index is damaged")
		}
	})
}

// FuzzIndex writes bytes over a sound index and makes its checksums right, so
// that only the checks of places and sizes stand between them and a panic.
func FuzzIndex(f *testing.F) {
	index := compiled(f)
	f.Add(uint32(headerSize), []byte{0xff, 0xff, 0xff, 0x7f})
	f.Add(uint32(headerSize+64), []byte{1, 0, 0, 0})
	f.Add(uint32(len(index)-60), []byte{0x80, 0x80, 0x80, 0x80, 0x80, 0x80})
	f.Add(uint32(48), []byte{2, 0, 0, 0})
	f.Fuzz(func(t *testing.T, at uint32, over []byte) {
		data := slices.Clone(index)
		copy(data[int(at)%len(data):], over)
		x, err := parseIndex(resealed(data))
		if err != nil {
			return
		}
		table := &Table{index: x}
		table.Scorer().Segment("a guy on the back of a horse", []string{"a man has been riding in the snow", "a guy"})
		_ = table.Verify()
	})
}

// resealed makes the checksums of data right, where it is long enough.
func resealed(data []byte) []byte {
	var h header
	if len(data) < headerSize {
		return data
	}
	copy(data, magic[:])
	if _, err := binary.Decode(data, binary.LittleEndian, &h); err != nil || h.body() > len(data)-headerSize {
		return data
	}
	body := data[headerSize : headerSize+h.body()]
	sums := appendSums(nil, body)
	h.Sums = crc32.Checksum(sums, castagnoli)
	return slices.Concat(h.bytes(), body, sums)
}
