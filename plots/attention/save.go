package attention

import (
	"bytes"
	"fmt"
	"image/gif"
	"image/png"
	"os"
	"path/filepath"

	"github.com/seetell/seetell/internal/wholefile"
	"github.com/seetell/seetell/plots/internal/typeset"
)

// Save writes the attention of a picture's captions into dir: of the
// first NAME.png, NAME.gif, NAME.svg and NAME.json, of the second NAME-2.png
// and so on. Name may be any text, such as the picture's path; names come from
// its last part. Names tells pictures of the same name apart.
func Save(dir, name string, captions []*Maps) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	base := typeset.FileName(filepath.Base(filepath.ToSlash(name)))
	for i, a := range captions {
		file := base
		if i > 0 {
			file = fmt.Sprintf("%s-%d", base, i+1)
		}
		if err := a.save(filepath.Join(dir, file)); err != nil {
			return fmt.Errorf("attention of %s: %w", name, err)
		}
	}
	return nil
}

// save writes each form to path with its extension.
func (a *Maps) save(path string) error {
	for _, form := range []struct {
		extension string
		encode    func() ([]byte, error)
	}{{".png", a.encodeSheet}, {".gif", a.encodeGIF}, {".svg", a.SVG}, {".json", a.JSON}} {
		data, err := form.encode()
		if err != nil {
			return err
		}
		if err := wholefile.Write(path+form.extension, data, 0o666); err != nil {
			return err
		}
	}
	return nil
}

func (a *Maps) encodeSheet() ([]byte, error) {
	sheet, err := a.Sheet()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = png.Encode(&out, sheet)
	return out.Bytes(), err
}

func (a *Maps) encodeGIF() ([]byte, error) {
	animation, err := a.GIF()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = gif.EncodeAll(&out, animation)
	return out.Bytes(), err
}
