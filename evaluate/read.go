package evaluate

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/seetell/seetell/internal/annotations"
	"github.com/seetell/seetell/internal/picturename"
)

// entry is what is known of one picture: the names that it goes by, and texts.
type entry struct {
	id     string   // by which the file compares pictures
	others []string // a path, its base name, a number
	texts  []string
	line   int
	null   bool
}

// ErrNoCaption is about pictures with references that no caption is given for.
var ErrNoCaption = errors.New("no caption for")

// entries reads the pictures of a captions file, in order. What one is told
// in several places is joined where join is set; else it is two entries.
func entries(name string, file io.Reader, join bool) (list []*entry, skipped []string, err error) {
	byKey := map[string]*entry{}
	reader := annotations.Reader{
		Bad: func(line int, what string) {
			skipped = append(skipped, fmt.Sprintf("%s: line %d: %s", name, line, what))
		},
		Add: func(r annotations.Record) error {
			if r.Captions == nil {
				return nil // a picture of COCO's without captions
			}
			key := r.Name + "\x00" + r.ID
			before := byKey[key]
			switch {
			case before == nil:
				before = &entry{id: r.Label, others: []string{r.Name, r.ID, slash(r.Name), path.Base(slash(r.Name))}, line: r.Line}
				byKey[key] = before
				list = append(list, before)
			case !join:
				return fmt.Errorf("line %d: picture %q is captioned twice; first on line %d", r.Line, r.Label, before.line)
			}
			before.texts, before.null = append(before.texts, r.Captions...), before.null || r.Null
			return nil
		},
	}
	if err := reader.Read(file); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	distinguish(list)
	return list, skipped, checkTexts(name, list)
}

// distinguish gives pictures of equal ids, which lie in several folders, their
// whole paths for ids.
func distinguish(list []*entry) {
	count := map[string]int{}
	for _, e := range list {
		count[e.id]++
	}
	for _, e := range list {
		if count[e.id] > 1 && e.others[0] != "" {
			e.id = e.others[0]
		}
	}
}

func checkTexts(name string, list []*entry) error {
	for _, e := range list {
		if e.null {
			return fmt.Errorf("%s: line %d: picture %q has null for a caption", name, e.line, e.id)
		}
		for _, text := range e.texts {
			if strings.ToValidUTF8(text, "") != text {
				return fmt.Errorf("%s: line %d: %s", name, e.line, annotations.NotUTF8(text))
			}
		}
	}
	return nil
}

func slash(name string) string { return strings.ReplaceAll(name, `\`, "/") }

// References are the captions that people wrote, by picture, in the order of
// their file.
type References struct {
	Name    string   // of the file, for errors
	Skipped []string // rows of a table that are none, to be told
	ids     []string
	texts   map[string][]string
	aliases map[string][]string // ids that go by another name too
}

// ReadReferences reads the file at path: COCO annotations, a Karpathy JSON,
// {"id": ["caption", …]}, JSON lines, CSV or TSV, or lines of id, tab and
// caption such as Flickr8k.token.txt. Errors name the file and the line.
func ReadReferences(path string) (*References, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return referencesFrom(path, file)
}

// ParseReferences is ReadReferences of data; name stands in errors.
func ParseReferences(name string, data []byte) (*References, error) {
	return referencesFrom(name, bytes.NewReader(data))
}

func referencesFrom(name string, file io.Reader) (*References, error) {
	list, skipped, err := entries(name, file, true)
	if err != nil {
		return nil, err
	}
	r := NewReferences(name)
	r.Skipped = skipped
	for _, e := range list {
		if len(e.texts) == 0 {
			return nil, fmt.Errorf("%s: line %d: picture %q has an empty list of references", name, e.line, e.id)
		}
		r.Add(e.id, e.texts, e.others...)
	}
	if len(r.ids) == 0 {
		return nil, fmt.Errorf("%s: no references", name)
	}
	return r, nil
}

// NewReferences returns references without pictures; name stands in errors.
func NewReferences(name string) *References {
	return &References{Name: name, texts: map[string][]string{}, aliases: map[string][]string{}}
}

// Add adds a picture's references. Captions may name it by the others too: its
// path, or its number, where no other picture goes by that.
func (r *References) Add(id string, texts []string, others ...string) {
	if r.texts[id] == nil {
		r.ids = append(r.ids, id)
	}
	r.texts[id] = append(r.texts[id], texts...)
	for _, other := range append(others, id) {
		for _, alias := range names(other) {
			if alias != id && !slices.Contains(r.aliases[alias], id) {
				r.aliases[alias] = append(r.aliases[alias], id)
			}
		}
	}
}

// names are what a picture's name may be called, the most telling first: the
// name, what follows each of its folders, that without a picture's ending, and
// as a number without its zeros.
func names(name string) (all []string) {
	if name == "" {
		return nil
	}
	name = norm.NFC.String(slash(name))
	for rest, more := name, true; more; _, rest, more = strings.Cut(rest, "/") {
		if rest != "" {
			all = append(all, rest)
		}
	}
	base := path.Base(name)
	if picturename.Ends(base) {
		base = strings.TrimSuffix(base, path.Ext(base))
		all = append(all, base)
	}
	if digits := strings.TrimLeft(base, "0"); digits != "" && digits != base && strings.Trim(digits, "0123456789") == "" {
		all = append(all, digits)
	}
	return all
}

// IDs returns the pictures' ids in the order of the file.
func (r *References) IDs() []string { return slices.Clone(r.ids) }

// Of returns a picture's references.
func (r *References) Of(id string) []string { return slices.Clone(r.texts[id]) }

// Texts returns all captions.
func (r *References) Texts() []string {
	return slices.Concat(each(r.ids, func(id string) []string { return r.texts[id] })...)
}

// find returns the id of the picture that an entry is about, or "": by its own
// id, by a name that one picture alone goes by.
func (r *References) find(e *entry) string {
	own := append([]string{e.id}, e.others...)
	for _, name := range own {
		if r.texts[name] != nil {
			return name
		}
	}
	for _, name := range own {
		for _, called := range names(name) {
			if ids := r.aliases[called]; len(ids) == 1 {
				return ids[0]
			}
			if r.texts[called] != nil {
				return called
			}
		}
	}
	return ""
}

// Hypotheses are a system's captions, one a picture.
type Hypotheses struct {
	Name    string   // of the file, for errors
	Skipped []string // rows of a table that are none, to be told
	entries []*entry
}

// ReadCaptions reads the file at path: COCO results, {"id": "caption"}, JSON
// lines, CSV or TSV (those of seetell caption too), or lines of id, tab and
// caption. A picture captioned twice is an error, and so are several captions
// for one. Errors name the file and the line.
func ReadCaptions(path string) (*Hypotheses, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return captionsFrom(path, file)
}

// ParseCaptions is ReadCaptions of data; name stands in errors.
func ParseCaptions(name string, data []byte) (*Hypotheses, error) {
	return captionsFrom(name, bytes.NewReader(data))
}

func captionsFrom(name string, file io.Reader) (*Hypotheses, error) {
	list, skipped, err := entries(name, file, false)
	if err != nil {
		return nil, err
	}
	for _, e := range list {
		switch {
		case len(e.texts) == 0:
			return nil, fmt.Errorf("%s: line %d: picture %q has an empty list of captions", name, e.line, e.id)
		case len(e.texts) > 1:
			return nil, fmt.Errorf("%s: line %d: picture %q has %d captions; one is scored, so give the one that is meant", name, e.line, e.id, len(e.texts))
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s: no captions", name)
	}
	return &Hypotheses{Name: name, Skipped: skipped, entries: list}, nil
}

// Captions returns the captions by id.
func (h *Hypotheses) Captions() map[string]string {
	captions := make(map[string]string, len(h.entries))
	for _, e := range h.entries {
		captions[e.id] = e.texts[0]
	}
	return captions
}

// Match returns the captions by the references' ids. A caption for a picture
// without references is an error, and so are two for one picture.
func (r *References) Match(captions *Hypotheses) (map[string]string, error) {
	matched := make(map[string]string, len(captions.entries))
	lines := map[string]int{}
	var unknown []string
	for _, e := range captions.entries {
		id := r.find(e)
		if id == "" {
			unknown = append(unknown, e.id)
			continue
		}
		if before, twice := lines[id]; twice {
			return nil, fmt.Errorf("%s: line %d: picture %q is captioned twice; first on line %d", captions.Name, e.line, id, before)
		}
		matched[id], lines[id] = e.texts[0], e.line
	}
	if len(unknown) > 0 {
		return nil, fmt.Errorf("%s: no references in %s for %s", captions.Name, r.Name, list(unknown))
	}
	return matched, nil
}

// Join returns the pictures in the order of the references. A caption for a
// picture without references is an error; so is a picture without a caption,
// unless subset asks for the captioned ones alone.
func Join(references *References, captions *Hypotheses, subset bool) (Images, error) {
	matched, err := references.Match(captions)
	if err != nil {
		return nil, err
	}
	var images Images
	var missing []string
	for _, id := range references.ids {
		caption, found := matched[id]
		if !found {
			missing = append(missing, id)
			continue
		}
		images = append(images, Image{ID: id, Caption: caption, References: references.texts[id]})
	}
	if len(missing) > 0 && !subset {
		return nil, fmt.Errorf("%s: %w %s of %s", captions.Name, ErrNoCaption, list(missing), references.Name)
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
