package predict

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/internal/terminal"
)

// TestFilesSteerNoTerminal: what is written of strangers' names and captions is
// the same when it is read, and nothing of it acts on who looks at the file.
func TestFilesSteerNoTerminal(t *testing.T) {
	const hostile = "a\u009b31m\u202egpj\x1b[2J\u0085.jpg"
	p := Predictions{Pictures: []Prediction{{ID: hostile, Captions: []captioner.Caption{{Text: hostile}}, References: []string{hostile}}}}
	captions, references := filepath.Join(t.TempDir(), "captions.json"), filepath.Join(t.TempDir(), "references.json")
	if err := p.writeCaptions(captions); err != nil {
		t.Fatal(err)
	}
	if err := p.writeReferences(references); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{captions, references} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if string(terminal.JSON(text)) != string(text) {
			t.Errorf("%s holds %q", path, text)
		}
	}
	var read map[string][]string
	text, err := os.ReadFile(references)
	if err == nil {
		err = json.Unmarshal(text, &read)
	}
	if err != nil || len(read[hostile]) != 1 || read[hostile][0] != hostile {
		t.Errorf("read again: %q, %v", read, err)
	}
}
