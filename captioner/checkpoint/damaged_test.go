package checkpoint

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/seetell/seetell/nn/tensorfile"
	"github.com/seetell/seetell/picture"
)

// TestNewestWholeTriesFew: a folder of files that are no checkpoints costs the
// reading of the newest of them.
func TestNewestWholeTriesFew(t *testing.T) {
	dir := t.TempDir()
	m := Metadata{Model: DefaultConfig(), Tokenizer: WordTokenizer, Vocabulary: []string{"<pad>", "<start>", "<end>", "<unk>", "a"}, Preprocessing: picture.DefaultPreprocessing()}
	texts, err := m.Texts()
	if err != nil {
		t.Fatal(err)
	}
	whole := filepath.Join(dir, "whole.safetensors")
	if err := tensorfile.Write(whole, texts, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := readMetadata(whole); err != nil {
		t.Fatal(err)
	}
	past := time.Now().Add(-time.Hour)
	if err := os.Chtimes(whole, past, past); err != nil {
		t.Fatal(err)
	}
	for i := range mostTried {
		if got := NewestWhole(dir, ""); got != whole {
			t.Errorf("beside %d others: %q", i, got)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(i, ".safetensors")), []byte("none"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := NewestWhole(dir, ""); got != "" {
		t.Errorf("beside %d others: %q", mostTried, got)
	}
}
