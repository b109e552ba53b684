package picture

import (
	"slices"
	"testing"
)

// TestLittleWork: a picture of few slices is little work, and two pictures, many
// slices or units that go beyond the end are not.
func TestLittleWork(t *testing.T) {
	item := func(name string) []byte {
		h, err := readHEIF(readTestdata(t, name))
		if err != nil {
			t.Fatal(err)
		}
		data, err := h.bytes(h.items[h.primary])
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	hevc, av1 := item("420.heic"), item("420.avif")
	next := []byte{0, 0, 0, 3, 1 << 1, 0, 0} // a slice that is not a picture's first
	for _, test := range []struct {
		name   string
		little bool
		want   bool
	}{
		{"a picture of HEVC", littleHEVC(hevc, 4), true},
		{"two of HEVC", littleHEVC(slices.Concat(hevc, hevc), 4), false},
		{"one of two slices", littleHEVC(slices.Concat(hevc, next), 4), true},
		{"one of twenty", littleHEVC(slices.Concat(hevc, slices.Repeat(next, 19)), 4), false},
		{"a cut unit of HEVC", littleHEVC(hevc[:len(hevc)-1], 4), false},
		{"a frame of AV1", littleAV1(av1), true},
		{"two of AV1", littleAV1(slices.Concat(av1, av1)), false},
		{"a cut unit of AV1", littleAV1(av1[:len(av1)-1]), false},
		{"nothing", littleHEVC(nil, 4) || littleAV1(nil), false},
	} {
		if test.little != test.want {
			t.Errorf("%s: %v", test.name, test.little)
		}
	}
}
