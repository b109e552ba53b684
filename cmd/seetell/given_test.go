package main

import (
	"reflect"
	"strings"
	"testing"
)

func TestReadGiven(t *testing.T) {
	paths, captions, err := readGiven("-", strings.NewReader(`{"file":"b.jpg","caption":"a dog"}

{"file":"a.jpg","caption":"two cats"}
{"file":"b.jpg","caption":"the dog","id":3}
`))
	want := map[string][]string{"b.jpg": {"a dog", "the dog"}, "a.jpg": {"two cats"}}
	if err != nil || !reflect.DeepEqual(paths, []string{"b.jpg", "a.jpg"}) || !reflect.DeepEqual(captions, want) {
		t.Errorf("readGiven() = %q, %q, %v", paths, captions, err)
	}
	for _, bad := range []string{"", "a dog", `{"file":"a.jpg"}`, `{"caption":"a dog"}`, `["a.jpg"]`} {
		if _, _, err := readGiven("-", strings.NewReader(bad)); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
}
