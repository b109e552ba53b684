package annotations

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// NotUTF8 says of a text that is no UTF-8 which encoding it seems to have, and
// what to do. Windows-1252 is what Excel's plain CSV has in the Americas and
// Western Europe: single letters beyond ASCII, among letters of ASCII.
func NotUTF8(text string) string {
	const advice = "save the file as UTF-8 (Excel: CSV UTF-8"
	if !western(text) {
		return "not UTF-8: " + advice + "; iconv -f, with the encoding of where it was written, -t UTF-8)"
	}
	return "not UTF-8 but most likely Windows-1252: " + advice + "; iconv -f WINDOWS-1252 -t UTF-8)"
}

// western tells whether a text's bytes beyond ASCII stand alone, and are letters
// or marks of Windows-1252.
func western(text string) bool {
	in, longest := 0, 0
	for _, c := range []byte(text) {
		if in++; c < utf8.RuneSelf {
			in = 0
		}
		longest = max(longest, in)
	}
	decoded, err := charmap.Windows1252.NewDecoder().String(text)
	return err == nil && longest <= 2 && !strings.ContainsRune(decoded, utf8.RuneError)
}
