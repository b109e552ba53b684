package train

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/dataset"
	"github.com/seetell/seetell/dataset/loader"
	"github.com/seetell/seetell/predict"
)

const megabyte = 1 << 20

// data is what a run learns from and checks itself on.
type data struct {
	Set        *dataset.Set
	Train      *dataset.Split
	Validation *dataset.Split
	decoded    *loader.Cache // of training pictures; nil for none
}

// openData opens the data set and the splits that the settings name. It must be
// closed.
func openData(ctx context.Context, c Config) (d *data, err error) {
	d = &data{}
	if d.Set, err = dataset.Open(ctx, c.Data, dataset.Options{Seed: c.Seed, Pictures: c.Pictures, Outside: c.Outside, Limit: c.Limit}); err != nil {
		if c.Resume && ctx.Err() == nil {
			err = fmt.Errorf("%w: %w", ErrDataMoved, err)
		}
		return nil, err
	}
	if err := d.openSplits(c); err != nil {
		_ = d.Set.Close() // err says more
		return nil, err
	}
	return d, nil
}

func (d *data) openSplits(c Config) (err error) {
	if d.Train, err = d.Set.Split(c.TrainSplit); err != nil {
		return fmt.Errorf("%w: %w", ErrTrainSplit, err)
	}
	if d.Validation, err = d.Set.Split(c.ValidationSplit); err != nil {
		return fmt.Errorf("%w: %w", ErrValidationSplit, err)
	}
	for _, split := range []*dataset.Split{d.Train, d.Validation} {
		if split.Len() == 0 {
			return fmt.Errorf("split %s of %s holds no pictures", split.Name, c.Data)
		}
	}
	return nil
}

// keepDecoded opens the cache of decoded training pictures that the settings
// ask for, if any.
func (d *data) keepDecoded(c Config) (err error) {
	switch {
	case c.PictureCache != "":
		identity, limit := d.Set.Fingerprint()+" "+d.Train.Name, int64(c.PictureCacheSize)*megabyte
		d.decoded, err = loader.OpenCache(c.PictureCache, identity, d.Train, d.loading(c, progress{}), limit)
	case c.PictureMemory > 0:
		d.decoded = loader.NewCache(d.Train, c.Preprocessing, int64(c.PictureMemory)*megabyte)
	}
	return err
}

// loading says how the rest of an epoch is loaded.
func (d *data) loading(c Config, p progress) loader.Config {
	return loader.Config{
		Batch:         c.Batch,
		Workers:       c.Workers,
		Shuffle:       true,
		Seed:          c.Seed,
		Epoch:         p.Epochs,
		Start:         p.Batches,
		PerCaption:    c.CaptionsPerStep == "1",
		Preprocessing: c.Preprocessing,
		Augment:       c.Augmentation,
		FastDecode:    c.FastDecode,
		Cache:         d.decoded,
		Rank:          c.World.Rank(),
		World:         c.World.Size(),
	}
}

// cacheable returns the number of pictures that come in each epoch as they were
// before, mirror images counted.
func (d *data) cacheable(c Config) int {
	pictures := d.Validation.Len()
	if c.Augmentation.Deterministic() {
		pictures += d.Train.Len()
		if c.Augmentation.Flip != "" {
			pictures += d.Train.Len()
		}
	}
	return pictures
}

// unknownRate returns the share of the training captions' words that a
// vocabulary lacks.
func (d *data) unknownRate(v *captioner.Vocabulary, captionWords int) float64 {
	words, lacking := 0, 0
	for _, caption := range predict.Captions(d.Train) {
		encoded := v.Encode(caption, captionWords)
		for _, word := range encoded[:len(encoded)-1] { // <end> is no word of the caption
			words++
			if word == checkpoint.Unknown {
				lacking++
			}
		}
	}
	return float64(lacking) / float64(max(words, 1))
}

// dataState names the data set of a run.
type dataState struct {
	Source      string `json:"source"`
	Fingerprint string `json:"fingerprint"`
	Pictures    int    `json:"pictures"` // of the training split
}

// state returns what a checkpoint says of the data.
func (d *data) state(c Config) dataState {
	return dataState{c.Data, d.Set.Fingerprint(), d.Train.Len()}
}

// check refuses data that are not those of the run of which meta speaks.
func (d *data) check(c Config, meta captioner.Metadata) error {
	var then dataState
	if err := json.Unmarshal(meta.Data, &then); err != nil {
		return fmt.Errorf("metadata of the data set: %w", err)
	}
	if found := d.Set.Fingerprint(); found != then.Fingerprint {
		return fmt.Errorf("%w: of %s its fingerprint is %s, and of %s it was %s", ErrOtherData, c.Data, found, then.Source, then.Fingerprint)
	}
	return nil
}

// close closes the data set. The error is one of the picture cache, a full disk
// for one, which did not disturb training.
func (d *data) close() error {
	defer d.Set.Close()
	return d.decoded.Close()
}

// splits names the splits of the set.
func (d *data) splits() []string {
	var names []string
	for _, split := range d.Set.Splits {
		names = append(names, split.Name)
	}
	return names
}
