package sidecar

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// file is a sidecar's bytes, and where in them is what a description touches.
type file struct {
	data  []byte
	about string // of its first rdf:Description
	end   edit   // where another rdf:Description goes
	items []item // of its descriptions
	found []span // its descriptions: elements, and attributes with the space before
}

// item is a description in a language.
type item struct{ language, text string }

// span is a part of the bytes.
type span struct{ from, to int }

// edit is what replaces a part of the bytes: before it, between, behind.
type edit struct {
	span
	before, behind string
}

// description returns what x-default says, else the first that says anything.
func (f *file) description() string {
	for _, i := range f.items {
		if i.language == "x-default" && i.text != "" {
			return i.text
		}
	}
	for _, i := range f.items {
		if i.text != "" {
			return i.text
		}
	}
	return ""
}

// with returns the bytes with a description of text in place of the first that
// they hold, or else in an rdf:Description of its own.
func (f *file) with(text string) []byte {
	var others []item
	for _, i := range f.items {
		english := i.language == "en" || strings.HasPrefix(i.language, "en-")
		if i.text != "" && !english && i.language != "x-default" && i.language != "" {
			others = append(others, i)
		}
	}
	var edits []edit
	placed := false
	for _, at := range f.found {
		e := edit{span: at}
		if f.data[at.from] == '<' && !placed {
			e.before, placed = element(text, others), true
		}
		edits = append(edits, e)
	}
	if !placed {
		e := f.end
		e.before += strings.Replace(block(f.about, text), element(text, nil), element(text, others), 1)
		edits = append(edits, e)
	}
	slices.SortFunc(edits, func(a, b edit) int { return cmp.Compare(a.from, b.from) })
	var out bytes.Buffer
	at := 0
	for _, e := range edits {
		out.Write(f.data[at:e.from])
		out.WriteString(e.before + e.behind)
		at = e.to
	}
	out.Write(f.data[at:])
	return out.Bytes()
}

// parser walks the elements of a sidecar.
type parser struct {
	*file
	decoder  *xml.Decoder
	path     []xml.Name
	prefixes []string // that stand for Dublin Core anywhere
	from     int      // of the description that it is in
	language string   // of the item that it is in
	text     strings.Builder
}

// How deep the elements of a sidecar may be nested, and how many attributes one
// may have: whoever looks at them goes through all.
const (
	deepest        = 100
	mostAttributes = 1000
)

// parse finds what a sidecar says of its picture.
func parse(data []byte) (*file, error) {
	p := parser{file: &file{data: data}, decoder: xml.NewDecoder(bytes.NewReader(data))}
	for {
		from := int(p.decoder.InputOffset())
		token, err := p.decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("no XMP: %w", err)
		}
		at := span{from, int(p.decoder.InputOffset())}
		switch token := token.(type) {
		case xml.StartElement:
			if len(p.path) == deepest || len(token.Attr) > mostAttributes {
				return nil, errors.New("no XMP: its elements are nested too deep, or have too many attributes")
			}
			p.path = append(p.path, token.Name)
			p.begin(token, at)
		case xml.EndElement:
			p.finish(at)
			p.path = p.path[:len(p.path)-1]
		case xml.CharData:
			p.text.Write(token)
		}
	}
	if p.file.end.span == (span{}) {
		return nil, errors.New("no XMP: it has no rdf:RDF")
	}
	return p.file, nil
}

var (
	rdfRDF         = xml.Name{Space: rdf, Local: "RDF"}
	rdfDescription = xml.Name{Space: rdf, Local: "Description"}
	rdfItem        = xml.Name{Space: rdf, Local: "li"}
	dcDescription  = xml.Name{Space: dc, Local: "description"}
)

// within tells whether the path ends in these names, from some depth on.
func (p *parser) within(names ...xml.Name) bool {
	return len(p.path) >= len(names) && slices.Equal(p.path[len(p.path)-len(names):], names)
}

func (p *parser) begin(element xml.StartElement, at span) {
	for _, a := range element.Attr {
		if a.Name.Space == "xmlns" && a.Value == dc && !slices.Contains(p.prefixes, a.Name.Local) && len(p.prefixes) < deepest {
			p.prefixes = append(p.prefixes, a.Name.Local)
		}
	}
	switch {
	case p.within(rdfRDF, rdfDescription):
		p.resource(element, at)
	case p.within(rdfRDF, rdfDescription, dcDescription):
		p.from, p.language = at.from, ""
		p.text.Reset()
	case p.inDescription() && element.Name == rdfItem:
		p.language = ""
		for _, a := range element.Attr {
			if a.Name.Local == "lang" {
				p.language = a.Value
			}
		}
		p.text.Reset()
	}
}

// resource reads the attributes of an rdf:Description, which may stand for
// elements.
func (p *parser) resource(element xml.StartElement, at span) {
	said := false
	for _, a := range element.Attr {
		switch {
		case a.Name.Space == rdf && a.Name.Local == "about" && p.about == "":
			p.about = a.Value
		case a.Name == dcDescription:
			p.items = append(p.items, item{"x-default", strings.TrimSpace(a.Value)})
			if said { // twice, which no XML has
				continue
			}
			said = true
			for _, prefix := range p.prefixes {
				attribute := regexp.MustCompile(`\s+` + regexp.QuoteMeta(prefix) + `:description\s*=\s*("[^"]*"|'[^']*')`)
				if in := attribute.FindIndex(p.data[at.from:at.to]); in != nil {
					p.found = append(p.found, span{at.from + in[0], at.from + in[1]})
					break
				}
			}
		}
	}
}

func (p *parser) inDescription() bool {
	for i, name := range p.path {
		if name == dcDescription && i >= 2 && p.path[i-1] == rdfDescription && p.path[i-2] == rdfRDF {
			return true
		}
	}
	return false
}

func (p *parser) finish(at span) {
	switch {
	case p.inDescription() && p.within(rdfItem):
		p.items = append(p.items, item{p.language, strings.TrimSpace(p.text.String())})
		p.text.Reset()
	case p.within(rdfRDF, rdfDescription, dcDescription):
		if text := strings.TrimSpace(p.text.String()); text != "" { // without items
			p.items = append(p.items, item{"x-default", text})
		}
		p.found = append(p.found, span{p.from, at.to})
	case p.within(rdfRDF) && p.file.end.span == (span{}):
		p.file.end = p.lastIn(at)
	}
}

// lastIn returns where something goes that is to be the last in the element
// that ends at a span, which is empty where the element closes itself.
func (p *parser) lastIn(at span) edit {
	if at.from < at.to {
		return edit{span: span{at.from, at.from}}
	}
	begin := bytes.LastIndexByte(p.data[:at.from], '<')
	name, _, _ := bytes.Cut(p.data[begin+1:at.from], []byte("/"))
	name = bytes.Fields(name)[0]
	return edit{span: span{at.from - 2, at.from}, before: ">\n", behind: "</" + string(name) + ">"}
}
