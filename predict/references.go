package predict

import (
	"context"

	"github.com/seetell/seetell/dataset"
	"github.com/seetell/seetell/evaluate"
)

// References returns the captions of a split of a data set, a SOURCE of the
// command line, as references to score captions by: their ids are those that
// Evaluate writes. The pictures are not read.
func References(ctx context.Context, source, split string, o dataset.Options) (*evaluate.References, error) {
	set, err := dataset.Open(ctx, source, o)
	if err != nil {
		return nil, err
	}
	defer set.Close()
	of, err := set.Split(split)
	if err != nil {
		return nil, err
	}
	references := evaluate.NewReferences(source)
	for i := range of.Len() {
		r := of.Record(i)
		references.Add(r.ID, r.Captions, r.Name, r.Number)
	}
	return references, nil
}
