package evaluate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"
)

// record is one picture's captions as a file has them.
type record struct {
	id    string
	texts []string
	line  int // of the file, from 1
}

// errStop ends reading early.
var errStop = errors.New("stop")

// records reads data in whichever form it has, guessed from its content, and
// yields its records. Errors name the line.
func records(data []byte, yield func(record) error) error {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if at := invalidUTF8(data); at >= 0 {
		return fmt.Errorf("line %d: not UTF-8", lineOf(data, at))
	}
	body := bytes.TrimLeft(data, " \t\r\n")
	if len(body) == 0 {
		return errors.New("the file is empty")
	}
	if body[0] == '{' || body[0] == '[' {
		return jsonRecords(data, yield)
	}
	return lineRecords(data, yield)
}

// invalidUTF8 returns where data stops being UTF-8, or -1.
func invalidUTF8(data []byte) int {
	if utf8.Valid(data) {
		return -1
	}
	for at := 0; at < len(data); {
		r, size := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && size <= 1 {
			return at
		}
		at += size
	}
	return -1
}

// lineOf returns the number of the line that holds the byte at.
func lineOf(data []byte, at int) int {
	return 1 + bytes.Count(data[:min(max(at, 0), len(data))], []byte("\n"))
}

// lineRecords reads lines of an id, a tab and a caption. Flickr8k's ids end
// in # and the caption's number.
func lineRecords(data []byte, yield func(record) error) error {
	number := 0
	for line := range strings.Lines(string(data)) {
		number++
		line = strings.TrimRight(line, "\r\n")
		if strings.TrimSpace(line) == "" {
			continue
		}
		id, caption, found := strings.Cut(line, "\t")
		if !found {
			return fmt.Errorf("line %d: no tab between id and caption", number)
		}
		if err := yield(record{withoutNumber(strings.TrimSpace(id)), []string{caption}, number}); err != nil {
			return err
		}
	}
	return nil
}

// withoutNumber takes #0 and the like off the end of id.
func withoutNumber(id string) string {
	name, number, found := strings.Cut(id, "#")
	if _, err := strconv.ParseUint(number, 10, 31); !found || err != nil || name == "" {
		return id
	}
	return name
}

// jsonRecords reads one JSON document, or several, one a line.
func jsonRecords(data []byte, yield func(record) error) error {
	in := &reader{data: data, Decoder: json.NewDecoder(bytes.NewReader(data))}
	in.UseNumber()
	err := in.read(yield)
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		return fmt.Errorf("line %d: the JSON is cut short", lineOf(data, len(bytes.TrimRight(data, "\r\n"))))
	case errors.As(err, &syntax):
		return fmt.Errorf("line %d: %w", lineOf(data, max(int(syntax.Offset)-1, in.next())), err)
	}
	return err
}

// reader reads JSON and knows the line.
type reader struct {
	*json.Decoder
	data    []byte
	counted int // bytes of data whose line ends are counted
	ends    int
}

// line returns the line of what was read last. It counts on from where it
// counted before, so that a file is gone through once.
func (in *reader) line() int {
	at := max(in.counted, int(in.InputOffset())-1)
	in.ends += bytes.Count(in.data[in.counted:at], []byte("\n"))
	in.counted = at
	return 1 + in.ends
}

// next returns where the next value begins.
func (in *reader) next() int {
	at := int(in.InputOffset())
	return at + len(in.data[at:]) - len(bytes.TrimLeft(in.data[at:], " \t\r\n:,"))
}

// read yields the records of every document.
func (in *reader) read(yield func(record) error) error {
	for documents := 0; ; documents++ {
		token, err := in.Token()
		if documents > 0 && errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch token {
		case json.Delim('['):
			err = in.list(yield)
		case json.Delim('{'):
			err = in.object(yield)
		default:
			err = fmt.Errorf("line %d: %v is no caption", in.line(), token)
		}
		if err != nil {
			return err
		}
	}
}

// list reads the objects of an array, whose start has been read.
func (in *reader) list(yield func(record) error) error {
	for in.More() {
		token, err := in.Token()
		if err != nil {
			return err
		}
		if token != json.Delim('{') {
			return fmt.Errorf("line %d: %v where an object with an id and a caption should be", in.line(), token)
		}
		if err := in.object(yield); err != nil {
			return err
		}
	}
	_, err := in.Token()
	return err
}

// object reads an object whose start has been read: a record, a map from ids
// to captions, or COCO's or Karpathy's document around a list.
func (in *reader) object(yield func(record) error) error {
	start := in.line()
	var o object
	for in.More() {
		token, err := in.Token()
		if err != nil {
			return err
		}
		key := token.(string)
		if key == "annotations" || key == "images" {
			if done, err := in.documentList(key, &o, yield); err != nil || done {
				if err != nil {
					return err
				}
				continue
			}
		}
		var value any
		if err := in.Decode(&value); err != nil {
			return err
		}
		o.add(key, value, in.line())
	}
	if _, err := in.Token(); err != nil {
		return err
	}
	if o.document {
		return nil
	}
	return o.yield(start, yield)
}

// documentList reads the list of COCO's "annotations", or Karpathy's
// "images", and tells whether the value was a list of objects. COCO's images
// hold no captions and are passed over.
func (in *reader) documentList(key string, o *object, yield func(record) error) (bool, error) {
	var raw json.RawMessage
	if err := in.Decode(&raw); err != nil {
		return false, err
	}
	trimmed := bytes.TrimLeft(raw, " \t\r\n[")
	if len(raw) == 0 || raw[0] != '[' || len(trimmed) == 0 || trimmed[0] != '{' {
		var value any
		if err := json.Unmarshal(raw, &value); err != nil {
			return false, err
		}
		o.add(key, value, in.line())
		return true, nil
	}
	o.document = true
	if key == "images" && !bytes.Contains(raw, []byte(`"sentences"`)) {
		return true, nil
	}
	offset := lineOf(in.data, int(in.InputOffset())-len(raw)) - 1
	part := &reader{data: raw, Decoder: json.NewDecoder(bytes.NewReader(raw))}
	part.UseNumber()
	return true, part.read(func(r record) error {
		r.line += offset
		return yield(r)
	})
}

// object is the members of an object, in order.
type object struct {
	document bool // a list of records was among them
	keys     []string
	values   []any
	lines    []int
}

func (o *object) add(key string, value any, line int) {
	o.keys, o.values, o.lines = append(o.keys, key), append(o.values, value), append(o.lines, line)
}

// Keys of a record, the first that is there counting.
var (
	idKeys   = []string{"image_id", "id", "file", "file_name", "filename", "filepath", "image", "cocoid", "imgid"}
	textKeys = []string{"caption", "captions", "references", "sentences", "text", "raw"}
)

// find returns the first of names that is a key, and its value.
func (o *object) find(names []string) (string, any) {
	for _, name := range names {
		for i, key := range o.keys {
			if key == name {
				return name, o.values[i]
			}
		}
	}
	return "", nil
}

// yield yields the object as one record, or as a record for each key.
func (o *object) yield(line int, yield func(record) error) error {
	idKey, id := o.find(recordIDKeys(o))
	textKey, texts := o.find(textKeys)
	if idKey != "" && textKey != "" {
		return o.record(idKey, id, texts, line, yield)
	}
	for i, key := range o.keys {
		texts, ok := textsOf(o.values[i])
		if !ok {
			return fmt.Errorf("line %d: %q: neither a caption nor a list of captions", o.lines[i], key)
		}
		if err := yield(record{key, texts, o.lines[i]}); err != nil {
			return err
		}
	}
	return nil
}

// recordIDKeys are idKeys, Karpathy's file name first.
func recordIDKeys(o *object) []string {
	if name, _ := o.find([]string{"sentences"}); name != "" {
		return append([]string{"filename"}, idKeys...)
	}
	return idKeys
}

func (o *object) record(key string, id, texts any, line int, yield func(record) error) error {
	name, ok := idOf(key, id)
	if !ok {
		return fmt.Errorf("line %d: %s is neither a number nor text", line, key)
	}
	list, ok := textsOf(texts)
	if !ok {
		return fmt.Errorf("line %d: picture %q: neither a caption nor a list of captions", line, name)
	}
	return yield(record{name, list, line})
}

// idOf returns an id as text; of a path, the base name.
func idOf(key string, id any) (string, bool) {
	switch id := id.(type) {
	case json.Number:
		return id.String(), true
	case string:
		if strings.HasPrefix(key, "file") {
			return path.Base(strings.ReplaceAll(id, `\`, "/")), true
		}
		return id, true
	}
	return "", false
}

// textsOf returns the texts of a caption, of a list of captions, or of a list
// of objects with a caption each.
func textsOf(value any) ([]string, bool) {
	switch value := value.(type) {
	case string:
		return []string{value}, true
	case []any:
		texts := make([]string, len(value))
		for i, item := range value {
			if nested, ok := item.(map[string]any); ok {
				item = first(nested, "raw", "caption", "text")
			}
			text, ok := item.(string)
			if !ok {
				return nil, false
			}
			texts[i] = text
		}
		return texts, true
	}
	return nil, false
}

func first(values map[string]any, names ...string) any {
	for _, name := range names {
		if value, found := values[name]; found {
			return value
		}
	}
	return nil
}

// all is records as a sequence.
func all(data []byte) iter.Seq2[record, error] {
	return func(yield func(record, error) bool) {
		err := records(data, func(r record) error {
			if !yield(r, nil) {
				return errStop
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(record{}, err)
		}
	}
}
