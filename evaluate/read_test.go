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
		{"a binary file", "ab\x00c", "file: this is a binary file"},
		{"twice", "a\tb\nc\td\na\te\n", `file: line 3: picture "a" is captioned twice; first on line 1`},
		{"twice in a map", `{"a":"b","a":"c"}`, `file: line 1: picture "a" is captioned twice`},
		{"number and text", `[{"image_id":1,"caption":"b"},{"image_id":"1","caption":"c"}]`, `picture "1" is captioned twice`},
		{"no tab", "a b\n", "file: line 1: 1 columns where 2 should be"},
		{"empty", " \n", "file: the file is empty"},
		{"empty list", "[]", "file: no captions"},
		{"no caption", `{"a":[]}`, `file: line 1: picture "a" has an empty list`},
		{"a number for a caption", `{"a":5}`, `file: line 1: the value of a key of a is neither a caption nor a list`},
		{"several captions", `{"a":["b","c"]}`, `file: line 1: picture "a" has 2 captions; one is scored`},
		{"null", `[{"image_id":1,"caption":null}]`, `file: line 1: picture "1" has null for a caption`},
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
		{name: "missing", captions: "a\t1\n", want: `caps: no caption for picture "b" of refs`},
		{name: "paths", captions: "x/a\t1\ny\\b\t2\n", want: "b=2 a=1"},
		{name: "two of one", captions: "x/a\t1\na\t2\nb\t3\n", want: `caps: line 2: picture "a" is captioned twice; first on line 1`},
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

// TestJoinOfOwnOutput: what the other commands write is scored.
func TestJoinOfOwnOutput(t *testing.T) {
	for _, test := range []struct{ name, references, captions, want string }{
		{"text of a folder", "p1.jpg#0\tx\np2.jpg#0\ty\n", "own/p1.jpg\ta\nown/p2.jpg\tb\n", "p1.jpg=a p2.jpg=b"},
		{"equal names in two folders", "v1/3.jpg#0\tx\nv2/3.jpg#0\ty\n", `{"file":"v1/3.jpg","captions":[{"text":"a"}]}` + "\n" + `{"file":"v2/3.jpg","captions":[{"text":"b"}]}`, "v1/3.jpg=a v2/3.jpg=b"},
		{"CSV", "image,caption\nx/1.jpg,\"x, y\"\nx/1.jpg,y\n", "file,rank,caption,log_probability,finished,error\nq/1.jpg,1,a,-1,true,\n", "x/1.jpg=a"},
		{"COCO by file name", `{"images":[{"id":7,"file_name":"a.jpg"}],"annotations":[{"image_id":7,"caption":"x"}]}`, `{"a.jpg":"b"}`, "7=b"},
		{"COCO by a number that is a float", `{"images":[{"id":7,"file_name":"a.jpg"}],"annotations":[{"image_id":7,"caption":"x"}]}`, `{"results":[{"image_id":7.0,"caption":"b","score":NaN}]}`, "7=b"},
		{"accents", "caf\u00e9.jpg\tx\n", "cafe\u0301.jpg\ta\n", "caf\u00e9.jpg=a"},
		{"header of TSV", "1\tx\n", "image_id\tcaption\n1\ta\n", "1=a"},
		{"an ambiguous name", "v1/3.jpg\tx\nv2/3.jpg\ty\n", "3.jpg\ta\n", `caps: no references in refs for picture "3.jpg"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			references, err := ParseReferences("refs", []byte(test.references))
			if err != nil {
				t.Fatal(err)
			}
			captions, err := ParseCaptions("caps", []byte(test.captions))
			if err != nil {
				t.Fatal(err)
			}
			images, err := Join(references, captions, false)
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

// TestNames: captions find their pictures by any name that one picture alone
// goes by.
func TestNames(t *testing.T) {
	for _, test := range []struct{ name, references, captions, want string }{
		{"zeros", `{"7":["a"]}`, `{"000000000007":"x"}`, "7"},
		{"zeros of a file", `{"000000000007.jpg":["a"]}`, `[{"image_id":7,"caption":"x"}]`, "000000000007.jpg"},
		{"without its ending", `{"p1.jpg":["a"],"p2.jpg":["b"]}`, `{"p1":"x"}`, "p1.jpg"},
		{"with its ending", `{"p1":["a"],"p2":["b"]}`, `{"p1.PNG":"x"}`, "p1"},
		{"longer folders", `{"x/a.jpg":["a"],"y/a.jpg":["b"]}`, `{"/data/set/y/a.jpg":"x"}`, "y/a.jpg"},
		{"shorter folders", `{"set/x/a.jpg":["a"],"set/y/a.jpg":["b"]}`, `{"y/a.jpg":"x"}`, "set/y/a.jpg"},
		{"an exponent", `[{"image_id":20,"caption":"a"}]`, `[{"image_id":2e1,"caption":"x"}]`, "20"},
		{"two that it may be", `{"x/a.jpg":["a"],"y/a.jpg":["b"]}`, `{"a.jpg":"x"}`, ""},
		{"two endings", `{"a.jpg":["a"],"a.png":["b"]}`, `{"a":"x"}`, ""},
		{"no number", `{"0":["a"]}`, `{"00":"x"}`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			references, err := ParseReferences("references", []byte(test.references))
			if err != nil {
				t.Fatal(err)
			}
			captions, err := ParseCaptions("captions", []byte(test.captions))
			if err != nil {
				t.Fatal(err)
			}
			matched, err := references.Match(captions)
			if test.want == "" {
				if err == nil {
					t.Errorf("matched %v", matched)
				}
			} else if err != nil || matched[test.want] != "x" || len(matched) != 1 {
				t.Errorf("Match() = %v, %v, want %s", matched, err, test.want)
			}
		})
	}
}
