package main

import (
	"reflect"
	"strings"
	"testing"
)

func TestReadGiven(t *testing.T) {
	paths, captions, err := readGiven("-", strings.NewReader("\ufeff"+`{"file":"b.jpg","caption":"a dog"}

{"file":"a.jpg","caption":"two cats"}
{"file":"b.jpg","caption":"the dog","id":3}
`))
	want := map[string][]string{"b.jpg": {"a dog", "the dog"}, "a.jpg": {"two cats"}}
	if err != nil || !reflect.DeepEqual(paths, []string{"b.jpg", "a.jpg"}) || !reflect.DeepEqual(captions, want) {
		t.Errorf("readGiven() = %q, %q, %v", paths, captions, err)
	}
	for _, bad := range []struct{ text, said string }{
		{"", "there are none"},
		{"a dog", "line 1: invalid character"},
		{`{"file":"a.jpg"}`, `line 1: it has no "file" or no "caption"`},
		{`{"caption":"a dog"}`, `line 1: it has no "file" or no "caption"`},
		{`{"file":"a.jpg","caption":""}`, `line 1: its "caption" is empty`},
		{"\n" + `{"file":"","caption":"a dog"}`, `line 2: its "file" is empty`},
		{`["a.jpg"]`, "line 1: json: cannot unmarshal array"},
	} {
		if _, _, err := readGiven("-", strings.NewReader(bad.text)); err == nil || !strings.Contains(err.Error(), bad.said) {
			t.Errorf("%q: %v, want %s", bad.text, err, bad.said)
		}
	}
}
