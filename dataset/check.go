package dataset

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"strings"
	"sync"

	"github.com/seetell/seetell/picture"
)

// Check reads and decodes every picture and returns what is wrong with the
// set, what was left out when it was opened included: pictures that are
// missing, empty or broken, and pictures that are the same, by their decoded
// pixels, within a split or in two. Done, which may be nil, is called with the
// number of pictures done.
func Check(ctx context.Context, set *Set, done func(count int)) (Problems, error) {
	c := checker{problems: set.Problems.clone(), seen: map[pixelSum]position{}}
	count := 0
	for number, split := range set.Splits {
		for start := 0; start < split.Len(); start += checkedAtOnce {
			if err := ctx.Err(); err != nil {
				return c.problems, err
			}
			end := min(start+checkedAtOnce, split.Len())
			examined := examine(ctx, split, start, end)
			if err := ctx.Err(); err != nil {
				return c.problems, err
			}
			for i, found := range examined {
				c.take(set, position{int32(number), int32(start + i)}, found)
			}
			if count += end - start; done != nil {
				done(count)
			}
		}
	}
	return c.problems, nil
}

// checkedAtOnce is how many pictures are decoded before their results are
// taken, in order.
const checkedAtOnce = 256

// pixelSum tells pictures apart by their size and pixels.
type pixelSum [16]byte

// position is a picture's place in the set.
type position struct{ split, row int32 }

// examined is what decoding a picture gave.
type examined struct {
	sum pixelSum
	err error
}

type checker struct {
	problems Problems
	seen     map[pixelSum]position
}

// take adds what was found out about the picture at a place.
func (c *checker) take(set *Set, at position, found examined) {
	record := set.Splits[at.split].Record(int(at.row))
	if found.err != nil {
		text := strings.TrimPrefix(found.err.Error(), record.Where+": ")
		c.problems.add(kindOf(found.err), record.Where, text)
		return
	}
	before, twice := c.seen[found.sum]
	if !twice {
		c.seen[found.sum] = at
		return
	}
	kind, other := Duplicate, set.Splits[before.split]
	if before.split != at.split {
		kind = Leak
	}
	c.problems.add(kind, record.Where, fmt.Sprintf("%s of %s is %s of %s (%s)", record.ID, set.Splits[at.split].Name,
		other.Record(int(before.row)).ID, other.Name, other.Record(int(before.row)).Where))
}

// kindOf says what is wrong with a picture that gave this error.
func kindOf(err error) string {
	switch {
	case errors.Is(err, errNoPicture):
		return EmptyPicture
	case errors.Is(err, fs.ErrNotExist):
		return MissingPicture
	}
	return BrokenPicture
}

// examine decodes the pictures of a range, on all cores.
func examine(ctx context.Context, split *Split, start, end int) []examined {
	results := make([]examined, end-start)
	var group sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for worker := range workers {
		group.Go(func() {
			var decoder picture.Decoder
			for i := start + worker; i < end; i += workers {
				results[i-start] = examineOne(ctx, split, i, &decoder)
			}
		})
	}
	group.Wait()
	return results
}

func examineOne(ctx context.Context, split *Split, i int, decoder *picture.Decoder) (found examined) {
	found.err = split.View(i, func(data []byte) error {
		return decoder.Use(ctx, data, func(p *picture.Picture) error {
			hash := sha256.New()
			fmt.Fprintf(hash, "%d %d ", p.Width, p.Height)
			hash.Write(p.Pixels)
			found.sum = pixelSum(hash.Sum(nil))
			return nil
		})
	})
	return found
}
