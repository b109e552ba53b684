package checkpoint

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seetell/seetell/nn/tensorfile"
	"github.com/seetell/seetell/picture"
)

func testMetadata() Metadata {
	return Metadata{
		Model: DefaultConfig(), Vocabulary: append(specials[:4:4], "a"), Tokenizer: WordTokenizer,
		Preprocessing: picture.DefaultPreprocessing(), History: []byte(`[{"epoch":1,"loss":2.5}]`),
	}
}

// TestRead reads what was written, and tells other files and newer ones by
// their sentinels.
func TestRead(t *testing.T) {
	texts, err := testMetadata().Texts()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		texts map[string]string
		want  error
	}{
		{"a checkpoint", texts, nil},
		{"other weights", map[string]string{"format": "pt"}, ErrNotCheckpoint},
		{"a newer format", map[string]string{"seetell": `{"format":99,"model":"of another kind"}`}, ErrNewer},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "model.safetensors")
			if err := tensorfile.Write(path, test.texts, nil); err != nil {
				t.Fatal(err)
			}
			m, err := Read(path)
			if !errors.Is(err, test.want) || err != nil && !strings.Contains(err.Error(), path) {
				t.Fatalf("Read() = %v, want %v and the file named", err, test.want)
			}
			if err != nil {
				return
			}
			epochs, err := m.Epochs()
			if err != nil || len(epochs) != 1 || epochs[0].Loss != 2.5 || epochs[0].Has("seconds") {
				t.Errorf("Epochs() = %+v, %v", epochs, err)
			}
		})
	}
}
