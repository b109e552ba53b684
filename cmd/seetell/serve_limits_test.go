package main

import (
	"bytes"
	"image"
	"image/png"
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestServeLimits: what a picture may have and take is the flags' of the
// server, over HTTP too, and the picture after it is described.
func TestServeLimits(t *testing.T) {
	drawn := func(width, height int) []byte {
		var out bytes.Buffer
		if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	for _, test := range []struct{ flag, limit, want string }{
		{"--max-pixels", "150K", "900 x 800 pixels are more than the 0.15 million"},
		{"--decode-memory", "1M", "900 x 800 pixels of this kind take 5 MB to decode, more than the 1 MB"},
	} {
		t.Run(test.flag, func(t *testing.T) {
			_, address := served(t, test.flag, test.limit)
			for _, turn := range []struct {
				picture []byte
				code    int
				want    string
			}{{drawn(900, 800), http.StatusRequestEntityTooLarge, test.want}, {drawn(20, 10), http.StatusOK, `"captions"`}} {
				answer, err := http.Post(address+"/caption", "image/png", bytes.NewReader(turn.picture))
				if err != nil {
					t.Fatal(err)
				}
				text, err := io.ReadAll(answer.Body)
				answer.Body.Close()
				if err != nil || answer.StatusCode != turn.code || !strings.Contains(string(text), turn.want) {
					t.Errorf("status %d, want %d and %q: %s, %v", answer.StatusCode, turn.code, turn.want, text, err)
				}
			}
		})
	}
}
