package picture

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seetell/seetell/third_party/libheif"
)

// withHEIC skips a test of a build that has no decoder of HEVC.
func withHEIC(t testing.TB) {
	if len(libheif.Packed) == 0 {
		t.Skip("this build reads no HEIC")
	}
}

// TestHEIFLikePillow wants pillow-heif's pixels of HEIC, all of them (heif.py).
// AVIF with fewer samples of colour than of brightness may differ from Pillow's
// where colours meet: its libavif and ours smooth them otherwise. So may HEIC of
// odd sizes that is turned, since libheif turns before it converts.
func TestHEIFLikePillow(t *testing.T) {
	for name, want := range readPacked(t, "heif.json") {
		t.Run(name, func(t *testing.T) {
			mean := 0.0
			if strings.HasSuffix(name, ".heic") {
				withHEIC(t)
			} else if name != "444.avif" && name != "grey.avif" && !strings.HasPrefix(name, "turned") {
				mean = 4
			}
			got, err := Decode(readTestdata(t, name))
			if err != nil {
				t.Fatal(err)
			}
			if got.Width != want.Width || got.Height != want.Height {
				t.Fatalf("%d x %d pixels, want %d x %d", got.Width, got.Height, want.Width, want.Height)
			}
			sum := 0
			for i, v := range got.Pixels {
				sum += max(int(v), int(want.Pixels[i])) - min(int(v), int(want.Pixels[i]))
			}
			if apart := float64(sum) / float64(len(got.Pixels)); apart > mean {
				t.Errorf("apart by %.3f on average, want %v at most", apart, mean)
			}
		})
	}
}

// TestHEIFCutShort cuts files at many places, each of which is an error.
func TestHEIFCutShort(t *testing.T) {
	withHEIC(t)
	for _, name := range []string{"420.heic", "grid.heic", "420.avif"} {
		data := readTestdata(t, name)
		for _, length := range []int{12, 40, len(data) / 3, len(data) - 100, len(data) - 1} {
			if _, err := Decode(data[:length]); !errors.Is(err, ErrDamaged) {
				t.Errorf("%d bytes of %s: %v", length, name, err)
			}
		}
	}
}

// change puts numbers in place of others where they occur.
func change(data []byte, old, new string) []byte {
	return bytes.ReplaceAll(data, []byte(old), []byte(new))
}

// TestGridLies refuses sizes that would cost what the picture's does not say.
func TestGridLies(t *testing.T) {
	withHEIC(t)
	data := readTestdata(t, "grid.heic")
	shape := "\x00\x00\x01\x02\x00\x96\x00\x64" // 2 rows of 3 tiles, 150 x 100 pixels
	for name, lie := range map[string][]byte{
		"more tiles than there are": change(data, shape, "\x00\x00\xff\xff\x00\x96\x00\x64"),
		"tiles nobody sees":         change(data, shape, "\x00\x00\x01\x02\x00\x20\x00\x64"),
		"more than the tiles cover": change(data, shape, "\x00\x00\x01\x02\x00\xff\x00\x64"),
		"a tile of itself":          change(data, "dimg\x00\x01\x00\x06\x00\x02", "dimg\x00\x01\x00\x06\x00\x01"),
	} {
		if _, err := Decode(lie); !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrUnsupported) {
			t.Errorf("%s: %v", name, err)
		}
	}
	empty := change(readTestdata(t, "420.avif"), "\x00\x00\x00\x23\x00\x00\x00\x1b", "\x00\x00\x00\x00\x00\x00\x00\x00")
	if _, err := DecodeConfig(empty); !errors.Is(err, ErrDamaged) {
		t.Errorf("an AVIF that says to be of 0 x 0 pixels: %v", err)
	}
	large := change(readTestdata(t, "420.avif"), "\x00\x00\x00\x23\x00\x00\x00\x1b", "\x00\x00\x40\x00\x00\x00\x40\x00")
	if _, err := Decode(large); !errors.Is(err, ErrTooLarge) {
		t.Errorf("an AVIF that says to be of 16384 x 16384 pixels: %v", err)
	}
}

// TestHEIFKinds names what is not read.
func TestHEIFKinds(t *testing.T) {
	withHEIC(t)
	data := change(readTestdata(t, "420.heic"), "hvc1", "vvc1")
	if _, err := Decode(data); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), `"vvc1"`) {
		t.Errorf("%v", err)
	}
}

// TestHEIFEnds ends decoding with its context, the decoders' first compiling
// aside.
func TestHEIFEnds(t *testing.T) {
	withHEIC(t)
	for _, name := range []string{"420.heic", "420.avif"} {
		data := readTestdata(t, name)
		if _, err := Decode(data); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 0)
		start := time.Now()
		if _, err := DecodeContext(ctx, data); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 10*time.Second {
			t.Errorf("%s: %v after %v", name, err, time.Since(start))
		}
		cancel()
	}
}

func TestCompose(t *testing.T) {
	p := New(3, 2)
	for i := range p.Pixels {
		p.Pixels[i] = uint8(i)
	}
	for first := 1; first <= 8; first++ {
		for next := 1; next <= 8; next++ {
			want, got := p.orient(first).orient(next), p.orient(compose(first, next))
			if got.Width != want.Width || !bytes.Equal(got.Pixels, want.Pixels) {
				t.Errorf("%d and then %d is not %d", first, next, compose(first, next))
			}
		}
	}
}

// TestHEIFCrowded refuses files of few bytes that would take much memory or
// time: places that take no bytes, and pictures that share theirs.
func TestHEIFCrowded(t *testing.T) {
	number := binary.BigEndian.AppendUint16
	repeat := func(n int, what func(i uint16) []byte) (all []byte) {
		for i := range n {
			all = append(all, what(uint16(i))...)
		}
		return all
	}
	places := func(sizes uint16, items int, rest ...byte) []byte {
		return makeBox("iloc", []byte{0, 0, 0, 0}, number(number(nil, sizes), uint16(items)),
			repeat(items, func(i uint16) []byte { return append(number(number(nil, i), 0), rest...) }))
	}
	file := func(boxes ...[]byte) []byte {
		return slices.Concat(makeBox("ftyp", []byte("heic\x00\x00\x00\x00mif1heic")), makeBox("meta", make([]byte, 4), slices.Concat(boxes...)))
	}
	items := func(n int) []byte {
		return makeBox("iinf", make([]byte, 6), repeat(n, func(i uint16) []byte {
			return makeBox("infe", []byte{2, 0, 0, 0}, number(number(nil, i), 0), []byte("hvc1\x00"))
		}))
	}
	primary := makeBox("pitm", make([]byte, 6))
	for name, boxes := range map[string][]byte{
		"places of no bytes":  slices.Concat(primary, items(1), places(0, 1000, 0xff, 0xff)),
		"many items":          slices.Concat(primary, items(mostItems+1)),
		"many places of one":  slices.Concat(primary, items(1), places(0x4400, 1, append([]byte{0, mostExtents + 1}, make([]byte, 8*(mostExtents+1))...)...)),
		"a property for ever": slices.Concat(primary, items(1), makeBox("iprp", makeBox("ipma", make([]byte, 4), []byte{0, 0, 0, 2}, repeat(2, func(uint16) []byte { return append([]byte{0, 0, 200}, make([]byte, 200)...) })))),
	} {
		before := time.Now()
		if _, err := readHEIF(file(boxes)); !errors.Is(err, errBoxes) || time.Since(before) > time.Second {
			t.Errorf("%s: %v after %v", name, err, time.Since(before))
		}
	}
	h, err := readHEIF(file(primary, items(1), places(0x4400, 1, append([]byte{0, 2}, make([]byte, 16)...)...)))
	if err != nil {
		t.Fatal(err)
	}
	for read := 0; err == nil; read++ {
		if _, err = h.bytes(h.items[0]); read > sharedReads {
			t.Fatal("a picture's bytes are read for ever")
		}
	}
}

// heifSeeds adds the test's files of both kinds.
func heifSeeds(f *testing.F) {
	names, err := filepath.Glob("testdata/*.[ha][ev]i[cf]")
	if err != nil || len(names) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, name := range names {
		f.Add(readTestdata(f, filepath.Base(name)))
	}
}

// asHEIF puts before bytes what makes them a file of the format.
func asHEIF(data []byte) []byte {
	if brands(data) == nil {
		return slices.Concat(binary.BigEndian.AppendUint32(nil, 16), []byte("ftypheic\x00\x00\x00\x00"), data)
	}
	return data
}

// FuzzHEIF reads the boxes of files of both kinds and all that is done with
// them before a decoder is called.
func FuzzHEIF(f *testing.F) {
	heifSeeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		data = asHEIF(data)
		c, err := DecodeConfig(data)
		if err == nil && (c.Width <= 0 || c.Height <= 0) {
			t.Errorf("%d x %d pixels", c.Width, c.Height)
		}
		h, err := readHEIF(data)
		if err != nil {
			return
		}
		if orientation := h.turned(); orientation < 1 || orientation > 8 {
			t.Errorf("orientation %d", orientation)
		}
		for _, item := range h.items {
			p, err := h.heic(item)
			if err != nil {
				continue
			}
			p.little(h)
			if part, err := h.clean(item, p.size); err == nil && !part.In(image.Rectangle{Max: p.size}) {
				t.Errorf("%v of %v is to be seen", part, p.size)
			}
			if bytes, err := h.bytes(p.tiles[0]); err == nil {
				littleAV1(bytes)
				if _, err := readHEIF(p.file(h.property(p.tiles[0], "hvcC"), bytes)); err != nil {
					t.Errorf("the file written for a tile: %v", err)
				}
			}
		}
	})
}

// TestHEIFChanged decodes files in which some bytes are others; what decodes is
// as large as was said. It runs for as long as SEETELL_TEST_CHANGED says: under
// Go's fuzzing the decoders, which are compiled as they start, try three files a
// minute.
func TestHEIFChanged(t *testing.T) {
	long, _ := time.ParseDuration(os.Getenv("SEETELL_TEST_CHANGED"))
	names, err := filepath.Glob("testdata/*.[ha][ev]i[cf]")
	if err != nil || len(names) == 0 {
		t.Fatal("no files", err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	tries, decoded := 0, 0
	for begin := time.Now(); tries < 30 || time.Since(begin) < long; tries++ {
		data := slices.Clone(readTestdata(t, filepath.Base(names[random.IntN(len(names))])))
		for range 1 + random.IntN(4) {
			data[random.IntN(len(data))] = byte(random.Uint32())
		}
		c, err := DecodeConfig(data)
		if err != nil || c.Width*c.Height > 1<<18 {
			continue
		}
		p, err := Decode(data)
		if err != nil {
			continue
		}
		if decoded++; len(p.Pixels) != 3*p.Width*p.Height {
			t.Errorf("%d x %d pixels of %d bytes: %q", p.Width, p.Height, len(p.Pixels), data)
		}
	}
	t.Logf("%d of %d files decoded", decoded, tries)
}
