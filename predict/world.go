package predict

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/dataset/loader"
	"github.com/seetell/seetell/torch/distributed"
)

// shares is what a process made of its shares of all batches, as it travels:
// the text of an error in its place.
type shares struct {
	Pictures []Prediction
	Skipped  []skipText
	Ends     []end
	Loss     float64
	Words    int
	Active   []bool
}

type skipText struct{ ID, Where, Err string }

// end is how many pictures there were at the end of a batch.
type end struct{ Pictures, Skipped int }

// shared returns the loader's settings of this process: each batch holds as
// many pictures for every process, and every thread of its crew, as p.Loader says.
func (p *Predictor) shared(crew *captioner.Crew) loader.Config {
	config := p.Loader
	config.Batch *= crew.Threads()
	config.Begin = Uploads(p.Network.Device)
	if size := p.World.Size(); size > 1 {
		config.Batch *= size
		config.Rank, config.World = p.World.Rank(), size
	}
	return config
}

// gather makes of what this process found, on rank 0, what all have, in the
// order that one process has, and on the others nothing.
func gather(w *distributed.World, all *Predictions, sum *totals, ends []end) error {
	if w.Size() == 1 {
		return nil
	}
	own := shares{Pictures: all.Pictures, Ends: ends, Loss: sum.loss, Words: sum.words, Active: sum.active}
	for _, s := range all.Skipped {
		own.Skipped = append(own.Skipped, skipText{s.ID, s.Where, s.Err.Error()})
	}
	var data bytes.Buffer
	if err := gob.NewEncoder(&data).Encode(own); err != nil {
		return err
	}
	texts, err := w.Gather(data.Bytes())
	all.Pictures, all.Skipped, *sum = nil, nil, totals{}
	if err != nil || texts == nil {
		return err
	}
	each := make([]shares, len(texts))
	for rank, text := range texts {
		if err := gob.NewDecoder(bytes.NewReader(text)).Decode(&each[rank]); err != nil {
			return fmt.Errorf("predictions of process %d: %w", rank, err)
		}
	}
	return all.join(each, sum)
}

// join takes batch after batch, and of each rank after rank.
func (all *Predictions) join(each []shares, sum *totals) error {
	at := make([]end, len(each))
	for rank, one := range each {
		if len(one.Ends) != len(each[0].Ends) {
			return fmt.Errorf("process %d has seen %d batches and process 0 %d: do they read the same data?", rank, len(one.Ends), len(each[0].Ends))
		}
		if one.Active != nil { // it had a picture
			sum.add(totals{loss: one.Loss, words: one.Words, active: one.Active})
		}
	}
	for batch := range each[0].Ends {
		for rank, one := range each {
			to := one.Ends[batch]
			all.Pictures = append(all.Pictures, one.Pictures[at[rank].Pictures:to.Pictures]...)
			for _, s := range one.Skipped[at[rank].Skipped:to.Skipped] {
				all.Skipped = append(all.Skipped, loader.Skip{ID: s.ID, Where: s.Where, Err: errors.New(s.Err)})
			}
			at[rank] = to
		}
	}
	return nil
}
