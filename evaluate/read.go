package evaluate

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// References are the captions that people wrote, by picture, in the order of
// their file.
type References struct {
	Name  string // of the file, for errors
	ids   []string
	texts map[string][]string
}

// ReadReferences reads the file at path: COCO annotations, a Karpathy JSON,
// {"id": ["caption", …]}, JSON lines, or lines of id, tab and caption such as
// Flickr8k.token.txt. Errors name the file and the line.
func ReadReferences(path string) (*References, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return ParseReferences(path, data)
}

// ParseReferences is ReadReferences of data; name stands in errors.
func ParseReferences(name string, data []byte) (*References, error) {
	r := &References{Name: name, texts: map[string][]string{}}
	for record, err := range all(data) {
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		before, found := r.texts[record.id]
		if !found {
			r.ids = append(r.ids, record.id)
		}
		if r.texts[record.id] = append(before, record.texts...); len(r.texts[record.id]) == 0 {
			return nil, fmt.Errorf("%s: line %d: picture %q has an empty list of references", name, record.line, record.id)
		}
	}
	if len(r.ids) == 0 {
		return nil, fmt.Errorf("%s: no references", name)
	}
	return r, nil
}

// IDs returns the pictures' ids in the order of the file.
func (r *References) IDs() []string { return slices.Clone(r.ids) }

// Of returns a picture's references.
func (r *References) Of(id string) []string { return slices.Clone(r.texts[id]) }

// Texts returns all captions.
func (r *References) Texts() []string {
	return slices.Concat(each(r.ids, func(id string) []string { return r.texts[id] })...)
}

// Hypotheses are a system's captions, one a picture.
type Hypotheses struct {
	Name  string // of the file, for errors
	ids   []string
	texts map[string]string
}

// ReadCaptions reads the file at path: COCO results, {"id": "caption"}, JSON
// lines (those of seetell caption too), or lines of id, tab and caption. A
// picture captioned twice is an error. Errors name the file and the line.
func ReadCaptions(path string) (*Hypotheses, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return ParseCaptions(path, data)
}

// ParseCaptions is ReadCaptions of data; name stands in errors.
func ParseCaptions(name string, data []byte) (*Hypotheses, error) {
	h := &Hypotheses{Name: name, texts: map[string]string{}}
	lines := map[string]int{}
	for record, err := range all(data) {
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if before, found := lines[record.id]; found {
			return nil, fmt.Errorf("%s: line %d: picture %q is captioned twice; first on line %d", name, record.line, record.id, before)
		}
		if len(record.texts) == 0 {
			return nil, fmt.Errorf("%s: line %d: picture %q has an empty list of captions", name, record.line, record.id)
		}
		lines[record.id] = record.line
		h.ids = append(h.ids, record.id)
		h.texts[record.id] = record.texts[0]
	}
	if len(h.ids) == 0 {
		return nil, fmt.Errorf("%s: no captions", name)
	}
	return h, nil
}

// Captions returns the captions by id.
func (h *Hypotheses) Captions() map[string]string {
	captions := make(map[string]string, len(h.texts))
	for id, text := range h.texts {
		captions[id] = text
	}
	return captions
}

// Join returns the pictures in the order of the references. A caption for a
// picture without references is an error; so is a picture without a caption,
// unless subset asks for the captioned ones alone.
func Join(references *References, captions *Hypotheses, subset bool) (Images, error) {
	unknown := slices.DeleteFunc(slices.Clone(captions.ids), func(id string) bool { return references.texts[id] != nil })
	if len(unknown) > 0 {
		return nil, fmt.Errorf("%s: no references in %s for %s", captions.Name, references.Name, list(unknown))
	}
	var images Images
	var missing []string
	for _, id := range references.ids {
		caption, found := captions.texts[id]
		if !found {
			missing = append(missing, id)
			continue
		}
		images = append(images, Image{ID: id, Caption: caption, References: references.texts[id]})
	}
	if len(missing) > 0 && !subset {
		return nil, fmt.Errorf("%s: no caption for %s of %s; --subset scores the captioned pictures alone", captions.Name, list(missing), references.Name)
	}
	return images, nil
}

// list names a few of many ids.
func list(ids []string) string {
	const few = 3
	text := fmt.Sprintf("picture %q", ids[0])
	if len(ids) == 1 {
		return text
	}
	quoted := each(ids[:min(few, len(ids))], func(id string) string { return fmt.Sprintf("%q", id) })
	text = fmt.Sprintf("%d pictures, such as %s", len(ids), strings.Join(quoted, ", "))
	return text
}
