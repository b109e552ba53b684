package captioner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/nn/tensorfile"
	"github.com/seetell/seetell/picture"
	"github.com/seetell/seetell/torch"
)

// writeSmall writes a checkpoint of a small network whose weights a formula
// gives, and returns its path.
func writeSmall(dir string) (string, error) {
	g := golden{Vocabulary: append(specials[:4:4], "a", "dog", "runs", "fast", "in", "the", "snow")}
	c := DefaultConfig()
	c.Grid, c.Features, c.Embedding, c.Hidden, c.Attention = 2, 24, 16, 32, 20
	n, err := NewNetwork(c, len(g.Vocabulary), torch.CPU)
	if err != nil {
		return "", err
	}
	defer n.Close()
	if err := g.fill(n); err != nil {
		return "", err
	}
	if err := talkative(n); err != nil {
		return "", err
	}
	pictures := picture.DefaultPreprocessing()
	pictures.Size = 64
	path := filepath.Join(dir, "small.safetensors")
	return path, n.Save(path, Metadata{Model: c, Vocabulary: g.Vocabulary, Tokenizer: checkpoint.WordTokenizer, Preprocessing: pictures})
}

// talkative makes the end of a caption unlikely.
func talkative(n *Network) error {
	return torch.NoGrad(func(s *torch.Scope) error {
		n.Decoder.output.Bias.Narrow(s, 0, checkpoint.End, 1).FillInPlace(s, -4)
		return nil
	})
}

// drawing returns the bytes of a PNG file.
func drawing(shade uint8) []byte {
	m := image.NewGray(image.Rect(0, 0, 40, 30))
	for i := range m.Pix {
		m.Pix[i] = uint8(i) * shade
	}
	m.SetGray(3, 3, color.Gray{255})
	var file bytes.Buffer
	if err := png.Encode(&file, m); err != nil {
		panic(err)
	}
	return file.Bytes()
}

func Example() {
	dir, err := os.MkdirTemp("", "seetell")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path, err := writeSmall(dir) // stands for a checkpoint of seetell train
	if err != nil {
		fmt.Println(err)
		return
	}

	model, err := Open(path, Options{Device: "cpu"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer model.Close()
	captions, err := model.CaptionBytes(context.Background(), drawing(7), Beam{Width: 5, Best: 1, MaxWords: 4})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(captions), captions[0].Text)
	// Output: 1 in a dog dog
}

func openSmall(t *testing.T) *Model {
	t.Helper()
	path, err := writeSmall(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	m, err := Open(path, Options{Device: "cpu"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

func TestModelFromManyGoroutines(t *testing.T) {
	m := openSmall(t)
	b := Beam{Width: 3, Best: 3, MaxWords: 6}
	want := map[uint8]string{}
	for shade := range uint8(4) {
		captions, err := m.CaptionBytes(context.Background(), drawing(shade), b)
		if err != nil {
			t.Fatal(err)
		}
		want[shade] = fmt.Sprint(captions)
	}
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			shade := uint8(i % 4)
			captions, err := m.CaptionBytes(context.Background(), drawing(shade), b)
			if err != nil || fmt.Sprint(captions) != want[shade] {
				t.Errorf("goroutine %d: %v, %v, want %v", i, captions, err, want[shade])
			}
		})
	}
	group.Wait()
}

func TestModelImageAndBytes(t *testing.T) {
	m := openSmall(t)
	data := drawing(9)
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	fromBytes, err := m.CaptionBytes(context.Background(), data, DefaultBeam())
	if err != nil {
		t.Fatal(err)
	}
	fromImage, err := m.CaptionImage(context.Background(), img, DefaultBeam())
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(fromBytes) != fmt.Sprint(fromImage) {
		t.Errorf("%v from bytes, %v from the image", fromBytes, fromImage)
	}
}

func TestModelErrors(t *testing.T) {
	m := openSmall(t)
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := m.CaptionBytes(cancelled, drawing(1), DefaultBeam()); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that has ended: %v", err)
	}
	if _, err := m.CaptionBytes(context.Background(), []byte("no picture"), DefaultBeam()); err == nil {
		t.Error("bytes that are no picture are described")
	}
	if _, err := m.CaptionBytes(context.Background(), drawing(1), Beam{Width: 2, Best: 3, MaxWords: 9}); err == nil {
		t.Error("more captions than the beam is wide are promised")
	}
	m.Close()
	if _, err := m.CaptionBytes(context.Background(), drawing(1), DefaultBeam()); !errors.Is(err, ErrClosed) {
		t.Errorf("a closed model: %v", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	path, err := writeSmall(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, want string
		damage     func(t *testing.T, path string)
	}{
		{"absent", "no such file", func(t *testing.T, path string) {}},
		{"empty", "empty", func(t *testing.T, path string) { write(t, path, nil) }},
		{"cut short", "", func(t *testing.T, path string) { write(t, path, whole[:len(whole)/2]) }},
		{"a picture", "", func(t *testing.T, path string) { write(t, path, drawing(1)) }},
		{"other weights", "not a checkpoint of seetell", func(t *testing.T, path string) {
			rewrite(t, path, whole, func(meta map[string]string, all []tensorfile.Tensor) []tensorfile.Tensor {
				delete(meta, "seetell")
				return all
			})
		}},
		{"another format", "format is 9", func(t *testing.T, path string) {
			rewrite(t, path, whole, func(meta map[string]string, all []tensorfile.Tensor) []tensorfile.Tensor {
				meta["seetell"] = strings.Replace(meta["seetell"], `"format":1`, `"format":9`, 1)
				return all
			})
		}},
		{"a tensor missing", "missing: ", func(t *testing.T, path string) {
			rewrite(t, path, whole, func(_ map[string]string, all []tensorfile.Tensor) []tensorfile.Tensor { return all[1:] })
		}},
		{"a tensor too many", "no tensor of this model", func(t *testing.T, path string) {
			rewrite(t, path, whole, func(_ map[string]string, all []tensorfile.Tensor) []tensorfile.Tensor {
				extra := all[0]
				extra.Name = "other"
				return append(all, extra)
			})
		}},
		{"a tensor misshapen", "of another shape", func(t *testing.T, path string) {
			rewrite(t, path, whole, func(_ map[string]string, all []tensorfile.Tensor) []tensorfile.Tensor {
				all[0].Shape = []int64{all[0].Shape[1], all[0].Shape[0], all[0].Shape[2], all[0].Shape[3]}
				return all
			})
		}},
		{"a value not finite", "not finite", func(t *testing.T, path string) {
			rewrite(t, path, whole, func(_ map[string]string, all []tensorfile.Tensor) []tensorfile.Tensor {
				data, err := all[0].Bytes()
				if err != nil {
					t.Fatal(err)
				}
				copy(data, []byte{0, 0, 0xc0, 0x7f}) // the first number, little-endian, no number now
				all[0].Bytes = func() ([]byte, error) { return data, nil }
				return all
			})
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "damaged.safetensors")
			test.damage(t, path)
			_, err := Open(path, Options{Device: "cpu"})
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("Open() = %v, want the file named and %q", err, test.want)
			}
		})
	}
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// rewrite writes the checkpoint whole to path as change makes it.
func rewrite(t *testing.T, path string, whole []byte, change func(map[string]string, []tensorfile.Tensor) []tensorfile.Tensor) {
	t.Helper()
	source := path + ".source"
	write(t, source, whole)
	file, err := tensorfile.Open(source)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := tensorfile.Write(path, file.Metadata, change(file.Metadata, file.Tensors)); err != nil {
		t.Fatal(err)
	}
}

func TestGrowKeepsWords(t *testing.T) {
	m := openSmall(t)
	before, err := m.CaptionBytes(context.Background(), drawing(1), Beam{Width: 1, Best: 1, MaxWords: 1})
	if err != nil {
		t.Fatal(err)
	}
	var old nn.Entry
	for _, entry := range m.network.Named() {
		if entry.Name == "decoder.embedding.weight" {
			old = entry
		}
	}
	words := old.Tensor.Dim(0)
	if err := m.network.Grow(int(words) + 3); err != nil {
		t.Fatal(err)
	}
	err = torch.NoGrad(func(s *torch.Scope) error {
		for _, entry := range m.network.Named() {
			if entry.Name != "decoder.embedding.weight" {
				continue
			}
			if entry.Tensor.Dim(0) != words+3 {
				t.Errorf("%d embeddings, want %d", entry.Tensor.Dim(0), words+3)
			}
			added := entry.Tensor.Narrow(s, 0, words, 3)
			if mean := added.Mul(s, added).Mean(s).Item(s); !(mean > .1 && mean < 10) {
				t.Errorf("added embeddings have squares of %v on average, want them drawn, from N(0, 1)", mean)
			}
		}
		return nil
	})
	if err != nil || len(before) != 1 {
		t.Fatal(err)
	}
}
