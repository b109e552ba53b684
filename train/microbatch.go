package train

import (
	"iter"
	"strconv"

	"github.com/seetell/seetell/dataset/loader"
)

// microBatch is how many pictures of a batch are in memory at once.
type microBatch struct {
	pictures int  // 0 for all
	auto     bool // it may shrink
}

// newMicroBatch returns what the settings ask for at first.
func newMicroBatch(c Config) microBatch {
	if c.MicroBatch == microBatchAuto {
		return microBatch{auto: true}
	}
	pictures, _ := strconv.Atoi(c.MicroBatch)
	return microBatch{pictures: pictures}
}

// atOnce returns how many pictures of a batch of so many are worked through at
// once.
func (m microBatch) atOnce(batch int) int {
	if m.pictures > 0 {
		return min(m.pictures, batch)
	}
	return batch
}

// shrink halves the number of pictures, of batches of so many, and reports
// whether it could.
func (m *microBatch) shrink(batch int) bool {
	now := m.pictures
	if now == 0 {
		now = batch
	}
	if !m.auto || now <= 1 {
		return false
	}
	m.pictures = (now + 1) / 2
	return true
}

// limit has no more pictures be in memory at once than so many; 0 for no limit.
func (m *microBatch) limit(pictures int) {
	if own := m.pictures; pictures > 0 && (own == 0 || pictures < own) {
		m.pictures = pictures
	}
}

// restore continues with what memory had room for before.
func (m *microBatch) restore(pictures int) {
	if m.auto {
		m.pictures = pictures
	}
}

// now returns how many pictures are in memory at once; 0 for all of a batch.
func (m microBatch) now() int { return m.pictures }

// of yields a part's micro-batches, and the first picture of each: as many on
// every process, the last ones empty where it holds fewer pictures.
func (m microBatch) of(part *loader.Batch, total partTotal) iter.Seq2[int, *loader.Batch] {
	return func(yield func(int, *loader.Batch) bool) {
		each, own := m.atOnce(total.Most), len(part.IDs)
		for from := 0; from < total.Most; from += each {
			if !yield(min(from, own), part.Part(min(from, own), min(from+each, own))) {
				return
			}
		}
	}
}
