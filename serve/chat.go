package serve

import (
	"bytes"
	"encoding/json"
	"net/http"
)

// What the dialects of chat have in common: they were made for models that
// talk, and ask for more than a captioner can do.

// asked tells whether a value that JSON may leave out is there: not null, not
// an empty list or text.
func asked(value json.RawMessage) bool {
	switch string(bytes.TrimSpace(value)) {
	case "", "null", "[]", `""`, "{}":
		return false
	}
	return true
}

func cannot(field, what string) error {
	return refuse(http.StatusBadRequest, "cannot", "%s: this server describes pictures in a sentence; it cannot %s", field, what)
}

// describeTexts describes pictures given as base64, in at most so many words.
// A limit that is not positive, or above the server's own, is none.
func (s *Server) describeTexts(r *http.Request, texts []string, most *int) ([]description, error) {
	pictures, err := s.picturesOf(texts)
	if err != nil {
		return nil, err
	}
	var o settings
	if most != nil && *most > 0 {
		words := min(*most, s.options.Beam.MaxWords)
		o.MaxWords = &words
	}
	return s.describeAll(r.Context(), pictures, o)
}
