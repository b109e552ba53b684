package train

import (
	"hash/maphash"

	"github.com/sirupsen/logrus"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/dataset/loader"
	"github.com/seetell/seetell/predict"
	"github.com/seetell/seetell/torch"
)

// featureCache keeps what pictures come to in the frozen layers of the
// backbone, on the network's device, under a hash of their pixels: a picture
// and its mirror image are two. Its memory is taken as it fills.
type featureCache struct {
	layers int // that the features went through
	seed   maphash.Seed
	slots  map[uint64]int64
	store  *torch.Tensor // (slots, H, W, C)
	scope  *torch.Scope
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
		slot, held := c.slots[key]
		if held {
			rows[i] = c.store.Narrow(s, 0, slot, 1)
			continue
		}
		rows[i] = compute(i).Permute(s, 0, 2, 3, 1)
		if slot = int64(len(c.slots)); slot < c.store.Dim(0) {
			c.store.Narrow(s, 0, slot, 1).CopyFrom(s, rows[i])
		}
		if s.Err() != nil { // the step may be tried again
			return rows[i]
		}
		if slot < c.store.Dim(0) {
			c.slots[key] = slot
		}
	}
	return torch.Cat(s, 0, rows...).Permute(s, 0, 3, 1, 2)
}

// below returns the output of the frozen layers for a batch to learn from,
// computed anew where its pictures do not come again as they are.
func (r *session) below(s *torch.Scope, batch *loader.Batch, frozen int) *torch.Tensor {
	if r.cfg.Augmentation.Deterministic() {
		return r.kept(s, batch, frozen)
	}
	return r.compute(s, predict.Pixels(s, batch, r.network.Device), frozen)
}

// kept returns the output of the frozen layers for pictures that come again.
func (r *session) kept(s *torch.Scope, batch *loader.Batch, frozen int) *torch.Tensor {
	all := predict.Pixels(s, batch, r.network.Device)
	one := func(i int) *torch.Tensor { return r.compute(s, all.Narrow(s, 0, int64(i), 1), frozen) }
	if r.openFeatures(s, one, frozen); s.Err() != nil {
		return all
	}
	return r.features.batch(s, batch.Pixels, len(batch.Pixels)/len(batch.IDs), one)
}

func (r *session) compute(s *torch.Scope, pixels *torch.Tensor, frozen int) *torch.Tensor {
	return r.network.FrozenFeatures(s, captioner.Normalise(s, pixels, r.cfg.Preprocessing), frozen, r.precision)
}

// openFeatures makes the cache when layers become frozen, or fewer are.
func (r *session) openFeatures(s *torch.Scope, one func(int) *torch.Tensor, frozen int) {
	if r.features != nil && r.features.layers == frozen {
		return
	}
	r.forgetFeatures()
	first := one(0)
	if s.Err() != nil {
		return
	}
	pictures := r.comingAgain()
	bytes := r.featureBytes()
	cache, err := newFeatureCache(first, frozen, pictures, bytes)
	if err != nil {
		cache.close()
		s.Fail(err)
		return
	}
	r.features = cache
	if room := cache.store.Dim(0); room < int64(pictures) {
		r.log.WithFields(logrus.Fields{"pictures": room, "of": pictures, "bytes": bytes}).
			Info("features of some pictures are kept; the others are computed each time")
	}
}

func (r *session) forgetFeatures() {
	r.features.close()
	r.features = nil
}

// comingAgain returns the number of pictures that come in each epoch, mirror
// images counted.
func (r *session) comingAgain() int {
	pictures := r.validation.Len()
	if r.cfg.Augmentation.Deterministic() {
		pictures += r.train.Len()
		if r.cfg.Augmentation.Flip != "" {
			pictures += r.train.Len()
		}
	}
	return pictures
}

// featureBytes returns the memory that features may take: half of what is
// free, unless the settings say.
func (r *session) featureBytes() int64 {
	if r.cfg.FeatureMemory >= 0 {
		return int64(r.cfg.FeatureMemory) << 20
	}
	return int64(torch.Memory(r.network.Device).Free) / 2
}
