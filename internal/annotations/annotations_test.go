package annotations

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"
)

// tell reads a file and writes its records in a line: label(name,id,split)=caption|caption …
func tell(file string, bad func(int, string)) string {
	var parts []string
	err := Reader{Bad: bad, Add: func(r Record) error {
		parts = append(parts, fmt.Sprintf("%s(%s,%s,%s)=%s", r.Label, r.Name, r.ID, r.Split, strings.Join(r.Captions, "|")))
		return nil
	}}.Read(strings.NewReader(file))
	if err != nil {
		return "error: " + err.Error()
	}
	return strings.Join(parts, " ")
}

// wide returns the text in UTF-16, its low bytes first.
func wide(text string) string {
	out := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(text)) {
		out = append(out, byte(unit), byte(unit>>8))
	}
	return string(out)
}

func TestForms(t *testing.T) {
	for _, test := range []struct{ name, file, want string }{
		{"Kaggle's Flickr8k", "image,caption\na.jpg,\"A dog, brown\"\nb.jpg,\"Say \"\"hi\"\"\"\n", `a.jpg(a.jpg,,)=A dog, brown b.jpg(b.jpg,,)=Say "hi"`},
		{"Kaggle's Flickr30k", "image_name| comment_number| comment\na.jpg| 0| A \"dog\" , brown .\na.jpg| 1| \" Brown .\n", `a.jpg(a.jpg,,)=A "dog" , brown . a.jpg(a.jpg,,)=" Brown .`},
		{"bare quotes", "image,caption\na.jpg,a \"red\" sign\n", `a.jpg(a.jpg,,)=a "red" sign`},
		{"a caption of two lines", "image,caption\na.jpg,\"a\nb\"\nc.jpg,d\n", "a.jpg(a.jpg,,)=a\nb c.jpg(c.jpg,,)=d"},
		{"an index without a name", ",image,caption\n0,a.jpg,A\n1,b.jpg,B\n", "a.jpg(a.jpg,,)=A b.jpg(b.jpg,,)=B"},
		{"a first caption without a number", "image,caption,caption_1,caption_2\na.jpg,A,B,C\n", "a.jpg(a.jpg,,)=A|B|C"},
		{"other numbered columns", "image,description_0,description_1\na.jpg,A,B\n", "a.jpg(a.jpg,,)=A|B"},
		{"names of words", "Image Name,Caption Text\na.jpg,A\n", "a.jpg(a.jpg,,)=A"},
		{"one column of images", "image_file_name,text\na.jpg,A\n", "a.jpg(a.jpg,,)=A"},
		{"one column of captions", "file_name,english_caption\na.jpg,A\n", "a.jpg(a.jpg,,)=A"},
		{"names that are files", "image.jpg,a caption\nb.jpg,B\n", "image.jpg(image.jpg,,)=a caption b.jpg(b.jpg,,)=B"},
		{"a list as Python prints it", "image,captions\na.jpg,\"['A, a', \"\"a dog's\"\"]\"\nb.jpg,\"['C'\n 'D']\"\nc.jpg,[no list]\n", "a.jpg(a.jpg,,)=A, a|a dog's b.jpg(b.jpg,,)=C|D c.jpg(c.jpg,,)=[no list]"},
		{"Excel's sep", "sep=;\r\nimage;caption\r\na.jpg;A\r\n", "a.jpg(a.jpg,,)=A"},
		{"a table by columns", `{"image":{"0":"a.jpg","10":"c.jpg","2":"b.jpg"},"caption":{"0":"A","2":"B","10":"C"}}`, "a.jpg(a.jpg,,)=A b.jpg(b.jpg,,)=B c.jpg(c.jpg,,)=C"},
		{"a table by columns that are lists", `{"image":["a.jpg","b.jpg"],"caption":["A","B"]}`, "a.jpg(a.jpg,,)=A b.jpg(b.jpg,,)=B"},
		{"splits", `{"train":[{"image":"a.jpg","caption":"A"}],"val":[{"image":"b.jpg","caption":"B"}]}`, "a.jpg(a.jpg,,train)=A b.jpg(b.jpg,,val)=B"},
		{"pycocoevalcap's own map", `{"7":[{"image_id":7,"caption":"A"},{"image_id":7,"caption":"B"}]}`, "7(7,7,)=A|B"},
		{"keys in capitals", `{"Image":"a.jpg","Caption":"A"}`, "a.jpg(a.jpg,,)=A"},
		{"captions in columns", "file_name,caption_1,caption_0,caption_10\na.jpg,B,A,C\n", "a.jpg(a.jpg,,)=A|B|C"},
		{"a list in a cell", "filename,raw,split\na.jpg,\"[\"\"A\"\",\"\"B\"\"]\",train\n", "a.jpg(a.jpg,,train)=A|B"},
		{"title", "filepath,title\nx/a.jpg,A\n", "a.jpg(x/a.jpg,,)=A"},
		{"semicolons", "image;caption\na.jpg;A, b\n", "a.jpg(a.jpg,,)=A, b"},
		{"numbers as floats", "image_id,caption\n1.0,A\n", "1(,1,)=A"},
		{"header of TSV", "image_id\tcaption\n1\tA \"b\n", `1(,1,)=A "b`},
		{"quotes in TSV", "image\tcaption\na.jpg\t\"say \"\"A\"\"\"\n", `a.jpg(a.jpg,,)=say "A"`},
		{"tokens", "a.jpg#0\tA\na.jpg#1\tB\n", "a.jpg(a.jpg,,)=A a.jpg(a.jpg,,)=B"},
		{"bare", "\ufeffx/a.jpg\tA\r\nb.jpg\tB\tC\r\n", "x/a.jpg(x/a.jpg,,)=A b.jpg(b.jpg,,)=B\tC"},
		{"old Mac", "image,caption\ra.jpg,A\rb.jpg,B\r", "a.jpg(a.jpg,,)=A b.jpg(b.jpg,,)=B"},
		{"UTF-16", wide("image,caption\r\na.jpg,café\r\n"), "a.jpg(a.jpg,,)=café"},
		{"caption --format csv", "file,rank,caption,log_probability,finished,error\nx/a.jpg,1,A,-1,true,\nb.jpg,,,,,no picture\n", "a.jpg(x/a.jpg,,)=A"},
		{"caption --format json", `{"file":"x/a.jpg","captions":[{"text":"A","log_probability":-1}]}` + "\n" + `{"file":"b.jpg","error":"no picture"}`, "a.jpg(x/a.jpg,,)=A"},
		{"COCO", `{"images":[{"id":9,"file_name":"a.jpg"},{"id":8,"file_name":"b.jpg"}],"annotations":[{"image_id":7,"caption":"C"},{"image_id":9.0,"caption":"A"},{"image_id":9,"caption":"B"}]}`,
			"9(a.jpg,9,)=A|B 8(b.jpg,8,)= 7(,7,)=C"},
		{"COCO of nothing", `{"images":[],"annotations":[]}`, ""},
		{"lines with an empty list", `{"image":"a.png","captions":["A"],"annotations":[]}`, "a.png(a.png,,)=A"},
		{"Karpathy", `{"images":[{"filepath":"val2014","filename":"a.jpg","cocoid":5,"split":"test","sentences":[{"tokens":["a"],"raw":"A."},{"raw":"B."}]}],"dataset":"coco"}`, "a.jpg(val2014/a.jpg,5,test)=A.|B."},
		{"results", `[{"image_id":1,"caption":"A","score":NaN},{"image_id":2,"caption":"B NaN","score":-Infinity}]`, "1(,1,)=A 2(,2,)=B NaN"},
		{"results in an object", `{"results":[{"image_id":1,"caption":"A"}],"model":"x"}`, "1(,1,)=A"},
		{"map", `{"a.jpg":["A","B"],"images":"C","9":[{"caption":"D"}]}`, "a.jpg(a.jpg,a.jpg,)=A|B images(images,images,)=C 9(9,9,)=D"},
		{"JSON lines", `{"image":"a.png","captions":["A","B"],"split":"dev"}` + "\n" + `{"file_name":"x/b.png","text":"C","id":4}`, "a.png(a.png,,dev)=A|B 4(x/b.png,,)=C"},
		{"numbered keys", `{"file_name":"a.png","caption_1":"B","caption_0":"A"}`, "a.png(a.png,,)=A|B"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := tell(test.file, nil); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// TestRefused: errors name the line and what was looked for, and show nothing
// of the file but keys.
func TestRefused(t *testing.T) {
	for _, test := range []struct{ name, file, want string }{
		{"empty", " \n", "the file is empty"},
		{"no table", "root:x:0:0:root:/root:/bin/bash\n", "line 1: 1 columns where 2 should be"},
		{"other columns", "foto,beschreibung,caption\na,b,c\n", "line 1: no column of pictures: it has foto, beschreibung, caption; looked for image, "},
		{"columns that are none", "root:x:0,caption,b\n", "line 1: no column of pictures: it has (no name), caption, b;"},
		{"other keys", `{"info":{"year":2014},"a":"b"}`, "line 1: the value of a key of info is neither a caption nor a list of captions"},
		{"other keys in lines", `[{"foto":"a","text":"b"}]`, "line 1: no name of a picture: it has foto, text; looked for image, "},
		{"instances", `{"images":[{"id":1,"file_name":"a.jpg"}],"annotations":[{"image_id":1,"bbox":[1]}]}`, "line 1: no caption: it has bbox, image_id; looked for captions, "},
		{"an open quote", "image,caption\na.jpg,\"A\nb.jpg,B\n", "line 2: a quote that begins here is not closed"},
		{"a long row", "image,caption\na.jpg," + strings.Repeat("A", longestRow), "line 2: a row of more than"},
		{"JSON cut short", "[{\"image_id\":1,\n\"caption\":\"a d", "line 2: the JSON is cut short"},
		{"JSON cut between", "[{\"image_id\":1,\"caption\":\"a\"},\n", "line 1: the JSON is cut short"},
		{"broken JSON", "{\"a\":\n}", "line 2: invalid character looking for beginning of value"},
		{"deep JSON", strings.Repeat(`{"annotations":[`, 30000), "line 1: invalid character exceeded max depth"},
		{"not UTF-8", "[{\"image_id\":1,\n\"caption\":\"\xff\"}]", "line 1: not UTF-8"},
		{"not UTF-8, from another part of the world", "[{\"image_id\":1,\"caption\":\"\x8c\xa2\x82\xaa\x91\x96\x82\xe9\"}]", "line 1: not UTF-8: save the file as UTF-8"},
		{"Excel's plain CSV", "[{\"image_id\":1,\"caption\":\"caf\xe9\"}]", "line 1: not UTF-8 but most likely Windows-1252"},
		{"UTF-32", "\xff\xfe\x00\x00i\x00\x00\x00", "this is text in UTF-32"},
		{"zip", "PK\x03\x04abc", "this is a zip archive or an Excel workbook: unpack"},
		{"gzip", "\x1f\x8b\x08", "this is a gzip archive"},
		{"a picture", "\x89PNG\r\n\x1a\n", "this is a PNG picture"},
		{"a web page", "<!DOCTYPE html>\n<html>", "this is a web page"},
		{"zeros", "abc\x00def\n", "this is a binary file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := tell(test.file, nil); !strings.HasPrefix(got, "error: "+test.want) {
				t.Errorf("got %.200s\nwant %s", got, test.want)
			}
		})
	}
}

// TestBadRows: a row that is none is told, the others are read.
func TestBadRows(t *testing.T) {
	var bad []string
	got := tell("image_name| comment_number| comment\na.jpg| 0| A\na.jpg| 4   A dog\nb.jpg| 0| B\n", func(line int, what string) {
		bad = append(bad, fmt.Sprint(line, " ", what))
	})
	if want := "a.jpg(a.jpg,,)=A b.jpg(b.jpg,,)=B"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if len(bad) != 1 || bad[0] != "3 2 columns where 3 should be" {
		t.Errorf("bad rows: %q", bad)
	}
	if got := tell("image,caption\na\nb\n", func(int, string) {}); got != "error: line 2: 1 columns where 2 should be" {
		t.Errorf("of a table of bad rows: %s", got)
	}
}

// endless is a file without end.
type endless struct{ text string }

func (e endless) Read(p []byte) (int, error) {
	return copy(p, strings.Repeat(e.text, 1+len(p)/len(e.text))[:len(p)]), nil
}

// TestEndless: no value of a JSON file is held beyond the limit.
func TestEndless(t *testing.T) {
	for _, text := range []string{`{"a`, `["a"],[`, " "} {
		err := Reader{Add: func(Record) error { return nil }}.Read(endless{text})
		if err == nil {
			t.Errorf("no error for %q without end", text)
		}
	}
}

func TestForeignError(t *testing.T) {
	err := Reader{}.Read(strings.NewReader("PK\x03\x04"))
	var foreign *ForeignError
	if !errors.As(err, &foreign) || !strings.Contains(foreign.Kind, "zip") {
		t.Errorf("%v is no ForeignError of a zip archive", err)
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"image,caption\na.jpg,\"A dog, brown\"\n", "a.jpg#0\tA dog .\n", "file\tcaption\tsplit\na.png\tA\tval\n",
		`{"image":"a.png","captions":["A",null,{"raw":"B"}],"split":"dev"}`,
		`{"images":[{"imgid":0,"sentences":[{"raw":"A."}],"split":"train","filename":"a.jpg"}],"annotations":[{"image_id":"0","caption":null}]}`,
		`[{"image":"a.png","caption":"A","score":-Infinity}]`, "image_name| comment\na.jpg| \"A\n", wide("image,caption\na.jpg,é\n"),
		`{"results":[{"image_id":1.0,"caption":"A"}]}`, `{"images":[]}`, `{"image":{"0":"a"},"caption":{"0":"A"}}`, `{"train":[{"image":"a","caption":"A"}]}`, "image,captions\na,\"['A' \"\"B\"\"]\"\n", "sep=;\nimage;caption\na;A\n", `{"annotations":[{"annotations":[]}]}`, "a\rb\r",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		lines := 1 + bytes.Count(data, []byte("\n")) + bytes.Count(data, []byte("\r"))
		_ = Reader{Bad: func(int, string) {}, Add: func(r Record) error {
			if r.Label == "" && r.Name == "" && r.ID == "" && !bytes.ContainsRune(data, '{') {
				t.Errorf("a picture without a name: %+v", r)
			}
			if (r.Line < 1 || r.Line > lines) && bytes.IndexByte(data, 0) < 0 {
				t.Errorf("line %d of %d", r.Line, lines)
			}
			return nil
		}}.Read(bytes.NewReader(data))
	})
}

func BenchmarkRead(b *testing.B) {
	var file strings.Builder
	file.WriteString("image,caption\n")
	for i := range 40000 {
		fmt.Fprintf(&file, "%d.jpg,\"A dog, brown, runs over the grass .\"\n", i/5)
	}
	b.SetBytes(int64(file.Len()))
	for b.Loop() {
		if err := (Reader{Add: func(Record) error { return nil }}).Read(strings.NewReader(file.String())); err != nil {
			b.Fatal(err)
		}
	}
}

// TestManyMembers: what a file of some megabytes makes is bounded as it is
// read, whatever form its members take.
func TestManyMembers(t *testing.T) {
	for _, test := range []struct{ name, file, want string }{
		{"captions of one picture", `{"a.jpg":[` + strings.Repeat(`"",`, 10_000) + `""]}`, "more than 10000 captions of one picture"},
		{"in a record", `[{"image":"a.jpg","captions":[` + strings.Repeat(`"",`, 10_000) + `""]}]`, "more than 10000 captions of one picture"},
		{"nothing else", `[{"image":"a.jpg","captions":[` + strings.Repeat(`1,`, 2<<20) + `1]}]`, "a value of more than 1048576 members"},
		{"results", `{"results":[` + strings.Repeat(`{},`, 2<<20) + `{}]}`, "a value of more than 1048576 members"},
		{"a long key", `{"` + strings.Repeat("a", 2<<20) + `":"A"}`, "a value of more than 1048576 bytes"},
		{"keys of a record", `[{"image":"a.jpg","caption":"A"` + strings.Repeat(`,"k":1`, 2<<20) + `}]`, "a value of more than 1048576 members"},
	} {
		if got := tell(test.file, nil); !strings.Contains(got, test.want) {
			t.Errorf("%s: %.200s, want %s", test.name, got, test.want)
		}
	}
	var file strings.Builder
	for i := range 60_000 {
		fmt.Fprintf(&file, `,"%d.jpg":"A"`, i)
	}
	n := 0
	err := Reader{Add: func(r Record) error {
		if r.Label != fmt.Sprintf("%d.jpg", n) || len(r.Captions) != 1 {
			return fmt.Errorf("record %d is %v", n, r)
		}
		n++
		return nil
	}}.Read(strings.NewReader("{" + file.String()[1:] + "}"))
	if err != nil || n != 60_000 {
		t.Errorf("%d records of a large map, %v", n, err)
	}
}

// TestTellsNoContents: whatever file is given for captions, no message shows
// what stands in it.
func TestTellsNoContents(t *testing.T) {
	const secret = "root:x:0:0:hunter2"
	for _, file := range []string{
		secret + "\n", secret + "\n" + secret + "\n", "a\tb\tc " + secret + "\n", `"` + secret, "[" + secret + "]", `{"a": ` + secret + "}",
		`{"` + secret + `": {"b": 1}}`, `[{"` + secret + `": "b"}]`, `["` + secret + `"]`, `[{"image": "a.jpg", "caption": {"` + secret + `": 1}}]`,
		`{"annotations": [{"` + secret + `": 1}]}`, `{"annotations": "` + secret + `"}`, `{"images": {"` + secret + `": 1}}`,
		"\x00\x01" + secret, "-----BEGIN " + secret + "\n", "image,caption\na.jpg,b,c,\"" + secret, secret + "," + secret + "," + secret + "\n", wide(secret),
	} {
		if got := tell(file, nil); strings.HasPrefix(got, "error: ") && (strings.Contains(got, "hunter2") || strings.Contains(got, "root:x")) {
			t.Errorf("%.40q: %s", file, got)
		}
	}
}
