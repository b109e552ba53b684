package captioner

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/seetell/seetell/nn/tensorfile"
	"github.com/seetell/seetell/picture"
)

// format is the version of the checkpoints that this package writes and reads.
const format = 1

// metadataKey is the key of a checkpoint's JSON text within the metadata of
// its safetensors file.
const metadataKey = "seetell"

// Metadata is what a checkpoint says of itself beside its tensors.
type Metadata struct {
	Format        int                   `json:"format"`
	Model         Config                `json:"model"`
	Vocabulary    []string              `json:"vocabulary"` // in index order, the special words first
	Tokenizer     string                `json:"words"`      // what splits captions
	Preprocessing picture.Preprocessing `json:"preprocessing"`
	Training      json.RawMessage       `json:"training,omitempty"` // settings
	Data          json.RawMessage       `json:"data,omitempty"`     // data set and its fingerprint
	History       json.RawMessage       `json:"history,omitempty"`  // scores by epoch
}

// NewVocabulary returns the vocabulary that the metadata holds.
func (m Metadata) NewVocabulary() (*Vocabulary, error) {
	return NewVocabulary(m.Tokenizer, m.Vocabulary)
}

// ReadMetadata returns what the checkpoint at path says of itself. It needs
// no libtorch.
func ReadMetadata(path string) (Metadata, error) {
	m, err := readMetadata(path)
	return m, another(path, err)
}

func readMetadata(path string) (Metadata, error) {
	file, err := tensorfile.Open(path)
	if err != nil {
		return Metadata{}, err
	}
	defer file.Close()
	return metadataOf(path, file.Metadata)
}

// metadataOf reads the metadata out of the texts of the safetensors file at
// path.
func metadataOf(path string, texts map[string]string) (Metadata, error) {
	text, ok := texts[metadataKey]
	if !ok {
		return Metadata{}, fmt.Errorf("read %s: not a checkpoint of seetell: the file has no metadata %q", path, metadataKey)
	}
	var m Metadata
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return Metadata{}, fmt.Errorf("read %s: metadata %q: %w", path, metadataKey, err)
	}
	if err := m.validate(); err != nil {
		return Metadata{}, fmt.Errorf("read %s: %w", path, err)
	}
	return m, nil
}

func (m Metadata) validate() error {
	if m.Format != format {
		return fmt.Errorf("the checkpoint's format is %d, and this program reads %d", m.Format, format)
	}
	_, err := m.NewVocabulary()
	return errors.Join(m.Model.Validate(), m.Preprocessing.Validate(), err)
}

// text returns the metadata as the safetensors file holds it.
func (m Metadata) text() (map[string]string, error) {
	m.Format = format
	text, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("write the checkpoint's metadata: %w", err)
	}
	return map[string]string{metadataKey: string(text)}, nil
}
