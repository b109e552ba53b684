package serve

import (
	"encoding/base64"
	"net/http"
	"strings"
)

// pictureOf returns the bytes of a picture written as base64, as clients write
// it: bare or as a data URI, with spaces or line breaks, in either alphabet,
// padded or not. An address is refused: nothing is ever fetched.
func pictureOf(text string) ([]byte, error) {
	text = strings.TrimSpace(text)
	if head, rest, found := strings.Cut(text, ","); found && hasScheme(head, "data") {
		if !strings.Contains(strings.ToLower(head), ";base64") {
			return nil, refuse(http.StatusBadRequest, "base64", "the data URI of the picture is not base64")
		}
		text = rest
	}
	if strings.Contains(text, ":") {
		return nil, refuse(http.StatusBadRequest, "address", "this server fetches no address and opens no file; send the picture itself, as base64")
	}
	data, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(alphabet.Replace(text), "="))
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "base64", "the picture is neither base64 nor a data URI")
	}
	if len(data) == 0 {
		return nil, refuse(http.StatusBadRequest, "no picture", "the picture is empty")
	}
	return data, nil
}

func hasScheme(text, scheme string) bool {
	return len(text) > len(scheme) && strings.EqualFold(text[:len(scheme)], scheme) && text[len(scheme)] == ':'
}

// alphabet turns the URL-safe alphabet into the usual one and drops blanks.
var alphabet = strings.NewReplacer("-", "+", "_", "/", "\n", "", "\r", "", "\t", "", " ", "")

// picturesOf decodes every text, as many as a request may hold.
func (s *Server) picturesOf(texts []string) ([][]byte, error) {
	if len(texts) > s.options.Pictures {
		return nil, refuse(http.StatusBadRequest, "too many", "%d pictures in one request; up to %d are taken", len(texts), s.options.Pictures)
	}
	pictures := make([][]byte, len(texts))
	for i, text := range texts {
		var err error
		if pictures[i], err = pictureOf(text); err != nil {
			return nil, err
		}
		if int64(len(pictures[i])) > s.options.Body {
			return nil, tooLong(s.options.Body)
		}
	}
	return pictures, nil
}
