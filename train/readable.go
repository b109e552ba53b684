package train

import (
	"context"
	"fmt"

	"github.com/seetell/seetell/dataset"
	"github.com/seetell/seetell/picture"
)

// fewPictures is a number of pictures below which the best of several epochs is
// chance: over so few the scores' intervals are wider than epochs differ.
const fewPictures = 100

// readable says that no picture of a split decodes, which an epoch would find
// out at its end. Mostly the first does, and no other is read. Where ctx ends it
// says nothing: the run ends as it does within a step, and can be resumed.
func readable(ctx context.Context, split *dataset.Split) error {
	var first error
	for i := range split.Len() {
		data, err := split.Bytes(i)
		if err == nil {
			_, err = picture.DecodeContext(ctx, data)
		}
		if err == nil || ctx.Err() != nil {
			return nil
		}
		if first == nil {
			first = fmt.Errorf("%s: %w", split.Record(i).Where, err)
		}
	}
	return fmt.Errorf("none of the %d pictures of the split %s can be read, such as %w", split.Len(), split.Name, first)
}
