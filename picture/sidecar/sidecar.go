// Package sidecar writes what a picture shows into an XMP file beside it, where
// digiKam, darktable, Immich, PhotoPrism and exiftool read it: IMG.jpg.xmp beside
// IMG.jpg, the description as dc:description. The picture itself is never
// touched, and of a sidecar that is there everything else stays, byte for byte.
package sidecar

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/seetell/seetell/internal/regular"
	"github.com/seetell/seetell/internal/wholefile"
)

// ErrDescribed is the error of a sidecar that has a description already.
var ErrDescribed = errors.New("it has a description already")

// mostBytes is the size of a sidecar that is read: an editor's history of a
// picture can be long. mostPicture is how much of a picture is looked through.
const (
	mostBytes   = 16 << 20
	mostPicture = 64 << 20
)

// Between these lies the XMP within a picture.
const packetBegin, packetEnd = "<x:xmpmeta", "</x:xmpmeta>"

// Path returns the path of a picture's sidecar.
func Path(picture string) string { return picture + ".xmp" }

// Write describes the picture at a path in its sidecar, which it makes where
// there is none. A description that is there is left alone and is ErrDescribed,
// unless replace is set, and so is one within the picture itself, which the
// sidecar's would hide. The sidecar is written whole or not at all.
func Write(picture, text string, replace bool) error {
	path := Path(picture)
	before, err := read(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	after, err := Describe(before, text, replace)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if bytes.Equal(before, after) {
		return nil
	}
	if !replace && embedded(picture) != "" {
		return fmt.Errorf("%s: %w", picture, ErrDescribed)
	}
	return wholefile.Write(path, after, 0o666)
}

// embedded returns the description that the XMP within a picture holds, "" where
// there is none that can be read. What cameras write elsewhere, in EXIF, says
// nothing of a picture.
func embedded(picture string) string {
	file, _, err := regular.Open(picture)
	if err != nil {
		return ""
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, mostPicture))
	if err != nil {
		return ""
	}
	_, data, _ = bytes.Cut(data, []byte(packetBegin))
	inside, _, found := bytes.Cut(data[:min(len(data), mostBytes)], []byte(packetEnd))
	if !found {
		return ""
	}
	text, err := Description(slices.Concat([]byte(packetBegin), inside, []byte(packetEnd)))
	if err != nil {
		return ""
	}
	return text
}

// read returns the file's bytes, none where it is empty.
func read(path string) ([]byte, error) {
	file, _, err := regular.Open(path) // a pipe would be waited for
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, mostBytes+1))
	if err == nil && len(data) > mostBytes {
		err = fmt.Errorf("%s: it is larger than %d MB", path, mostBytes>>20)
	}
	return data, err
}

// Description returns the description that a sidecar's bytes hold: that of
// x-default, else the first; "" where there is none.
func Description(data []byte) (string, error) {
	f, err := parse(data)
	if err != nil {
		return "", err
	}
	return f.description(), nil
}

// Describe returns a sidecar's bytes with text as the description, in x-default
// and English; data is nil where there is no sidecar yet. What else data holds
// stays as it is, descriptions in other languages too. A description that is
// there is ErrDescribed, unless replace is set or it says the same.
func Describe(data []byte, text string, replace bool) ([]byte, error) {
	if strings.TrimSpace(text) == "" {
		return nil, errors.New("an empty description")
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return []byte(head + block("", text) + foot), nil
	}
	f, err := parse(data)
	if err != nil {
		return nil, err
	}
	switch before := f.description(); {
	case before == text:
		return data, nil
	case before != "" && !replace:
		return nil, ErrDescribed
	}
	after := f.with(text)
	if said, err := Description(after); err != nil || said != text {
		return nil, fmt.Errorf("its XML is not as XMP's should be; it is left alone (%w)", errors.Join(err, errors.New("the description does not come back")))
	}
	return after, nil
}

const (
	rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
	dc  = "http://purl.org/dc/elements/1.1/"

	head = "<?xpacket begin=\"\ufeff\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n" +
		"<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n <rdf:RDF xmlns:rdf=\"" + rdf + "\">\n"
	foot = " </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>\n"
)

// block returns an rdf:Description of its own that describes what about names.
// It brings its prefixes, so that it may stand in any file.
func block(about, text string) string {
	return fmt.Sprintf("  <rdf:Description xmlns:rdf=%q rdf:about=\"%s\">\n   %s\n  </rdf:Description>\n", rdf, escape(about), element(text, nil))
}

// element returns a dc:description of text, and of others in their languages.
func element(text string, others []item) string {
	var out strings.Builder
	fmt.Fprintf(&out, "<dc:description xmlns:dc=%q xmlns:rdf=%q>\n    <rdf:Alt>\n", dc, rdf)
	for _, i := range append([]item{{"x-default", text}, {"en", text}}, others...) {
		fmt.Fprintf(&out, "     <rdf:li xml:lang=\"%s\">%s</rdf:li>\n", escape(i.language), escape(i.text))
	}
	out.WriteString("    </rdf:Alt>\n   </dc:description>")
	return out.String()
}

func escape(text string) string {
	var out strings.Builder
	_ = xml.EscapeText(&out, []byte(text)) // a strings.Builder takes everything
	return out.String()
}
