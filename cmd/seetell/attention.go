package main

import (
	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/plots/attention"
	"github.com/seetell/seetell/predict"
)

// draw writes where the model looked, for each caption of the picture, into the
// folder that --attention names.
func (o captioning) draw(model *captioner.Model, a answer) error {
	if o.attention == "" {
		return nil
	}
	var all []*attention.Maps
	for _, caption := range a.captions {
		all = append(all, predict.Attention(model.Metadata, a.picture, caption))
	}
	return attention.Save(o.attention, o.names[a.path], all)
}
