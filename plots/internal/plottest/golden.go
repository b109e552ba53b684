package plottest

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the golden pictures instead of comparing with them")

// CheckGolden compares picture, pixel by pixel, with testdata/name.png. The
// difference may be 2 of 255, for platforms that fuse multiplications.
func CheckGolden(t testing.TB, name string, picture image.Image) {
	t.Helper()
	path := filepath.Join("testdata", name+".png")
	if *update {
		var out bytes.Buffer
		encoder := png.Encoder{CompressionLevel: png.BestCompression}
		if err := encoder.Encode(&out, picture); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, out.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatalf("%v; -update writes it", err)
	}
	defer file.Close()
	want, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	if problem := compareImages(picture, want); problem != "" {
		other := filepath.Join(os.TempDir(), "seetell-"+name+".png")
		var out bytes.Buffer
		if png.Encode(&out, picture) == nil && os.WriteFile(other, out.Bytes(), 0o666) == nil {
			problem += "; the picture now is " + other
		}
		t.Errorf("%s differs: %s", path, problem)
	}
}

func compareImages(got, want image.Image) string {
	if got.Bounds().Size() != want.Bounds().Size() {
		return fmt.Sprintf("it is %v large, want %v", got.Bounds().Size(), want.Bounds().Size())
	}
	different := 0
	for y := range want.Bounds().Dy() {
		for x := range want.Bounds().Dx() {
			if distance(got, want, x, y) > 2 {
				different++
			}
		}
	}
	if different > 0 {
		return fmt.Sprintf("%d pixels", different)
	}
	return ""
}

// distance is the largest difference of a channel, of 255.
func distance(a, b image.Image, x, y int) int {
	ar, ag, ab, aa := a.At(a.Bounds().Min.X+x, a.Bounds().Min.Y+y).RGBA()
	br, bg, bb, ba := b.At(b.Bounds().Min.X+x, b.Bounds().Min.Y+y).RGBA()
	largest := 0
	for _, d := range [...]int{int(ar) - int(br), int(ag) - int(bg), int(ab) - int(bb), int(aa) - int(ba)} {
		largest = max(largest, max(d, -d)>>8)
	}
	return largest
}
