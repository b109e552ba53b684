package serve

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"unicode/utf8"
)

// deepest is how far the values of a request may be nested.
const deepest = 32

// readJSON reads a request's body as JSON into value, whatever type it is said
// to be of.
func (s *Server) readJSON(w http.ResponseWriter, r *http.Request, value any) error {
	data, err := s.body(w, r, s.withBase64(), 3)
	if err != nil {
		return err
	}
	return parseJSON(data, value)
}

func parseJSON(data []byte, value any) error {
	if text := bytes.TrimLeft(data, " \t\r\n"); !bytes.HasPrefix(text, []byte("{")) {
		return badJSON("a JSON object was expected")
	}
	if depth(data) > deepest {
		return badJSON("the request's JSON is nested too deeply")
	}
	if !utf8.Valid(data) {
		return badJSON("the request's JSON is not UTF-8")
	}
	err := json.Unmarshal(data, value)
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind) && kind.Field != "":
		return badJSON("%s: %s does not fit", embedded.Replace(kind.Field), kind.Value)
	case err != nil:
		return badJSON("the request is not JSON: %v", err)
	}
	return nil
}

// embedded takes the names of structs within others, settings and generation, out
// of the path of a field: in the request's JSON nothing has these names.
var embedded = strings.NewReplacer("settings.", "", "generation.", "")

func badJSON(format string, values ...any) error {
	return refuse(http.StatusBadRequest, "bad request", format, values...)
}

// depth is how far JSON is nested at most. Of what is no JSON it may say
// anything.
func depth(data []byte) int {
	now, most, quoted := 0, 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			now++
			most = max(most, now)
		case c == '}' || c == ']':
			now--
		}
	}
	return most
}

// namesIn lists the names in a JSON object, each as often as it stands there, and
// none of the objects within. Of what is no JSON it may say anything.
func namesIn(object []byte) []string {
	var names []string
	var text []byte // the last, quoted
	deep := 0
	for i := 0; i < len(object); i++ {
		switch object[i] {
		case '"':
			begin := i
			for i++; i < len(object) && object[i] != '"'; i++ {
				if object[i] == '\\' {
					i++
				}
			}
			text = object[begin:min(i+1, len(object))]
		case '{', '[':
			deep++
		case '}', ']':
			deep--
		case ':':
			var name string
			if deep == 1 && json.Unmarshal(text, &name) == nil {
				names = append(names, name)
			}
		}
	}
	return names
}
