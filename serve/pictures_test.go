package serve

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"net/http"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seetell/seetell/internal/testjpeg"
	"github.com/seetell/seetell/internal/testshared"
)

// everyRoute asks for a caption of a file in every dialect.
func everyRoute(t *testing.T, file []byte) map[string]request {
	t.Helper()
	text := base64.StdEncoding.EncodeToString(file)
	kind, body := form(t, textproto.MIMEHeader{"Content-Disposition": {`form-data; name="image"; filename="a.jpg"`}}, file)
	return map[string]request{
		"native raw":   {path: "/caption", body: bytes.NewReader(file)},
		"native JSON":  {path: "/caption", body: strings.NewReader(quoted(file))},
		"Hugging Face": {path: "/", body: bytes.NewReader(file)},
		"ollama":       {path: "/api/generate", body: strings.NewReader(`{"stream":false,"images":["` + text + `"]}`)},
		"openai":       {path: "/v1/chat/completions", body: strings.NewReader(`{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/jpeg;base64,` + text + `"}}]}]}`)},
		"photoprism":   {path: "/api/v1/vision/caption", body: strings.NewReader(`{"images":["` + text + `"]}`)},
		"max":          {path: "/model/predict", kind: kind, body: body},
	}
}

// exif returns an APP1 segment that says how a JPEG is to be turned.
func exif(orientation byte) []byte {
	entry := []byte{0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0}
	tiff := append([]byte("MM\x00*\x00\x00\x00\x08\x00\x01"), append(entry, 0, 0, 0, 0)...)
	payload := append([]byte("Exif\x00\x00"), tiff...)
	return append([]byte{0xff, 0xe1, byte((len(payload) + 2) >> 8), byte(len(payload) + 2)}, payload...)
}

// turned returns a JPEG that is red above blue once it is turned as it says.
func turned(t *testing.T, orientation int) []byte {
	m := image.NewNRGBA(image.Rect(0, 0, 64, 64))
	for y := range 64 {
		for x := range 64 {
			upper := map[int]bool{1: y < 32, 2: y < 32, 3: y >= 32, 4: y >= 32, 5: x < 32, 6: x < 32, 7: x >= 32, 8: x >= 32}[orientation]
			m.Set(x, y, map[bool]color.Color{true: red, false: blue}[upper])
		}
	}
	file := jpegOf(t, m)
	return append(append(file[:2:2], exif(byte(orientation))...), file[2:]...)
}

func TestOrientationIsTheSameOnEveryRoute(t *testing.T) {
	s := newServer(t, &fakeModel{}, nil)
	for orientation := 1; orientation <= 8; orientation++ {
		for name, q := range everyRoute(t, turned(t, orientation)) {
			answer := ask(t, s, q)
			if got := strings.ToLower(answer.Body.String()); answer.Code != 200 || !strings.Contains(got, captionOf(red)) {
				t.Errorf("orientation %d through %s: status %d, %s; want %q", orientation, name, answer.Code, got, captionOf(red))
			}
		}
	}
}

// bad says what each dialect answers for a picture that cannot be described.
func bad(t *testing.T, s *Server, file []byte, want int, say string) {
	t.Helper()
	for name, q := range everyRoute(t, file) {
		status := want
		if name == "ollama" || name == "openai" {
			status = http.StatusBadRequest
		}
		if answer := ask(t, s, q); answer.Code != status || !strings.Contains(answer.Body.String(), say) {
			t.Errorf("%s: status %d, want %d and %q: %s", name, answer.Code, status, say, answer.Body)
		}
	}
}

func TestKindsThatAreNotRead(t *testing.T) {
	s := newServer(t, &fakeModel{}, nil)
	xl := append([]byte("\x00\x00\x00\x0cJXL \r\n\x87\n"), make([]byte, 64)...)
	bad(t, s, xl, http.StatusUnsupportedMediaType, "JPEG XL")
	bad(t, s, []byte("these are the bytes of no picture"), http.StatusUnsupportedMediaType, "not a picture")
	mistyped := ask(t, s, request{path: "/caption", kind: "image/jpeg", body: bytes.NewReader(xl)})
	if mistyped.Code != http.StatusUnsupportedMediaType || !strings.Contains(mistyped.Body.String(), "JPEG") {
		t.Errorf("JPEG XL that is said to be JPEG: status %d, %s", mistyped.Code, mistyped.Body)
	}
	cut := redJPEG(t)
	bad(t, s, cut[:len(cut)/2], http.StatusUnprocessableEntity, "cut short")
}

// header returns a PNG file that states a size and holds nothing.
func header(width, height uint32) []byte {
	chunk := []byte("IHDR")
	chunk = binary.BigEndian.AppendUint32(chunk, width)
	chunk = binary.BigEndian.AppendUint32(chunk, height)
	chunk = append(chunk, 8, 2, 0, 0, 0)
	file := binary.BigEndian.AppendUint32([]byte("\x89PNG\r\n\x1a\n"), 13)
	file = binary.BigEndian.AppendUint32(append(file, chunk...), crc32.ChecksumIEEE(chunk))
	return append(file, make([]byte, 5000)...)
}

func TestHugePictures(t *testing.T) {
	s := newServer(t, &fakeModel{}, nil)
	bad(t, s, header(20000, 12000), http.StatusRequestEntityTooLarge, "million")
	bad(t, s, header(64250, 64250), http.StatusRequestEntityTooLarge, "million")
}

func TestBase64Forms(t *testing.T) {
	s := newServer(t, &fakeModel{}, nil)
	file := redJPEG(t)
	text := base64.StdEncoding.EncodeToString(file)
	lines := text[:60] + "\r\n" + text[60:]
	for name, form := range map[string]string{
		"bare":              text,
		"data URI":          "data:image/jpeg;base64," + text,
		"space after comma": "data:image/jpeg;base64, " + text,
		"upper case":        "DATA:image/jpeg;charset=utf-8;BASE64," + text,
		"line breaks":       lines,
		"URL-safe":          base64.URLEncoding.EncodeToString(file),
		"unpadded":          base64.RawStdEncoding.EncodeToString(file),
		"URL-safe unpadded": base64.RawURLEncoding.EncodeToString(file),
	} {
		body, err := json.Marshal(map[string]string{"image": form})
		if err != nil {
			t.Fatal(err)
		}
		if answer := ask(t, s, request{path: "/caption", body: bytes.NewReader(body)}); answer.Code != 200 {
			t.Errorf("%s: status %d: %s", name, answer.Code, answer.Body)
		}
	}
}

func TestFilePartWithoutType(t *testing.T) {
	s := newServer(t, &fakeModel{}, nil)
	for name, header := range map[string]textproto.MIMEHeader{
		"no type":       {"Content-Disposition": {`form-data; name="image"; filename="a.jpg"`}},
		"another name":  {"Content-Disposition": {`form-data; name="upload"; filename="a.jpg"`}},
		"no file name":  {"Content-Disposition": {`form-data; name="image"`}},
		"octet-stream":  {"Content-Disposition": {`form-data; name="x"; filename="blob"`}, "Content-Type": {"application/octet-stream"}},
		"only its type": {"Content-Disposition": {`form-data; name="x"`}, "Content-Type": {"image/jpeg"}},
	} {
		for _, path := range []string{"/caption", "/model/predict", "/"} {
			kind, body := form(t, header, redJPEG(t))
			if answer := ask(t, s, request{path: path, kind: kind, body: body}); answer.Code != 200 || !strings.Contains(answer.Body.String(), captionOf(red)) {
				t.Errorf("%s at %s: status %d: %s", name, path, answer.Code, answer.Body)
			}
		}
	}
}

func TestKindsOfPixels(t *testing.T) {
	s := newServer(t, &fakeModel{}, nil)
	grey := image.NewGray(image.Rect(0, 0, 40, 40))
	for i := range grey.Pix {
		grey.Pix[i] = 128
	}
	cmyk := make([]uint8, 40*40*4)
	for i := range cmyk {
		cmyk[i] = 200
	}
	files := map[string][]byte{
		"RGBA":      pngOf(t, plainPicture(color.NRGBA{200, 30, 30, 40}, 40, 40)),
		"grey":      jpegOf(t, grey),
		"grey PNG":  pngOf(t, grey),
		"CMYK JPEG": testjpeg.Encode(cmyk, 40, 40, testjpeg.Options{Channels: 4, Across: 1, Down: 1, Quality: 90}),
	}
	for _, kind := range []string{"webp", "heic", "avif"} {
		paths, err := filepath.Glob("../picture/testdata/*." + kind)
		if err != nil || len(paths) == 0 {
			t.Errorf("there is no picture of kind %s to try: %v", kind, err)
		}
		for _, path := range paths {
			if files[filepath.Base(path)], err = os.ReadFile(path); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, file := range files {
		if answer := ask(t, s, request{path: "/caption", body: bytes.NewReader(file)}); answer.Code != 200 {
			t.Errorf("%s: status %d: %s", name, answer.Code, answer.Body)
		}
	}
}

// An address is never followed: not even to the machine's own metadata.
func TestAddressesAreNotFetched(t *testing.T) {
	s := newServer(t, &fakeModel{}, nil)
	for _, address := range []string{"http://169.254.169.254/latest/meta-data/", "https://example.org/a.jpg", "file:///etc/passwd", "//example.org/a.jpg", "/etc/passwd"} {
		for path, body := range map[string]string{
			"/v1/chat/completions":   `{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":%q}}]}]}`,
			"/api/generate":          `{"images":[%q]}`,
			"/api/v1/vision/caption": `{"images":[%q]}`,
			"/":                      `{"inputs":%q}`,
			"/caption":               `{"image":%q}`,
		} {
			answer := ask(t, s, request{path: path, body: strings.NewReader(fmt.Sprintf(body, address))})
			if answer.Code < 400 || answer.Code > 422 || strings.Contains(answer.Body.String(), "root:") {
				t.Errorf("%s at %s: status %d: %s", address, path, answer.Code, answer.Body)
			}
			if strings.Contains(address, ":") && answer.Code != 400 {
				t.Errorf("%s at %s: status %d, want 400", address, path, answer.Code)
			}
		}
	}
}

// refusedCases are the shared pictures that are not described.
var refusedCases = map[string]int{
	"pictures/jxl_as.jpg":                                 http.StatusUnsupportedMediaType,
	"pictures/heic_as.jpg":                                http.StatusUnprocessableEntity,
	"pictures/png_iccp_badcrc.png":                        http.StatusUnprocessableEntity,
	"safety/pictures/jpeg_progressive_100MP_499scans.jpg": http.StatusRequestEntityTooLarge,
	"safety/pictures/jpeg_progressive_100MP_cmyk.jpg":     http.StatusRequestEntityTooLarge,
}

// Every file of the shared cases, a picture or not, good or bad, gets an answer
// that is no fault of the server's, which goes on; each picture gets its own.
func TestSharedCases(t *testing.T) {
	s := newServer(t, &fakeModel{}, nil)
	tried, cases := map[int]int{}, testshared.Dir(t, "cases")
	err := filepath.WalkDir(cases, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		file, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		answer := ask(t, s, request{path: "/caption", body: bytes.NewReader(file)})
		tried[answer.Code]++
		if answer.Code >= 500 {
			t.Errorf("%s: status %d: %s", path, answer.Code, answer.Body)
		}
		name, err := filepath.Rel(cases, path)
		if want := cmp.Or(refusedCases[name], http.StatusOK); strings.Contains(filepath.Dir(name), "pictures") && answer.Code != want {
			t.Errorf("%s: status %d, want %d: %s", name, answer.Code, want, answer.Body)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("answers by status: %v", tried)
	if tried[200] == 0 || tried[415] == 0 {
		t.Errorf("answers by status: %v; want pictures among them, and others", tried)
	}
	if answer := ask(t, s, request{path: "/caption", body: bytes.NewReader(redJPEG(t))}); answer.Code != 200 {
		t.Errorf("afterwards: status %d", answer.Code)
	}
}
