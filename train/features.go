package train

import (
	"hash/maphash"
	"sync"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/dataset/loader"
	"github.com/seetell/seetell/picture"
	"github.com/seetell/seetell/predict"
	"github.com/seetell/seetell/torch"
)

// featureCache keeps what pictures come to in the frozen layers of the
// backbone, on the network's device, under a hash of their pixels: a picture
// and its mirror image are two. Its memory is taken as it fills. Threads may ask
// it side by side.
type featureCache struct {
	layers int // that the features went through
	seed   maphash.Seed
	store  *torch.Tensor // (slots, H, W, C)
	scope  *torch.Scope

	lock  sync.Mutex
	slots map[uint64]int64
}

// newFeatureCache returns a cache of up to pictures, or of as many as bytes
// hold, of features shaped like one of (1, C, H, W). It must be closed.
func newFeatureCache(one *torch.Tensor, layers, pictures int, bytes int64) (*featureCache, error) {
	c := &featureCache{layers: layers, seed: maphash.MakeSeed(), slots: map[uint64]int64{}, scope: torch.NewScope()}
	width := int64(4)
	if one.DType() == torch.BFloat16 {
		width = 2
	}
	room := min(int64(pictures), bytes/(one.Numel()*width))
	c.store = torch.Empty(c.scope, one.DType(), one.Device(), room, one.Dim(2), one.Dim(3), one.Dim(1))
	return c, c.scope.Err()
}

func (c *featureCache) close() {
	if c != nil {
		c.scope.Close()
	}
}

// batch returns the features of pictures of size bytes each, (N, C, H, W),
// and computes those that it does not hold one by one, so that a picture's
// features never depend on the others of its batch.
func (c *featureCache) batch(s *torch.Scope, pixels []uint8, size int, compute func(picture int) *torch.Tensor) *torch.Tensor {
	rows := make([]*torch.Tensor, len(pixels)/size)
	for i := range rows {
		key := maphash.Bytes(c.seed, pixels[i*size:(i+1)*size])
		if slot, held := c.find(key); held {
			rows[i] = c.store.Narrow(s, 0, slot, 1)
			continue
		}
		rows[i] = compute(i).Permute(s, 0, 2, 3, 1)
		if c.keep(s, key, rows[i]); s.Err() != nil { // the step may be tried again
			return rows[i]
		}
	}
	return torch.Cat(s, 0, rows...).Permute(s, 0, 3, 1, 2)
}

// find returns the slot of a picture's features.
func (c *featureCache) find(key uint64) (slot int64, held bool) {
	c.lock.Lock()
	defer c.lock.Unlock()
	slot, held = c.slots[key]
	return slot, held
}

// keep puts a picture's features into the next slot, where there is one and no
// other thread has kept them since find.
func (c *featureCache) keep(s *torch.Scope, key uint64, features *torch.Tensor) {
	c.lock.Lock()
	defer c.lock.Unlock()
	slot := int64(len(c.slots))
	if _, held := c.slots[key]; held || slot >= c.store.Dim(0) {
		return
	}
	if c.store.Narrow(s, 0, slot, 1).CopyFrom(s, features); s.Err() == nil {
		c.slots[key] = slot
	}
}

// frozenFeatures gives what pictures come to in the backbone's frozen layers,
// whose weights it lays out for that, and keeps it of those that come again.
type frozenFeatures struct {
	network       *captioner.Network
	preprocessing picture.Preprocessing
	precision     captioner.Precision

	cacheable     int                     // pictures that come in each epoch as they were; 0 to keep none
	deterministic bool                    // those of training do
	memory        int64                   // bytes that features may take; negative for half of what is free
	opened        func(kept, bytes int64) // hears how many pictures there is room for; nil for nobody

	// Threads ask side by side; the first of them opens and fixes.
	opening, fixing sync.Mutex
	cache           *featureCache    // nil for none yet
	fixed           *captioner.Fixed // the frozen layers, laid out; nil for none yet
	fixedLayers     int              // how many those are
}

func newFrozenFeatures(network *captioner.Network, preprocessing picture.Preprocessing, p captioner.Precision) *frozenFeatures {
	return &frozenFeatures{network: network, preprocessing: preprocessing, precision: p}
}

// keep keeps the features of so many pictures, those of training among them where
// they come as they were.
func (f *frozenFeatures) keep(pictures int, training bool, bytes int64, opened func(kept, bytes int64)) {
	f.cacheable, f.deterministic, f.memory, f.opened = pictures, training, bytes, opened
}

// ofTraining returns the output of so many frozen layers for a batch to learn
// from.
func (f *frozenFeatures) ofTraining(s *torch.Scope, batch *loader.Batch, layers int) *torch.Tensor {
	if f.deterministic {
		return f.of(s, batch, layers)
	}
	return f.compute(s, predict.Pixels(s, batch, f.network.Device), layers)
}

// of returns the output of so many frozen layers for pictures that come again.
func (f *frozenFeatures) of(s *torch.Scope, batch *loader.Batch, layers int) *torch.Tensor {
	all := predict.Pixels(s, batch, f.network.Device)
	if f.cacheable == 0 || len(batch.IDs) == 0 {
		return f.compute(s, all, layers)
	}
	one := func(i int) *torch.Tensor { return f.compute(s, all.Narrow(s, 0, int64(i), 1), layers) }
	cache := f.open(s, one, layers)
	if s.Err() != nil {
		return all
	}
	return cache.batch(s, batch.Pixels, len(batch.Pixels)/len(batch.IDs), one)
}

func (f *frozenFeatures) compute(s *torch.Scope, pixels *torch.Tensor, layers int) *torch.Tensor {
	if err := f.fix(layers); err != nil {
		s.Fail(err)
		return pixels
	}
	return f.network.FrozenFeatures(s, captioner.Normalise(s, pixels, f.preprocessing), layers, f.precision)
}

// fix lays the frozen layers out when layers become frozen, or others are.
func (f *frozenFeatures) fix(layers int) (err error) {
	f.fixing.Lock()
	defer f.fixing.Unlock()
	if f.fixedLayers == layers {
		return nil
	}
	f.release()
	if f.fixed, err = f.network.FixLayers(f.precision, f.preprocessing.Size, layers); err == nil {
		f.fixedLayers = layers
	}
	return err
}

// release undoes fix.
func (f *frozenFeatures) release() {
	f.fixed.Close()
	f.fixed, f.fixedLayers = nil, 0
}

// open returns the cache, and makes it when layers become frozen, or fewer are.
func (f *frozenFeatures) open(s *torch.Scope, one func(int) *torch.Tensor, layers int) *featureCache {
	f.opening.Lock()
	defer f.opening.Unlock()
	if f.cache != nil && f.cache.layers == layers {
		return f.cache
	}
	f.drop()
	first := one(0)
	if s.Err() != nil {
		return nil
	}
	bytes := f.memory
	if bytes < 0 {
		bytes = int64(torch.Memory(f.network.Device).Free) / 2
	}
	cache, err := newFeatureCache(first, layers, f.cacheable, bytes)
	if err != nil {
		cache.close()
		s.Fail(err)
		return nil
	}
	f.cache = cache
	if f.opened != nil {
		f.opened(cache.store.Dim(0), bytes)
	}
	return cache
}

// forget frees what is kept and leaves all layers as they are, which may now
// learn.
func (f *frozenFeatures) forget() {
	f.opening.Lock()
	defer f.opening.Unlock()
	f.fixing.Lock()
	defer f.fixing.Unlock()
	f.release()
	f.drop()
}

// drop frees the cache.
func (f *frozenFeatures) drop() {
	f.cache.close()
	f.cache = nil
}
