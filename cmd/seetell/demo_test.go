package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDemoSaysWhereItLooked reads attention's figures from a report.
func TestDemoSaysWhereItLooked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.json")
	var out bytes.Buffer
	d := demonstration{output: &out}
	for _, text := range []string{"", "{}", `{"grounding":{"words":3}}`} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := d.looked(path); err == nil {
			t.Errorf("the report %q says where attention lay", text)
		}
	}
	out.Reset()
	text := `{"grounding":{"classes":{"thing":{"pointing":0.914,"centre":0.29},"colour":{"pointing":0.88,"centre":0.29}},"around":{"pointing":0.97,"centre":0.71}}}`
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := d.looked(path); err != nil {
		t.Fatal(err)
	}
	got := strings.Fields(out.String())
	for _, want := range []string{"91", "29", "88", "97", "71"} {
		found := false
		for _, word := range got {
			found = found || word == want
		}
		if !found {
			t.Errorf("%q does not say %s", out.String(), want)
		}
	}
}
