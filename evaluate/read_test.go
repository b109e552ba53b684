package evaluate

import (
	"slices"
	"strings"
	"testing"
)

func TestReadReferences(t *testing.T) {
	for _, test := range []struct {
		name, file, id string
		want           []string
	}{
		{"COCO annotations", forms[0], "1", []string{"a dog", "the dog"}},
		{"Karpathy", forms[1], "a.jpg", []string{"A dog."}},
		{"map", forms[2], "b.jpg", []string{"a cat"}},
		{"JSON lines", forms[3], "2", []string{"a cat"}},
		{"Flickr8k.token", forms[4], "a.jpg", []string{"A dog .", "The dog ."}},
		{"byte order mark", "\ufeff" + forms[4], "b.jpg", []string{"A cat ."}},
		{"Windows line ends", strings.ReplaceAll(forms[4], "\n", "\r\n"), "b.jpg", []string{"A cat ."}},
	} {
		t.Run(test.name, func(t *testing.T) {
			references, err := ParseReferences("file", []byte(test.file))
			if err != nil {
				t.Fatal(err)
			}
			if got := references.Of(test.id); !slices.Equal(got, test.want) {
				t.Errorf("%s: %q, want %q", test.id, got, test.want)
			}
		})
	}
}

func TestReadCaptions(t *testing.T) {
	for _, test := range []struct{ name, file, id, want string }{
		{"COCO results", forms[5], "1", "a dog"},
		{"empty caption", forms[5], "b", ""},
		{"map", forms[6], "b.jpg", "a cat"},
		{"JSON lines of seetell caption", forms[7], "a.jpg", "a dog"},
		{"lines", forms[8], "b.jpg", "a cat"},
	} {
		t.Run(test.name, func(t *testing.T) {
			captions, err := ParseCaptions("file", []byte(test.file))
			if err != nil {
				t.Fatal(err)
			}
			if got, found := captions.Captions()[test.id]; !found || got != test.want {
				t.Errorf("%s: %q, want %q", test.id, got, test.want)
			}
		})
	}
}

// TestBadFiles wants errors that name the file and the line or id.
func TestBadFiles(t *testing.T) {
	for _, test := range []struct{ name, file, want string }{
		{"cut short", "[{\"image_id\":1,\n\"caption\":\"a d", "file: line 2: the JSON is cut short"},
		{"cut between", "[{\"image_id\":1,\"caption\":\"a\"},\n", "file: line 1: the JSON is cut short"},
		{"broken JSON", "{\"a\":\n}", "file: line 2: invalid character"},
		{"not UTF-8", "a\tb\nc\t\xff\n", "file: line 2: not UTF-8"},
		{"UTF-16", "\xff\xfea\x00", "file: line 1: not UTF-8"},
		{"twice", "a\tb\nc\td\na\te\n", `file: line 3: picture "a" is captioned twice; first on line 1`},
		{"twice in a map", `{"a":"b","a":"c"}`, `file: line 1: picture "a" is captioned twice`},
		{"number and text", `[{"image_id":1,"caption":"b"},{"image_id":"1","caption":"c"}]`, `picture "1" is captioned twice`},
		{"no tab", "a b\n", "file: line 1: no tab"},
		{"empty", " \n", "file: the file is empty"},
		{"empty list", "[]", "file: no captions"},
		{"no caption", `{"a":[]}`, `file: line 1: picture "a" has an empty list`},
		{"a number for a caption", `{"a":5}`, `file: line 1: "a": neither a caption nor a list`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := ParseCaptions("file", []byte(test.file))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want %q", err, test.want)
			}
		})
	}
	if _, err := ParseReferences("file", []byte("{\"a\":[\"x\"],\n\"b\":[]}")); err == nil || err.Error() != `file: line 2: picture "b" has an empty list of references` {
		t.Errorf("references: %v", err)
	}
}

func TestJoin(t *testing.T) {
	references, err := ParseReferences("refs", []byte("b\tx\na\ty\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, captions, want string
		subset               bool
	}{
		{name: "any order", captions: "a\t1\nb\t2\n", want: "b=2 a=1"},
		{name: "unknown", captions: "a\t1\nb\t2\nc\t3\n", want: `caps: no references in refs for picture "c"`},
		{name: "missing", captions: "a\t1\n", want: `caps: no caption for picture "b" of refs; --subset scores the captioned pictures alone`},
		{name: "subset", captions: "a\t1\n", subset: true, want: "a=1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			captions, err := ParseCaptions("caps", []byte(test.captions))
			if err != nil {
				t.Fatal(err)
			}
			images, err := Join(references, captions, test.subset)
			got := strings.Join(each(images, func(i Image) string { return i.ID + "=" + i.Caption }), " ")
			if err != nil {
				got = err.Error()
			}
			if got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}
