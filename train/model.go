package train

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/torch"
)

// newNetwork makes the network and the vocabulary of a run that begins and
// learns from captions. A checkpoint that the run starts from decides sizes and
// preprocessing.
func newNetwork(ctx context.Context, c *Config, captions []string, device torch.Device) (*captioner.Network, *captioner.Vocabulary, error) {
	if c.From != "" {
		return grownNetwork(c, captions, device)
	}
	v, err := checkpoint.BuildVocabulary(c.Tokenizer, captions, c.MinimumCount)
	if err != nil {
		return nil, nil, err
	}
	n, err := captioner.NewNetwork(c.Model, v.Len(), device)
	if err != nil {
		return nil, nil, err
	}
	if err := n.LoadBackbone(ctx, c.EncoderWeights); err != nil {
		n.Close()
		return nil, nil, err
	}
	return n, v, nil
}

// grownNetwork takes the network of a checkpoint, its vocabulary extended by
// the words of captions.
func grownNetwork(c *Config, captions []string, device torch.Device) (*captioner.Network, *captioner.Vocabulary, error) {
	n, meta, err := captioner.Load(c.From, device)
	if err != nil {
		return nil, nil, err
	}
	c.Model, c.Preprocessing = meta.Model, meta.Preprocessing
	v, err := meta.NewVocabulary()
	if err == nil {
		v, err = v.Extend(captions, c.MinimumCount)
	}
	if err == nil {
		err = n.Grow(v.Len())
	}
	if err != nil {
		n.Close()
		return nil, nil, err
	}
	return n, v, nil
}

// metadata is what a checkpoint says of itself, with the settings cfg.
func (r *run) metadata(cfg Config) (captioner.Metadata, error) {
	meta := captioner.Metadata{
		Model:         r.cfg.Model,
		Vocabulary:    r.vocabulary.Words(),
		Tokenizer:     r.vocabulary.Tokenizer(),
		Preprocessing: r.cfg.Preprocessing,
	}
	for _, part := range []struct {
		value any
		text  *json.RawMessage
	}{{cfg, &meta.Training}, {r.data.state(r.cfg), &meta.Data}, {r.history, &meta.History}} {
		text, err := json.Marshal(part.value)
		if err != nil {
			return meta, fmt.Errorf("describe the run: %w", err)
		}
		*part.text = text
	}
	return meta, nil
}

// marshal returns the bytes of the model's file, averaged where the run keeps
// an average. Cfg is what the file says of the run's settings.
func (r *run) marshal(cfg Config) (data []byte, err error) {
	meta, err := r.metadata(cfg)
	if err != nil {
		return nil, err
	}
	err = r.trainer.Averaged(func() error {
		data, err = r.network.Marshal(meta)
		return err
	})
	return data, err
}

// modelFiles names the files that hold the model after so many epochs.
func modelFiles(epochs int, best bool) []string {
	names := []string{epochFile(epochs), lastFile}
	if best {
		names = append(names, bestFile)
	}
	return names
}

// saveEpoch writes the files after an epoch.
func (r *run) saveEpoch() error {
	best := r.cfg.best(r.history)
	if best {
		r.progress.Best = r.cfg.score(r.history[len(r.history)-1])
	}
	if !r.processes.first() {
		return nil
	}
	data, err := r.marshal(r.cfg)
	if err != nil {
		return err
	}
	for _, name := range modelFiles(r.progress.Epochs, best) {
		r.folder.stage(name, data)
	}
	return r.save()
}
