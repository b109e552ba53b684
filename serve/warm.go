package serve

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"

	"github.com/seetell/seetell/captioner"
)

// warmUp describes a grey picture in a batch of one and in a full batch, which
// brings the libraries, their threads and their memory into place.
func warmUp(model Model, o Options) error {
	var data bytes.Buffer
	if err := png.Encode(&data, image.NewGray(image.Rect(0, 0, 320, 240))); err != nil {
		return err
	}
	prepared, err := model.Prepare(context.Background(), data.Bytes())
	if err != nil {
		return fmt.Errorf("warm up: %w", err)
	}
	one := captioner.Request{Context: context.Background(), Picture: prepared, Beam: o.Beam}
	for _, size := range []int{1, o.MaxBatch, 1} {
		batch := make([]captioner.Request, size)
		for i := range batch {
			batch[i] = one
		}
		for _, answer := range model.CaptionPrepared(batch) {
			if answer.Err != nil {
				return fmt.Errorf("warm up: %w", answer.Err)
			}
		}
	}
	return nil
}
