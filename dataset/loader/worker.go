package loader

import (
	"context"
	"fmt"

	"github.com/seetell/seetell/dataset"
	"github.com/seetell/seetell/picture"
)

// worker loads single pictures, with memory of its own that it uses again.
type worker struct {
	context  context.Context
	pictures Pictures
	config   *Config
	decoder  picture.Decoder
	resizer  picture.Resizer
}

func newWorker(ctx context.Context, pictures Pictures, config *Config) *worker {
	w := &worker{context: ctx, pictures: pictures, config: config}
	if config.FastDecode {
		w.decoder.AtLeast = config.Preprocessing.Side() * 2 / 3
	}
	return w
}

// load writes the item's pixels to out, a square picture, and returns its
// captions.
func (w *worker) load(item pair, record dataset.Record, out []uint8) ([]string, error) {
	captions := record.Captions
	if item.caption >= 0 {
		captions = captions[item.caption : item.caption+1]
	}
	change := w.config.Augment.draw(w.config.Seed, w.config.Epoch, item)
	if err := w.pixels(item.row, change, out); err != nil {
		return nil, err
	}
	size := w.config.Preprocessing.Size
	change.jitter(out)
	if !change.flip {
		return captions, nil
	}
	turned, ok := w.config.Augment.mirrored(captions)
	if ok {
		flip(out, size)
	}
	return turned, nil
}

// pixels writes the picture, cropped if that was drawn, to out.
func (w *worker) pixels(row int, change change, out []uint8) error {
	if change.crop {
		return w.decode(row, func(p *picture.Picture) {
			w.resizer.Resize(p, change.box(p), w.config.Preprocessing.Size, w.config.Preprocessing.Size, out)
		})
	}
	if w.config.Cache.read(row, out) {
		return nil
	}
	size := w.config.Preprocessing.Size
	w.decoder.Target = &picture.Picture{Width: size, Height: size, Pixels: out}
	err := w.decode(row, func(p *picture.Picture) {
		w.resizer.Preprocess(w.config.Preprocessing, p, out)
	})
	w.decoder.Target = nil
	if w.context.Err() == nil { // which says nothing about the picture
		w.config.Cache.write(row, out, err)
	}
	return err
}

// decode reads and decodes the picture of the row for use.
func (w *worker) decode(row int, use func(*picture.Picture)) (err error) {
	unread := w.pictures.View(row, func(data []byte) error {
		err = w.decoder.Use(w.context, data, func(p *picture.Picture) error {
			use(p)
			return nil
		})
		return nil
	})
	if err != nil {
		return fmt.Errorf("decode picture: %w", err)
	}
	return unread
}
