package sidecar

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/seetell/seetell/internal/regular"
)

// packet is a sidecar as editors write them, around what rdf:RDF holds.
func packet(inside string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
` + inside + `
 </rdf:RDF>
</x:xmpmeta>
`
}

// develop is what an editor keeps in a sidecar.
const develop = `  <rdf:Description rdf:about="uuid:7"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:darktable="http://darktable.sf.net/"
    xmp:Rating="4" darktable:history_end="11">
   <darktable:history><rdf:Seq><rdf:li darktable:operation="exposure &amp; more"/></rdf:Seq></darktable:history>
  </rdf:Description>`

// describedAs is an rdf:Description with these items of dc:description.
func describedAs(items string) string {
	return `  <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:description><rdf:Alt>` + items + `</rdf:Alt></dc:description><dc:creator><rdf:Seq><rdf:li>A. Person</rdf:li></rdf:Seq></dc:creator></rdf:Description>`
}

func TestDescribe(t *testing.T) {
	const text = `a dog & a "cat" <run>`
	person := describedAs(`<rdf:li xml:lang="x-default">My dog</rdf:li><rdf:li xml:lang="en-GB">My dog</rdf:li><rdf:li xml:lang="de">Mein Hund</rdf:li>`)
	for _, test := range []struct {
		name, before string
		replace      bool
		keeps        []string
		err          error
	}{
		{"none", "", false, nil, nil},
		{"an editor's", packet(develop), false, []string{develop, `rdf:about="uuid:7">`}, nil},
		{"an editor's with a mark of its encoding", "\ufeff" + packet(develop), false, []string{"\ufeff", develop}, nil},
		{"a person's description", packet(person), false, nil, ErrDescribed},
		{"a person's description, replaced", packet(person), true, []string{`<rdf:li xml:lang="de">Mein Hund</rdf:li>`, "A. Person"}, nil},
		{"an empty description", packet(describedAs(`<rdf:li xml:lang="x-default"> </rdf:li>`)), false, []string{"A. Person"}, nil},
		{"the same", packet(describedAs(`<rdf:li xml:lang="x-default">a dog &amp; a "cat" &lt;run></rdf:li>`)), false, []string{`a "cat" &lt;run></rdf:li>`}, nil},
		{"an attribute", packet(`<rdf:Description xmlns:d="http://purl.org/dc/elements/1.1/" d:description = 'Hers' d:format="image/jpeg"/>`), false, nil, ErrDescribed},
		{"an attribute, replaced", packet(`<rdf:Description xmlns:d="http://purl.org/dc/elements/1.1/" d:description = 'Hers' d:format="image/jpeg"/>`), true, []string{`d:format="image/jpeg"/>`}, nil},
		{"other prefixes", strings.NewReplacer("rdf:", "r:", ":rdf", ":r").Replace(packet(develop)), false, []string{"r:about=\"uuid:7\""}, nil},
		{"nothing within", `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" /></x:xmpmeta>`, false, []string{"<x:xmpmeta"}, nil},
		{"a title is no description", packet(strings.ReplaceAll(person, "dc:description", "dc:title")), false, []string{"My dog"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			after, err := Describe([]byte(test.before), text, test.replace)
			if !errors.Is(err, test.err) {
				t.Fatalf("%v, want %v", err, test.err)
			}
			if err != nil {
				return
			}
			if said, err := Description(after); err != nil || said != text {
				t.Errorf("it says %q, %v\n%s", said, err, after)
			}
			for _, kept := range test.keeps {
				if !bytes.Contains(after, []byte(kept)) {
					t.Errorf("%s is lost in\n%s", kept, after)
				}
			}
			if again, err := Describe(after, text, false); err != nil || !bytes.Equal(again, after) {
				t.Errorf("a second time changes it: %v\n%s", err, again)
			}
			for _, lost := range []string{"My dog</rdf:li><rdf:li xml:lang=\"en-GB\"", "Hers"} {
				if test.replace && bytes.Contains(after, []byte(lost)) {
					t.Errorf("%s is still in\n%s", lost, after)
				}
			}
			exiftoolReads(t, after, text)
		})
	}
}

// exiftoolReads holds the sidecar to what exiftool reads in it, where exiftool
// is installed.
func exiftoolReads(t *testing.T, data []byte, want string) {
	t.Helper()
	program, err := exec.LookPath("exiftool")
	if err != nil {
		t.Log("exiftool is not installed: the sidecar was read by this package alone")
		return
	}
	path := filepath.Join(t.TempDir(), "IMG.jpg.xmp")
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(program, "-json", "-XMP-dc:all", path).Output()
	if err != nil {
		t.Fatalf("exiftool: %v\n%s", err, out)
	}
	var read []map[string]any
	if err := json.Unmarshal(out, &read); err != nil || len(read) != 1 || read[0]["Description"] != want {
		t.Errorf("exiftool reads %v, %v, want %q", read, err, want)
	}
}

func TestNoXMP(t *testing.T) {
	for name, data := range map[string]string{
		"cut short": packet(develop)[:300], "no RDF": `<x:xmpmeta xmlns:x="adobe:ns:meta/"/>`, "no XML": "rating=5", "another encoding": `<?xml version="1.0" encoding="latin1"?><a/>`,
		"a document type": `<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`,
	} {
		if after, err := Describe([]byte(data), "a dog", true); err == nil || !strings.Contains(err.Error(), "no XMP") {
			t.Errorf("%s: %v\n%s", name, err, after)
		}
	}
	if _, err := Describe(nil, " ", true); err == nil {
		t.Error("an empty description is written")
	}
}

// TestWrite leaves a picture as it is and everything in a broken sidecar.
func TestWrite(t *testing.T) {
	picture := filepath.Join(t.TempDir(), "IMG 1.jpg")
	if err := os.WriteFile(picture, []byte("pixels"), 0o400); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		text    string
		replace bool
		err     error
		want    string
	}{
		{"a dog", false, nil, "a dog"},
		{"a cat", false, ErrDescribed, "a dog"},
		{"a cat", true, nil, "a cat"},
	} {
		if err := Write(picture, step.text, step.replace); !errors.Is(err, step.err) {
			t.Fatalf("%+v: %v", step, err)
		}
		data, err := os.ReadFile(picture + ".xmp")
		if err != nil {
			t.Fatal(err)
		}
		if said, err := Description(data); err != nil || said != step.want {
			t.Errorf("%+v: it says %q, %v", step, said, err)
		}
	}
	if err := os.WriteFile(picture+".xmp", []byte("<broken"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := Write(picture, "a dog", true); err == nil || !strings.Contains(err.Error(), "IMG 1.jpg.xmp") {
		t.Errorf("a broken sidecar: %v", err)
	}
	if data, err := os.ReadFile(picture + ".xmp"); err != nil || string(data) != "<broken" {
		t.Errorf("the broken sidecar is %q, %v", data, err)
	}
	if data, err := os.ReadFile(picture); err != nil || string(data) != "pixels" {
		t.Errorf("the picture is %q, %v", data, err)
	}
}

// FuzzDescribe has any sidecar come out as it went in, but for a description.
func FuzzDescribe(f *testing.F) {
	f.Add([]byte(packet(develop)))
	f.Add([]byte(packet(describedAs(`<rdf:li xml:lang="x-default">My dog</rdf:li>`))))
	f.Add([]byte(`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>`))
	f.Fuzz(func(t *testing.T, data []byte) {
		after, err := Describe(data, "a dog", true)
		if err != nil {
			return
		}
		if said, err := Description(after); err != nil || said != "a dog" {
			t.Errorf("it says %q, %v", said, err)
		}
	})
}

// TestStrangersSidecars: a pipe is not waited for, and what is nested or
// repeated without end is no sidecar.
func TestStrangersSidecars(t *testing.T) {
	picture := filepath.Join(t.TempDir(), "a.jpg")
	if err := syscall.Mkfifo(Path(picture), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Write(picture, "a dog", true); !errors.Is(err, regular.ErrNot) {
		t.Errorf("a pipe: %v", err)
	}
	for name, inner := range map[string]string{
		"nested":                strings.Repeat("<a>", 100_000),
		"nested whole":          strings.Repeat("<a>", 1000) + strings.Repeat("</a>", 1000),
		"many attributes":       "<rdf:Description" + strings.Repeat(` dc:description="a"`, 100_000) + "/>",
		"nested in description": "<rdf:Description><dc:description>" + strings.Repeat("<rdf:li>", 100_000),
	} {
		start := time.Now()
		if _, err := Describe([]byte(packet(inner)), "a dog", true); err == nil {
			t.Errorf("%s: no error", name)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
	}
	twice := `<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:description="a" dc:description="b"/>`
	if after, err := Describe([]byte(packet(twice)), "a dog", true); err == nil {
		if said, err := Description(after); said != "a dog" {
			t.Errorf("said twice: %q, %v", said, err)
		}
	}
}

// TestEmbedded describes a picture that holds XMP itself.
func TestEmbedded(t *testing.T) {
	person := packet(describedAs(`<rdf:li xml:lang="x-default">My dog</rdf:li>`))
	for _, test := range []struct {
		name, inside string
		replace      bool
		err          error
	}{
		{"a person's", person, false, ErrDescribed},
		{"a person's, replaced", person, true, nil},
		{"an editor's", packet(develop), false, nil},
		{"cut", person[:len(person)-20], false, nil},
		{"damaged", strings.Replace(person, "</rdf:li>", "", 1), false, nil},
		{"none", "", false, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			photo := filepath.Join(t.TempDir(), "a.jpg")
			before := []byte("\xff\xd8" + test.inside + "\xff\xd9")
			if err := os.WriteFile(photo, before, 0o666); err != nil {
				t.Fatal(err)
			}
			if err := Write(photo, "a dog", test.replace); !errors.Is(err, test.err) {
				t.Errorf("%v, want %v", err, test.err)
			}
			if _, err := os.Stat(Path(photo)); (err == nil) != (test.err == nil) {
				t.Errorf("the sidecar: %v", err)
			}
			if after, err := os.ReadFile(photo); err != nil || !bytes.Equal(after, before) {
				t.Errorf("the picture has changed: %v", err)
			}
		})
	}
}
