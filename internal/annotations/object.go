package annotations

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// object is the members of a JSON object, in their order.
type object struct {
	keys   []string
	values []json.RawMessage
	lines  []int

	cleared bool // it had more members
}

// clear forgets the members.
func (o *object) clear() {
	o.keys, o.values, o.lines, o.cleared = o.keys[:0], o.values[:0], o.lines[:0], true
}

// parse reads the members of one object. What they hold stays as it is.
func parse(raw json.RawMessage) (object, error) {
	var o object
	if len(raw) == 0 || raw[0] != '{' {
		return o, errors.New("neither an object with a picture and a caption nor one of an id and a caption")
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return o, err
	}
	for key, value := range members {
		o.add(key, value, 0)
	}
	return o.lowered(), nil
}

// lowered returns the object with its keys as keys compare, unless two of them
// would be one.
func (o object) lowered() object {
	low := o
	low.keys = make([]string, len(o.keys))
	seen := make(map[string]bool, len(o.keys))
	for i, key := range o.keys {
		if low.keys[i] = plain(key); seen[low.keys[i]] {
			return o
		}
		seen[low.keys[i]] = true
	}
	return low
}

func (o *object) add(key string, value json.RawMessage, line int) {
	o.keys, o.values, o.lines = append(o.keys, key), append(o.values, value), append(o.lines, line)
}

func (o *object) value(key string) json.RawMessage {
	if i := slices.Index(o.keys, key); i >= 0 {
		return o.values[i]
	}
	return nil
}

func (o *object) line(key string) int { return o.lines[slices.Index(o.keys, key)] }

// text returns a member that is a text or a number, as text, else "".
func (o *object) text(key string) string {
	value := bytes.TrimSpace(o.value(key))
	if len(value) == 0 {
		return ""
	}
	if value[0] == '"' {
		var text string
		if json.Unmarshal(value, &text) != nil {
			return ""
		}
		return text
	}
	var n json.Number
	if json.Unmarshal(value, &n) != nil {
		return ""
	}
	return number(n.String())
}

// records returns the elements of a member that is a list of objects with a
// picture and a caption each, else nil.
func (o *object) records(key string) []json.RawMessage {
	value := o.value(key)
	first, err := parse(firstOf(value))
	if err != nil || !first.isRecord() {
		return nil
	}
	var list []json.RawMessage
	if json.Unmarshal(value, &list) != nil {
		return nil
	}
	return list
}

// firstOf returns the first element of a list, nil where there is none.
func firstOf(raw json.RawMessage) (first json.RawMessage) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if token, err := decoder.Token(); err != nil || token != json.Delim('[') || !decoder.More() || decoder.Decode(&first) != nil {
		return nil
	}
	return first
}

// isRecord tells whether the object has a picture and captions.
func (o *object) isRecord() bool {
	picture := o.picture()
	captioned := captionKey(o.keys) != "" || len(numbered(o.keys)) > 0 || slices.Contains(o.keys, "error")
	return picture.Label != "" && captioned
}

// picture returns what the object says of its picture.
func (o *object) picture() Record {
	var r Record
	for _, key := range append(slices.Clone(nameKeys), pictureKey(o.keys)) {
		if text := o.text(key); text != "" && o.value(key)[0] == '"' {
			r.Name = text
			break
		}
	}
	if folder := o.text("filepath"); folder != "" && folder != r.Name && o.text("filename") == r.Name && r.Name != "" {
		r.Name = strings.TrimRight(folder, "/") + "/" + r.Name // Karpathy's
	}
	for _, key := range NumberKeys {
		if r.ID = o.text(key); r.ID != "" {
			break
		}
	}
	r.Split = o.text("split")
	r.Label = r.Name
	for _, key := range labelKeys {
		if text := o.text(key); text != "" {
			r.Label = text
			if strings.HasPrefix(key, "file") {
				r.Label = base(text)
			}
			break
		}
	}
	if r.Label == "" {
		r.Label = r.ID
	}
	if r.ID == "" && r.Name == "" {
		r.ID = r.Label
	}
	return r
}

// record returns the object as a record.
func (o *object) record() (Record, error) {
	r := o.picture()
	if r.Label == "" {
		return r, missingKeys("name of a picture", o.sorted(), append(slices.Clone(nameKeys), NumberKeys...))
	}
	var err error
	r.Captions, r.Null, err = o.captions()
	if slices.Contains(o.keys, "sentences") && r.Name != "" {
		r.Label = base(r.Name)
	}
	return r, err
}

// captions returns the texts under caption_0, caption_1 …, else under the
// first key that captions go by.
func (o *object) captions() (texts []string, null bool, err error) {
	keys := numbered(o.keys)
	if len(keys) == 0 {
		if key := captionKey(o.keys); key != "" {
			keys = []string{key}
		}
	}
	if len(keys) == 0 {
		if slices.Contains(o.keys, "error") {
			return nil, false, errFailed
		}
		return nil, false, missingKeys("caption", o.sorted(), CaptionKeys)
	}
	texts = []string{}
	for _, key := range keys {
		some, isNull, err := textsOf(o.value(key))
		if err != nil {
			return nil, false, errors.New(key + ": " + err.Error())
		}
		texts, null = append(texts, some...), null || isNull
	}
	return texts, null, nil
}

func (o *object) sorted() []string { return slices.Sorted(slices.Values(o.keys)) }

var errNoTexts = errors.New("neither a caption nor a list of captions")

// textsOf returns the texts of a caption, of a list of captions, or of a list
// of objects with a caption each. Null is a blank one.
func textsOf(raw json.RawMessage) (texts []string, null bool, err error) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || raw[0] != '[' {
		text, null, err := textOf(raw)
		return []string{text}, null, err
	}
	texts = []string{}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if _, err := decoder.Token(); err != nil {
		return nil, false, errNoTexts
	}
	for decoder.More() {
		var element json.RawMessage
		if decoder.Decode(&element) != nil {
			return nil, false, errNoTexts
		}
		if len(texts) == MostCaptions {
			return nil, false, ErrMany
		}
		text, isNull, err := textOf(element)
		if err != nil {
			return nil, false, err
		}
		texts, null = append(texts, text), null || isNull
	}
	return texts, null, nil
}

// MostCaptions is how many captions a picture may have.
const MostCaptions = 10_000

// ErrMany is the cause where a picture has more than MostCaptions.
var ErrMany = fmt.Errorf("more than %d captions of one picture", MostCaptions)

// textOf returns a text, or the one in an object under raw, caption or text.
func textOf(raw json.RawMessage) (text string, null bool, err error) {
	switch raw = bytes.TrimSpace(raw); {
	case string(raw) == "null":
		return "", true, nil
	case len(raw) > 0 && raw[0] == '"':
		return text, false, json.Unmarshal(raw, &text)
	case len(raw) > 0 && raw[0] == '{':
		if o, err := parse(raw); err == nil {
			if key := firstKey(o.keys, textKeys); key != "" && o.value(key)[0] != '{' {
				return textOf(o.value(key))
			}
		}
	}
	return "", false, errNoTexts
}

// Captions returns the captions of one JSON object that says nothing of its
// picture; nil where it has none.
func Captions(data []byte) ([]string, error) {
	data = bytes.TrimSpace(data)
	if len(data) > 0 && (data[0] == '[' || data[0] == '"') {
		texts, _, err := textsOf(data)
		return texts, err
	}
	o, err := parse(data)
	if err != nil {
		return nil, err
	}
	if captionKey(o.keys) == "" && len(numbered(o.keys)) == 0 {
		return nil, nil
	}
	texts, _, err := o.captions()
	return texts, err
}
