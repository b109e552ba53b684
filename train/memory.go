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

// checkMemory chooses in how many pictures a batch is worked through, where
// that is left to it, and refuses a run whose first step asks for more memory
// than there is, before it starts.
func (r *session) checkMemory() error {
	part, auto := r.cfg.part()
	if !auto {
		r.progress.Part = part
	}
	memory := torch.Memory(r.network.Device)
	free := int64(memory.Free)
	for pictures := r.atOnce(); ; pictures = (pictures + 1) / 2 {
		need := r.estimate(pictures)
		if need <= free {
			r.setPart(pictures)
			return nil
		}
		if !auto || pictures == 1 {
			return fmt.Errorf("a step of %d pictures of %d × %d pixels takes some %s of memory, and %s of %s are free on %s; lower --batch (now %d) or --size",
				pictures, r.cfg.Preprocessing.Size, r.cfg.Preprocessing.Size, gigabytes(need), gigabytes(free), gigabytes(int64(memory.Total)), r.network.Device, r.cfg.Batch)
		}
	}
}

// atOnce returns the number of pictures that are worked through at once.
func (r *session) atOnce() int {
	if r.progress.Part > 0 {
		return min(r.progress.Part, r.cfg.Batch)
	}
	return r.cfg.Batch
}

func (r *session) setPart(pictures int) {
	if pictures == r.atOnce() {
		return
	}
	r.progress.Part = pictures
	r.log.WithField("pictures", pictures).Warn("memory is too small for a batch: batches are worked through in parts of so many pictures")
}

// loaded is the number of batches, roughly, that the loader holds.
const loaded = 4

// estimate returns the bytes that a step of so many pictures at once takes,
// roughly and rather too few.
func (r *session) estimate(pictures int) int64 {
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
	step := int64(pictures) * (perPicture + captions*steps*perWord)
	pixels := int64(r.cfg.Batch*r.cfg.Accumulate*loaded) * side * side * 3
	return r.parameters()*bytesPerParameter + pixels + step
}

func (r *session) parameters() (count int64) {
	for _, t := range r.trained {
		count += t.Numel()
	}
	return count
}

func gigabytes(bytes int64) string { return fmt.Sprintf("%.1f GB", float64(bytes)/1e9) }
