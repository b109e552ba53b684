package captioner

import (
	"context"
	"errors"
	"image"
	"math"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seetell/seetell/captioner/checkpoint"
	processmemory "github.com/seetell/seetell/internal/memory"
	"github.com/seetell/seetell/nn/tensorfile"
	"github.com/seetell/seetell/picture"
	"github.com/seetell/seetell/torch"
)

// TestOpenTakesNoMemory opens small files that say that their model, or its
// pictures, are large ones.
func TestOpenTakesNoMemory(t *testing.T) {
	small, err := writeSmall(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, want string
		tensors    bool
		change     func(*Metadata)
	}{
		{"sizes without tensors", "missing", false, func(m *Metadata) {
			m.Model.Hidden, m.Model.Features, m.Model.Embedding, m.Model.Attention = 1<<14, 1<<14, 1<<14, 1<<14
		}},
		{"a hidden state of another size", "of another shape", true, func(m *Metadata) { m.Model.Hidden = 1 << 14 }},
		{"a deeper backbone", "missing", true, func(m *Metadata) { m.Model.Backbone = "resnet152" }},
		{"large pictures", "3456 MB", true, func(m *Metadata) { m.Preprocessing.Size = 4096 }},
	} {
		t.Run(test.name, func(t *testing.T) {
			file, err := tensorfile.Open(small)
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			m, err := checkpoint.Parse(small, file.Metadata)
			if err != nil {
				t.Fatal(err)
			}
			test.change(&m)
			texts, err := m.Texts()
			if err != nil {
				t.Fatal(err)
			}
			if !test.tensors {
				file.Tensors = nil
			}
			path := filepath.Join(t.TempDir(), "small.safetensors")
			if err := tensorfile.Write(path, texts, file.Tensors); err != nil {
				t.Fatal(err)
			}
			processmemory.ResetPeak()
			before := processmemory.Process()
			_, err = Open(path, Options{Device: "cpu"})
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("Open() = %v, want the file named and %q", err, test.want)
			}
			if took := processmemory.Process().Peak - before.Resident; took > 300<<20 {
				t.Errorf("it took %d MB to refuse the file", took>>20)
			}
		})
	}
}

// TestCloseInUse closes a model, from several goroutines, while others
// caption.
func TestCloseInUse(t *testing.T) {
	path, err := writeSmall(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	before := torch.Live()
	for round := range 6 {
		m, err := Open(path, Options{Device: "cpu"})
		if err != nil {
			t.Fatal(err)
		}
		var users, closers sync.WaitGroup
		for user := range 4 {
			users.Go(func() {
				for range 3 {
					ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+user*10)*time.Millisecond)
					_, err := m.CaptionBytes(ctx, drawing(uint8(user)), DefaultBeam())
					cancel()
					if err != nil && !errors.Is(err, ErrClosed) && !errors.Is(err, context.DeadlineExceeded) {
						t.Error(err)
					}
				}
			})
		}
		time.Sleep(time.Duration(round*5) * time.Millisecond)
		for range 3 {
			closers.Go(m.Close)
		}
		closers.Wait()
		users.Wait()
		if _, err := m.CaptionBytes(t.Context(), drawing(1), DefaultBeam()); !errors.Is(err, ErrClosed) {
			t.Errorf("a closed model answers %v", err)
		}
		if live := torch.Live(); live != before {
			t.Fatalf("%d tensors live after the model was closed, %d before", live, before)
		}
	}
}

// hollow is an image that has fewer pixels than it says.
type hollow struct{ *image.RGBA }

// TestPicturesWithoutPixels gives a model what is no picture: it says so.
func TestPicturesWithoutPixels(t *testing.T) {
	path, err := writeSmall(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	m, err := Open(path, Options{Device: "cpu"})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	other, err := (&Model{Metadata: Metadata{Preprocessing: picture.Preprocessing{Size: 3, Mode: picture.Squash}}}).PreparePicture(picture.New(4, 4))
	if err != nil {
		t.Fatal(err)
	}
	ofImage := func(img image.Image) func() error {
		return func() error {
			_, err := m.CaptionImage(t.Context(), img, DefaultBeam())
			return err
		}
	}
	ofPicture := func(p *picture.Picture) func() error {
		return func() error {
			_, err := m.Caption(t.Context(), []*picture.Picture{picture.New(2, 2), p}, DefaultBeam())
			return err
		}
	}
	ofRequest := func(r Request) func() error {
		return func() error { return m.CaptionPrepared([]Request{r})[0].Err }
	}
	for _, test := range []struct {
		name  string
		call  func() error
		cause error // nil for none of package picture's
	}{
		{"an image of 0 × 0", ofImage(image.NewRGBA(image.Rect(0, 0, 0, 0))), picture.ErrNoPicture},
		{"an image of 0 × 5", ofImage(image.NewGray(image.Rect(0, 0, 0, 5))), picture.ErrNoPicture},
		{"an image without bounds", ofImage(image.NewUniform(image.White.C)), picture.ErrTooLarge},
		{"no image", ofImage(nil), picture.ErrNoPicture},
		{"a nil image of a type", ofImage((*image.RGBA)(nil)), picture.ErrDamaged},
		{"an image of fewer pixels", ofImage(&image.RGBA{Stride: 400, Rect: image.Rect(0, 0, 100, 100)}), picture.ErrDamaged},
		{"an image of another type with fewer pixels", ofImage(hollow{&image.RGBA{Stride: 4, Rect: image.Rect(0, 0, 9, 9)}}), picture.ErrDamaged},
		{"no picture", ofPicture(nil), picture.ErrNoPicture},
		{"a picture of nothing", ofPicture(&picture.Picture{}), picture.ErrNoPicture},
		{"a picture of fewer pixels", ofPicture(&picture.Picture{Width: 4000, Height: 4000, Pixels: make([]uint8, 3)}), picture.ErrDamaged},
		{"a picture whose product overflows", ofPicture(&picture.Picture{Width: 1 << 62, Height: 4, Pixels: nil}), picture.ErrDamaged},
		{"a negative picture", ofPicture(&picture.Picture{Width: -3, Height: -3, Pixels: make([]uint8, 27)}), picture.ErrNoPicture},
		{"a request without a picture", ofRequest(Request{Context: t.Context(), Beam: DefaultBeam()}), nil},
		{"a request without a search", ofRequest(Request{Context: t.Context(), Picture: other}), nil},
		{"a picture of another model", ofRequest(Request{Context: t.Context(), Picture: other, Beam: DefaultBeam()}), nil},
		{"no bytes", func() error { _, err := m.CaptionBytes(t.Context(), nil, DefaultBeam()); return err }, picture.ErrNoPicture},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := test.call()
			if err == nil {
				t.Error("it is captioned")
			}
			if test.cause != nil && !errors.Is(err, test.cause) {
				t.Errorf("%v: not caused by %v", err, test.cause)
			}
		})
	}
	if answers := m.CaptionPrepared(nil); len(answers) != 0 {
		t.Errorf("no request has %d answers", len(answers))
	}
	prepared, err := m.PreparePicture(picture.New(5, 3))
	if err != nil {
		t.Fatal(err)
	}
	if answer := m.CaptionPrepared([]Request{{Picture: prepared, Beam: DefaultBeam()}})[0]; answer.Err != nil || len(answer.Captions) != 1 {
		t.Errorf("a request without a context is answered %v", answer.Err)
	}
}

// TestFixRefuses: sizes that no picture has ended the process in oneDNN.
func TestFixRefuses(t *testing.T) {
	err := torch.Run(func(s *torch.Scope) error {
		n, _, _ := small(t, s)
		for _, size := range []int{-1, 0, 4097, math.MaxInt} {
			if _, err := n.Fix(PrecisionFloat32, size); err == nil {
				t.Errorf("weights are laid out for a side of %d", size)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestManyModels opens many models and captions with each from two goroutines.
func TestManyModels(t *testing.T) {
	path, err := writeSmall(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	before, models := torch.Live(), make([]*Model, 12)
	for i := range models {
		if models[i], err = Open(path, Options{Device: "cpu"}); err != nil {
			t.Fatal(err)
		}
	}
	said := make([][2]string, len(models))
	var group sync.WaitGroup
	for i, m := range models {
		for user := range 2 {
			group.Go(func() {
				captions, err := m.CaptionBytes(t.Context(), drawing(1), DefaultBeam())
				if err != nil {
					t.Error(err)
					return
				}
				said[i][user] = captions[0].Text
			})
		}
	}
	group.Wait()
	for i, m := range models {
		m.Close()
		if said[i] != said[0] || said[i][0] == "" {
			t.Errorf("model %d says %q, the first %q", i, said[i], said[0])
		}
	}
	if live := torch.Live(); live != before {
		t.Errorf("%d tensors live after all models were closed, %d before", live, before)
	}
}

// TestGrowKeepsEntries: entries from before Grow hold tensors, all of them
// freed by Close, and the words before keep their embeddings and outputs.
func TestGrowKeepsEntries(t *testing.T) {
	before := torch.Live()
	n, err := NewNetwork(smallConfig(), 8, torch.CPU)
	if err != nil {
		t.Fatal(err)
	}
	entries := n.Named()
	if err := n.Grow(7); err == nil {
		t.Error("a vocabulary is made smaller")
	}
	if err := n.Grow(12); err != nil {
		t.Fatal(err)
	}
	err = torch.NoGrad(func(s *torch.Scope) error {
		for i, grown := range n.Named() {
			old := entries[i]
			if old.Tensor.Numel() == 0 {
				t.Errorf("%s from before is freed", old.Name)
				continue
			}
			same := grown.Tensor
			if rows := same.Dim(0); rows == 12 {
				same = same.Narrow(s, 0, 0, 8)
			}
			if off := same.Sub(s, old.Tensor).Abs(s).Sum(s).Item(s); off != 0 {
				t.Errorf("%s differs by %v", old.Name, off)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	n.Close()
	if live := torch.Live(); live != before {
		t.Errorf("%d tensors live after Close, %d before", live, before)
	}
}
