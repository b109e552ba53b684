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

// loaded is the number of batches, roughly, that the loader holds.
const loaded = 4

// footprint is what the memory of a step depends on.
type footprint struct {
	config     Config
	precision  captioner.Precision
	parameters int64
	vocabulary int
	captions   int // of a picture
	neighbours int // processes that share the machine's memory; 0 for one
}

// of returns the bytes that a step of so many pictures at once takes, roughly
// and rather too few.
func (f footprint) of(pictures int) int64 {
	width := int64(4)
	if f.precision == captioner.PrecisionBFloat16 {
		width = 2
	}
	side, model := int64(f.config.Preprocessing.Size), f.config.Model
	perPicture := side * side * mapsPerPixel * width
	captions := int64(1)
	if f.config.CaptionsPerStep == "all" {
		captions = int64(max(1, f.captions))
	}
	steps := int64(f.config.CaptionWords) / 2 // a caption's usual length is below the limit
	perWord := int64(model.Places()*model.Attention)*width + int64(3*f.vocabulary+16*model.Hidden)*4
	step := int64(pictures) * (perPicture + captions*steps*perWord)
	pixels := int64(f.batch()*f.config.Accumulate*loaded) * side * side * 3
	return f.parameters*bytesPerParameter + pixels + step
}

// batch returns the pictures of a batch that a process holds at most.
func (f footprint) batch() int {
	n := f.config.World.Size()
	return (f.config.Batch + n - 1) / n
}

// fit shrinks the micro-batch until a step fits into a device's free memory,
// where that is left to it, and refuses a run whose first step asks for more
// than there is, before it starts.
func (f footprint) fit(m *microBatch, device torch.Device) error {
	memory, batch := torch.Memory(device), f.batch()
	free := int64(memory.Free)
	if !device.CUDA {
		free /= int64(max(f.neighbours, 1))
	}
	for {
		pictures := m.atOnce(batch)
		need := f.of(pictures)
		if need <= free {
			return nil
		}
		if !m.shrink(batch) {
			return fmt.Errorf("%w before the first step: %d pictures of a batch of %d, %d × %d pixels each, take some %s, and %s of %s are free on %s",
				ErrOutOfMemory, pictures, f.config.Batch, f.config.Preprocessing.Size, f.config.Preprocessing.Size, gigabytes(need), gigabytes(free), gigabytes(int64(memory.Total)), device)
		}
	}
}

// fitMemory shrinks the micro-batch until a step of a run that c describes fits
// into memory, with a vocabulary of so many words and so many captions of a
// picture, beside other processes that neighbours counts. Processes that share
// the batch all do as the one with the least memory.
func (t *Trainer) fitMemory(c Config, vocabulary, captions, neighbours int) error {
	need := footprint{config: c, precision: t.Precision, vocabulary: vocabulary, captions: captions, neighbours: neighbours}
	for _, x := range t.parameters {
		need.parameters += x.Numel()
	}
	if err := need.fit(&t.microBatch, t.Network.Device); err != nil {
		return err
	}
	all, err := t.World.AllGather(float64(t.microBatch.now()))
	if err != nil {
		return err
	}
	for _, one := range all {
		t.microBatch.limit(int(one[0]))
	}
	return nil
}

func gigabytes(bytes int64) string { return fmt.Sprintf("%.1f GB", float64(bytes)/1e9) }
