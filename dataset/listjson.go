package dataset

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// The keys that pictures and captions go by in JSON objects and table headers,
// the most telling first.
var (
	nameKeys    = append([]string{"image", "img", "picture", "photo", "file", "name"}, fileNames...)
	captionKeys = append([]string{"comment", "raw"}, captionNames...)
)

// listJSONLines reads one JSON object a line.
func listJSONLines(r io.Reader, add func(listed)) error {
	return eachLine(r, func(number int, line string) error {
		entry, err := parseObject([]byte(line))
		entry.line = number
		if err == nil {
			add(entry)
		}
		return err
	})
}

// listJSONArray reads an array of the objects that JSON lines have.
func listJSONArray(r io.Reader, add func(listed)) error {
	decoder := json.NewDecoder(r)
	return eachElement(decoder, func(number int) error {
		var raw json.RawMessage
		if err := decoder.Decode(&raw); err != nil {
			return err
		}
		entry, err := parseObject(raw)
		entry.line = number
		if err == nil {
			add(entry)
		}
		return err
	})
}

// parseObject reads one picture's object: a name, and a caption or a list.
func parseObject(data []byte) (listed, error) {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(data, &object); err != nil {
		return listed{}, err
	}
	var entry listed
	for _, key := range nameKeys {
		if value := object[key]; value != nil && json.Unmarshal(value, &entry.name) == nil && entry.name != "" {
			break
		}
	}
	if entry.name == "" {
		return listed{}, fmt.Errorf("no name of a picture in %.60s (looked for %s)", data, strings.Join(nameKeys, ", "))
	}
	captions, err := captionsIn(object)
	if err != nil {
		return listed{}, err
	}
	if captions == nil {
		return listed{}, fmt.Errorf("no caption in %.60s (looked for %s)", data, strings.Join(captionKeys, ", "))
	}
	entry.captions = captions
	json.Unmarshal(object["split"], &entry.split)
	for _, key := range numberNames {
		var number label
		if json.Unmarshal(object[key], &number) == nil && entry.number == "" {
			entry.number = string(number)
		}
	}
	return entry, nil
}

// captionsIn returns the captions under the first key that captions go by, or
// nil where there is none.
func captionsIn(object map[string]json.RawMessage) ([]string, error) {
	for _, key := range captionKeys {
		if value := object[key]; value != nil {
			captions := textList{}
			if err := json.Unmarshal(value, &captions); err != nil {
				return nil, fmt.Errorf("%s: %w", key, err)
			}
			return captions, nil
		}
	}
	return nil, nil
}

// textList is a text or a list of texts.
type textList []string

// UnmarshalJSON reads either form.
func (l *textList) UnmarshalJSON(data []byte) error {
	var texts []captionText
	if data[0] != '[' {
		texts = make([]captionText, 1)
		if err := json.Unmarshal(data, &texts[0]); err != nil {
			return err
		}
	} else if err := json.Unmarshal(data, &texts); err != nil {
		return err
	}
	for _, text := range texts {
		*l = append(*l, string(text))
	}
	return nil
}

// captionText is a text, or an object with the text under raw or caption; null
// is a blank text.
type captionText string

// UnmarshalJSON reads any of the forms.
func (t *captionText) UnmarshalJSON(data []byte) error {
	if data[0] != '{' {
		return json.Unmarshal(data, (*string)(t))
	}
	var object struct{ Raw, Caption *captionValue }
	if err := json.Unmarshal(data, &object); err != nil {
		return err
	}
	for _, text := range []*captionValue{object.Raw, object.Caption} {
		if text != nil {
			*t = captionText(*text)
			return nil
		}
	}
	return errors.New("an object without raw or caption")
}

// captionValue is a plain text.
type captionValue string

// label is an id that is written as a number or as a text.
type label string

func (l *label) UnmarshalJSON(data []byte) error {
	if data[0] == '"' {
		return json.Unmarshal(data, (*string)(l))
	}
	var number json.Number
	err := json.Unmarshal(data, &number)
	*l = label(number.String())
	return err
}

// jsonPicture is a picture of Karpathy's or COCO's files.
type jsonPicture struct {
	FileName  string   `json:"file_name"` // COCO
	ID        label    `json:"id"`        // COCO
	Name      string   `json:"filename"`  // Karpathy, and the rest
	Folder    string   `json:"filepath"`
	COCO      label    `json:"cocoid"`
	Number    label    `json:"imgid"`
	Split     string   `json:"split"`
	Sentences textList `json:"sentences"`
}

// jsonCaption is an annotation of COCO's files.
type jsonCaption struct {
	Picture label   `json:"image_id"`
	Caption *string `json:"caption"`
}

// listJSON reads Karpathy's JSON, where a picture has sentences and a split,
// or COCO's, where annotations name the picture that they are about.
func listJSON(r io.Reader, add func(listed)) error {
	var pictures []listed
	captions := map[string][]string{} // COCO's, by picture
	decoder := json.NewDecoder(r)
	err := eachKey(decoder, func(key string) error {
		switch key {
		case "images":
			return eachElement(decoder, func(number int) error {
				var p jsonPicture
				err := decoder.Decode(&p)
				pictures = append(pictures, p.listed(number))
				return err
			})
		case "annotations":
			return eachElement(decoder, func(int) error {
				var c jsonCaption
				err := decoder.Decode(&c)
				if err == nil && c.Picture == "" {
					err = errors.New("no image_id")
				}
				captions[string(c.Picture)] = append(captions[string(c.Picture)], c.text())
				return err
			})
		}
		return decoder.Decode(new(json.RawMessage))
	})
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("the JSON is cut short: %w", err)
	}
	if err != nil {
		return err
	}
	if len(pictures) == 0 {
		return errors.New(`neither Karpathy's nor COCO's form: no "images"`)
	}
	for _, p := range pictures {
		p.captions = append(p.captions, captions[p.number]...)
		delete(captions, p.number)
		add(p)
	}
	for number, texts := range captions {
		add(listed{number: number, captions: texts})
	}
	return nil
}

func (c *jsonCaption) text() string {
	if c.Caption == nil {
		return ""
	}
	return *c.Caption
}

func (p *jsonPicture) listed(number int) listed {
	entry := listed{name: p.FileName, number: string(p.ID), split: p.Split, captions: p.Sentences, line: number}
	if p.Name != "" {
		entry.name = p.Name
		if p.Folder != "" {
			entry.name = p.Folder + "/" + p.Name
		}
	}
	for _, other := range []label{p.COCO, p.Number} {
		if entry.number == "" {
			entry.number = string(other)
		}
	}
	return entry
}

// eachKey calls f at the value of each key of the object that comes next.
func eachKey(decoder *json.Decoder, f func(key string) error) error {
	if err := expect(decoder, '{'); err != nil {
		return err
	}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return err
		}
		key, _ := token.(string)
		if err := f(key); err != nil {
			return fmt.Errorf("%q: %w", key, err)
		}
	}
	_, err := decoder.Token()
	return err
}

// eachElement calls f at each element, counted from 1, of the array that comes
// next; f decodes it.
func eachElement(decoder *json.Decoder, f func(number int) error) error {
	if err := expect(decoder, '['); err != nil {
		return err
	}
	for number := 1; decoder.More(); number++ {
		if err := f(number); err != nil {
			return fmt.Errorf("element %d: %w", number, err)
		}
	}
	_, err := decoder.Token()
	return err
}

// expect takes the bracket that must come next.
func expect(decoder *json.Decoder, bracket json.Delim) error {
	token, err := decoder.Token()
	if err != nil {
		return err
	}
	if token != bracket {
		return fmt.Errorf("%v where %v should be", token, bracket)
	}
	return nil
}
