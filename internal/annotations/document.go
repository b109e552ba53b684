package annotations

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// document reads the objects of a JSON file.
type document struct {
	Reader
	source   *source
	decoder  *json.Decoder
	elements int // pictures read of lists
}

// documents reads all that the file holds.
func (d *document) documents() error {
	for count := 0; ; count++ {
		token, err := d.token()
		if count > 0 && errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch token {
		case json.Delim('['):
			err = d.each(d.element)
		case json.Delim('{'):
			err = d.object()
		default:
			err = fmt.Errorf("line %d: neither an object nor a list", d.line(d.decoder.InputOffset()-1))
		}
		if err != nil {
			return err
		}
	}
}

// each calls f with the elements of the list whose start has been read, and
// their lines.
func (d *document) each(f func(raw json.RawMessage, line int) error) error {
	for d.decoder.More() {
		raw, line, err := d.value()
		if err != nil {
			return err
		}
		if err := f(raw, line); err != nil {
			return err
		}
	}
	_, err := d.token()
	return err
}

// element adds an element of a list: an object with a picture and captions.
func (d *document) element(raw json.RawMessage, line int) error {
	d.elements++
	o, err := parse(raw)
	if err != nil {
		return fmt.Errorf("line %d: %w", line, err)
	}
	return d.add(o, line, d.elements)
}

// add adds an object's record, unless it says that a picture failed.
func (d *document) add(o object, line, element int) error {
	record, err := o.record()
	if errors.Is(err, errFailed) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("line %d: %w", line, err)
	}
	record.Line, record.Element = line, element
	return d.Add(record)
}

// resultLists are the keys under which programs write a list of records.
var resultLists = []string{"results", "predictions", "captions", "annotations", "images", "data", "items", "outputs"}

// object reads an object whose start has been read: COCO's or Karpathy's
// document, a program's list of results, a record, or a map from ids to
// captions.
func (d *document) object() error {
	start := d.line(d.decoder.InputOffset() - 1)
	c := coco{document: d, captions: map[string]*cocoCaptions{}}
	var o object
	for d.decoder.More() {
		token, err := d.token()
		if err != nil {
			return err
		}
		key, _ := token.(string)
		if key == "annotations" || key == "images" {
			if err := c.list(key, &o); err != nil {
				return err
			}
			continue
		}
		raw, line, err := d.value()
		if err != nil {
			return err
		}
		o.add(key, raw, line)
		if len(o.keys) < manyKeys || c.found {
			continue
		}
		if err := d.mapped(o); err != nil { // nothing else has so many keys
			return err
		}
		o.clear()
	}
	if _, err := d.token(); err != nil {
		return err
	}
	if o.cleared {
		return d.mapped(o)
	}
	if c.found || c.empty && len(o.keys) == 0 {
		return c.finish()
	}
	for _, name := range resultLists {
		if list := o.records(name); list != nil {
			for _, raw := range list {
				if err := d.element(raw, o.line(name)); err != nil {
					return err
				}
			}
			return nil
		}
	}
	if low := o.lowered(); low.isRecord() {
		return d.add(low, start, 0)
	} else if low.isTable() {
		return d.table(low, start)
	}
	if o.isSplits() {
		return d.splits(o)
	}
	return d.mapped(o)
}

// manyKeys is how many keys of an object are held until it is known what the
// object is.
const manyKeys = 10_000

// mapped adds the records of a map from ids to captions.
func (d *document) mapped(o object) error {
	for i, key := range o.keys {
		texts, null, err := textsOf(o.values[i])
		if err != nil {
			return fmt.Errorf("line %d: the value of a key of %s is %w", o.lines[i], quoted(o.keys[i:i+1]), err)
		}
		if err := d.Add(Record{Label: key, Name: key, ID: key, Captions: texts, Null: null, Line: o.lines[i]}); err != nil {
			return err
		}
	}
	return nil
}

// coco gathers COCO's document: pictures, and annotations that name the
// picture that they are about. Karpathy's pictures hold their captions.
type coco struct {
	*document
	found    bool
	empty    bool // one of its lists has nothing
	pictures []Record
	captions map[string]*cocoCaptions
	order    []string // of the pictures that annotations name
}

type cocoCaptions struct {
	texts []string
	null  bool
	line  int
}

// list reads the value of "annotations" or "images". One that is no list of
// objects is a member of o; an empty one is none.
func (c *coco) list(key string, o *object) error {
	token, err := c.token()
	if err != nil {
		return err
	}
	if token != json.Delim('[') {
		return c.scalar(key, token, o)
	}
	var rest []json.RawMessage
	line, number := c.line(c.decoder.InputOffset()-1), 0
	err = c.each(func(raw json.RawMessage, at int) error {
		number++
		if raw[0] != '{' {
			rest, line = append(rest, raw), at
			return nil
		}
		c.found = true
		if key == "images" {
			return c.picture(raw, at, number)
		}
		return c.annotation(raw, at)
	})
	if number == 0 {
		c.empty = true
		return err
	}
	if err == nil && !c.found {
		var raw json.RawMessage
		if raw, err = json.Marshal(rest); err == nil {
			o.add(key, raw, line)
		}
	}
	return err
}

// scalar puts a value that is no list among o's members.
func (c *coco) scalar(key string, token json.Token, o *object) error {
	line := c.line(c.decoder.InputOffset() - 1)
	if token == json.Delim('{') {
		return fmt.Errorf("line %d: %q is neither a caption nor a list", line, key)
	}
	raw, err := json.Marshal(token)
	o.add(key, raw, line)
	return err
}

// picture takes an element of "images".
func (c *coco) picture(raw json.RawMessage, line, number int) error {
	o, err := parse(raw)
	if err != nil {
		return fmt.Errorf("line %d: %w", line, err)
	}
	record := o.picture()
	record.Line, record.Element = line, number
	key := firstKey(o.keys, append([]string{"sentences"}, CaptionKeys[:4]...))
	if key == "" && len(numbered(o.keys)) == 0 {
		if id := o.text("id"); id != "" { // COCO's own, which annotations name
			record.ID, record.Label = id, id
		}
		c.pictures = append(c.pictures, record)
		return nil
	}
	if record.Captions, record.Null, err = o.captions(); err != nil {
		return fmt.Errorf("line %d: %w", line, err)
	}
	if record.Name != "" && key == "sentences" {
		record.Label = base(record.Name)
	}
	return c.Add(record)
}

// annotation takes an element of "annotations".
func (c *coco) annotation(raw json.RawMessage, line int) error {
	o, err := parse(raw)
	if err != nil {
		return fmt.Errorf("line %d: %w", line, err)
	}
	id := o.text("image_id")
	if id == "" {
		if firstKey(o.keys, nameKeys) == "" {
			return fmt.Errorf("line %d: an annotation without image_id: it has %s", line, quoted(o.keys))
		}
		return c.element(raw, line)
	}
	texts, null, err := o.captions()
	if err != nil {
		return fmt.Errorf("line %d: %w", line, err)
	}
	of := c.captions[id]
	if of == nil {
		of = &cocoCaptions{line: line}
		c.captions[id], c.order = of, append(c.order, id)
	}
	of.texts, of.null = append(of.texts, texts...), of.null || null
	return nil
}

// finish adds the pictures with the captions that annotations gave them.
func (c *coco) finish() error {
	for _, record := range c.pictures {
		if of := c.captions[record.ID]; of != nil {
			record.Captions, record.Null, record.Line = of.texts, of.null, of.line
			delete(c.captions, record.ID)
		}
		if err := c.Add(record); err != nil {
			return err
		}
	}
	c.order = slices.DeleteFunc(c.order, func(id string) bool { return c.captions[id] == nil })
	for _, id := range c.order {
		of := c.captions[id]
		if err := c.Add(Record{Label: id, ID: id, Captions: of.texts, Null: of.null, Line: of.line}); err != nil {
			return err
		}
	}
	return nil
}
