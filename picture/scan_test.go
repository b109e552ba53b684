package picture

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/seetell/seetell/internal/testjpeg"
)

// compareWays decodes data with both readers of scans, at every scale, and
// wants the same pixels or the same error.
func compareWays(t *testing.T, fast, plain *Decoder, data []byte) {
	t.Helper()
	for _, atLeast := range []int{0, 16, 8, 1} {
		fast.AtLeast, plain.AtLeast = atLeast, atLeast
		want, wantErr := plain.Decode(data)
		got, err := fast.Decode(data)
		switch {
		case fmt.Sprint(err) != fmt.Sprint(wantErr):
			t.Fatalf("error %v, libjpeg's %v", err, wantErr)
		case err == nil && (got.Width != want.Width || !bytes.Equal(got.Pixels, want.Pixels)):
			t.Fatalf("at least %d: pixels differ from libjpeg's", atLeast)
		}
	}
}

// photograph returns smooth colours with noise of a strength on top.
func photograph(random *rand.Rand, width, height, channels, noise int) []uint8 {
	pixels := make([]uint8, width*height*channels)
	for i := range pixels {
		x, y := i/channels%width, i/channels/width
		pixels[i] = uint8(90*(i%channels) + 3*x + 5*y + random.IntN(noise+1))
	}
	return pixels
}

func TestScanLikeLibjpeg(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	fast, plain := Decoder{}, Decoder{plain: true}
	for _, o := range []testjpeg.Options{
		{Channels: 1, Across: 1, Down: 1}, {Channels: 1, Across: 2, Down: 2},
		{Channels: 3, Across: 1, Down: 1}, {Channels: 3, Across: 2, Down: 1}, {Channels: 3, Across: 1, Down: 2},
		{Channels: 3, Across: 2, Down: 2}, {Channels: 3, Across: 4, Down: 1}, {Channels: 3, Across: 4, Down: 2},
		{Channels: 4, Across: 1, Down: 1}, {Channels: 4, Across: 2, Down: 2},
		{Channels: 3, Across: 2, Down: 2, Progressive: true}, {Channels: 3, Across: 2, Down: 2, Separate: true},
		{Channels: 3, Across: 2, Down: 2, Arithmetic: true},
	} {
		t.Run(fmt.Sprintf("%+v", o), func(t *testing.T) {
			for quality := 1; quality <= 100; quality++ {
				o := o
				o.Quality, o.Restart, o.Optimise = quality, random.IntN(4)*random.IntN(6), !o.Arithmetic && random.IntN(2) == 0
				width, height := 1+random.IntN(80), 1+random.IntN(80)
				pixels := photograph(random, width, height, o.Channels, random.IntN(256))
				compareWays(t, &fast, &plain, testjpeg.Encode(pixels, width, height, o))
			}
		})
	}
}

// damaged are small files of the kinds that the fast reader reads.
func damaged() map[string][]byte {
	random := rand.New(rand.NewPCG(3, 4))
	files := map[string][]byte{}
	for name, o := range map[string]testjpeg.Options{
		"4:2:0":     {Channels: 3, Across: 2, Down: 2, Quality: 60},
		"optimised": {Channels: 3, Across: 1, Down: 1, Quality: 97, Optimise: true},
		"restarts":  {Channels: 3, Across: 2, Down: 1, Quality: 80, Restart: 1},
		"grey":      {Channels: 1, Across: 1, Down: 1, Quality: 100},
	} {
		files[name] = testjpeg.Encode(photograph(random, 19, 21, o.Channels, 90), 19, 21, o)
	}
	return files
}

func TestScanCutShortLikeLibjpeg(t *testing.T) {
	fast, plain := Decoder{}, Decoder{plain: true}
	for name, data := range damaged() {
		t.Run(name, func(t *testing.T) {
			for end := range data {
				compareWays(t, &fast, &plain, data[:end])
				compareWays(t, &fast, &plain, append(slices.Clone(data[:end]), 0xff, 0xd9))
			}
		})
	}
}

func TestScanDamagedLikeLibjpeg(t *testing.T) {
	fast, plain := Decoder{}, Decoder{plain: true}
	for name, data := range damaged() {
		t.Run(name, func(t *testing.T) {
			for i := range len(data) * 8 {
				data[i/8] ^= 1 << (i % 8)
				if size := bytes.Index(data, []byte{0xff, 0xc0}); size < 0 || data[size+5] == 0 && data[size+7] == 0 {
					compareWays(t, &fast, &plain, data) // no giants
				}
				data[i/8] ^= 1 << (i % 8)
			}
		})
	}
}

// TestScanUsual wants usual files to be read by the fast reader alone, and
// those that are cut short to be left to libjpeg.
func TestScanUsual(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	var d Decoder
	var message jpegMessage
	for _, restart := range []int{0, 2} {
		o := testjpeg.Options{Channels: 3, Across: 2, Down: 2, Quality: 90, Restart: restart}
		data := testjpeg.Encode(photograph(random, 70, 50, 3, 60), 70, 50, o)
		if status := (jpegData{bytes: data, eighths: 8}).read(New(70, 50), d.codes(len(data)), nil, &message); status != 0 {
			t.Errorf("a file with restarts every %d is left to libjpeg", restart)
		}
		if status := (jpegData{bytes: data[:len(data)-2], eighths: 8}).read(New(70, 50), d.codes(len(data)), nil, &message); status != unusual {
			t.Errorf("a file with restarts every %d that is cut short is not left to libjpeg", restart)
		}
	}
}

func FuzzScan(f *testing.F) {
	names, err := filepath.Glob("testdata/*.jpg")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		f.Add(readTestdata(f, filepath.Base(name)))
	}
	for _, data := range damaged() {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if h, err := new(Decoder).headerJPEG(data); err != nil || h.pixels() > 1<<20 {
			return
		}
		compareWays(t, &Decoder{}, &Decoder{plain: true}, data)
	})
}
