package serve

import (
	"bytes"
	"os"
	"testing"
)

// A real model, of random weights, says through the server what it says to a
// program, and at least a word.
func TestServedModel(t *testing.T) {
	m, photo := openModel(t)
	data, err := os.ReadFile(photo)
	if err != nil {
		t.Fatal(err)
	}
	b := DefaultOptions().Beam
	b.Best = 3
	want, err := m.CaptionBytes(t.Context(), data, b)
	if err != nil {
		t.Fatal(err)
	}
	answer := ask(t, newServer(t, m, nil), request{path: "/caption?best=3&attention=true", body: bytes.NewReader(data)})
	got := decoded[nativeAnswer](t, answer.Code, answer.Body.Bytes())
	if len(got.Captions) != len(want) {
		t.Fatalf("%d captions, want %d", len(got.Captions), len(want))
	}
	for i, c := range got.Captions {
		if c.Text != want[i].Text || c.Text == "" {
			t.Errorf("caption %d is %q, want %q", i, c.Text, want[i].Text)
		}
	}
	if got.Grid.Rows != m.Model.Grid || got.Picture.Width != 80 {
		t.Errorf("grid %+v of a picture %+v", got.Grid, got.Picture)
	}
}
