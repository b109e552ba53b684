// Package testmodel makes a model of random weights and a picture, for tests
// of what opens them.
package testmodel

import (
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/picture"
	"github.com/seetell/seetell/torch"
)

// Files writes a checkpoint of two words and 64 pixels, and a grey picture.
func Files(t testing.TB) (model, photo string) {
	t.Helper()
	m := captioner.Metadata{Model: captioner.DefaultConfig(), Tokenizer: checkpoint.WordTokenizer, Preprocessing: picture.DefaultPreprocessing()}
	m.Vocabulary, m.Preprocessing.Size = []string{"<pad>", "<start>", "<end>", "<unk>", "a", "dog"}, 64
	network, err := captioner.NewNetwork(m.Model, len(m.Vocabulary), torch.CPU)
	if err != nil {
		t.Fatal(err)
	}
	defer network.Close()
	dir := t.TempDir()
	model, photo = filepath.Join(dir, "model.safetensors"), filepath.Join(dir, "photo.png")
	if err := network.Save(model, m); err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(photo)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(png.Encode(file, image.NewGray(image.Rect(0, 0, 80, 60))), file.Close()); err != nil {
		t.Fatal(err)
	}
	return model, photo
}
