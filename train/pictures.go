package train

import (
	"github.com/seetell/seetell/dataset/loader"
)

const megabyte = 1 << 20

// keepPictures opens the cache of decoded training pictures that the settings
// ask for, if any.
func (r *session) keepPictures() (err error) {
	switch {
	case r.cfg.PictureCache != "":
		limit := int64(r.cfg.PictureCacheSize) * megabyte
		r.pictures, err = loader.OpenCache(r.cfg.PictureCache, r.set.Fingerprint()+" "+r.train.Name, r.train, r.loaderConfig(), limit)
	case r.cfg.PictureMemory > 0:
		r.pictures = loader.NewCache(r.train, r.cfg.Preprocessing, int64(r.cfg.PictureMemory)*megabyte)
	}
	return err
}

// releasePictures closes the cache. Its trouble, a full disk for one, did not
// disturb training.
func (r *session) releasePictures() {
	if err := r.pictures.Close(); err != nil {
		r.log.WithError(err).Warn("the picture cache is not complete")
	}
}
