package train

import (
	"fmt"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/torch"
)

// Bytes of a parameter in training: its value, its gradient and Adam's two
// moments, all float32.
const bytesPerParameter = 16

// mapsPerPixel is the number of values that ResNet-18 keeps for its backward
// pass for each pixel of a picture: the output of each convolution and of
// each ReLU, 64 channels at half the side, 64 to 512 at a quarter and less.
const mapsPerPixel = 32 + 8 + 32 + 20 + 10 + 5

// checkMemory refuses a run whose first step asks for more memory than there
// is, before it starts.
func (r *session) checkMemory() error {
	memory := torch.Memory(r.network.Device)
	need, free := r.estimate(), int64(memory.Free)
	if need <= free {
		return nil
	}
	return fmt.Errorf("a step of %d pictures of %d × %d pixels takes some %s of memory, and %s of %s are free on %s; lower --batch (now %d) or --size",
		r.cfg.Batch, r.cfg.Preprocessing.Size, r.cfg.Preprocessing.Size, gigabytes(need), gigabytes(free), gigabytes(int64(memory.Total)), r.network.Device, r.cfg.Batch)
}

// estimate returns the bytes that a step takes, roughly and rather too few.
func (r *session) estimate() int64 {
	width := int64(4)
	if r.precision == captioner.PrecisionBFloat16 {
		width = 2
	}
	side, model := int64(r.cfg.Preprocessing.Size), r.cfg.Model
	perPicture := side * side * mapsPerPixel * width
	captions := int64(1)
	if r.cfg.CaptionsPerStep == "all" {
		captions = int64(max(1, len(r.train.Record(0).Captions)))
	}
	steps := int64(r.cfg.CaptionWords) / 2 // a caption's usual length is below the limit
	perWord := int64(model.Places()*model.Attention)*width + int64(3*r.vocabulary.Len()+16*model.Hidden)*4
	step := int64(r.cfg.Batch) * (perPicture + captions*steps*perWord)
	return r.parameters()*bytesPerParameter + step
}

func (r *session) parameters() (count int64) {
	for _, t := range r.trained {
		count += t.Numel()
	}
	return count
}

func gigabytes(bytes int64) string { return fmt.Sprintf("%.1f GB", float64(bytes)/1e9) }
