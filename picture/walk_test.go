package picture_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/seetell/seetell/internal/testwalk"
	"github.com/seetell/seetell/picture"
	"github.com/seetell/seetell/torch"
)

// TestWrongArguments calls all that the package exports with arguments that
// nobody should give.
func TestWrongArguments(t *testing.T) {
	var small bytes.Buffer
	if err := png.Encode(&small, image.NewGray(image.Rect(0, 0, 3, 2))); err != nil {
		t.Fatal(err)
	}
	limits := picture.DefaultLimits()
	defer picture.SetLimits(limits)
	testwalk.Walk(t, testwalk.Subject{
		Functions: map[string]any{
			"Decode": picture.Decode, "DecodeConfig": picture.DecodeConfig, "DecodeContext": picture.DecodeContext,
			"DefaultLimits": picture.DefaultLimits, "DefaultPreprocessing": picture.DefaultPreprocessing, "FromImage": picture.FromImage,
			"InTurn": picture.InTurn, "IsName": picture.IsName, "New": picture.New, "Read": picture.Read,
		},
		Receivers: map[string]func(*torch.Scope) []any{
			"Decoder": func(*torch.Scope) []any { return []any{new(picture.Decoder)} },
			"Picture": func(*torch.Scope) []any { return pictures() },
			"Preprocessing": func(*torch.Scope) []any {
				return []any{picture.Preprocessing{}, picture.DefaultPreprocessing(), picture.Preprocessing{Size: -1, Mode: "crop"}, picture.Preprocessing{Size: 1 << 40}}
			},
			"Resizer":       func(*torch.Scope) []any { return []any{new(picture.Resizer)} },
			"TooLargeError": func(*torch.Scope) []any { return []any{new(picture.TooLargeError)} },
		},
		Skip: map[string]string{"SetLimits": "later calls would have limits that mean nothing"},
		Values: func(*torch.Scope) []any {
			return append(pictures(), context.Background(), []byte(nil), []byte{}, []byte("GIF89a"), small.Bytes(), small.Bytes()[:40],
				image.NewGray(image.Rectangle{}), image.NewUniform(color.White),
				io.Reader(new(bytes.Buffer)), picture.DefaultPreprocessing(), picture.Preprocessing{})
		},
	})
}

// pictures are some that hold as many bytes as they should, and others.
func pictures() []any {
	return []any{
		(*picture.Picture)(nil), new(picture.Picture), picture.New(3, 2), &picture.Picture{Width: 9, Height: 9},
		&picture.Picture{Width: -1, Height: 2, Pixels: make([]uint8, 6)}, &picture.Picture{Width: 1 << 40, Height: 1 << 40},
	}
}

func TestNilContext(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "420.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	var none context.Context
	if _, err := picture.DecodeContext(none, data); err == nil {
		t.Error("a picture was decoded without a context")
	}
}
