package checkpoint

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/seetell/seetell/nn/tensorfile"
	"github.com/seetell/seetell/picture"
)

// Causes of errors about a file that holds no model for this program.
var (
	// ErrNotCheckpoint says that a file of tensors is no checkpoint of seetell.
	ErrNotCheckpoint = errors.New("not a checkpoint of seetell")
	// ErrNewer says that a newer program wrote the checkpoint.
	ErrNewer = errors.New("the checkpoint is newer than this program")
)

// newest is the last version of checkpoints that this package reads; it writes
// the first that can hold the model.
const newest = 2

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

// Epochs returns the history, a line for each epoch of the training.
func (m Metadata) Epochs() ([]Epoch, error) {
	if len(m.History) == 0 {
		return nil, nil
	}
	var epochs []Epoch
	if err := json.Unmarshal(m.History, &epochs); err != nil {
		return nil, fmt.Errorf("the checkpoint's history: %w", err)
	}
	return epochs, nil
}

// NewVocabulary returns the vocabulary that the metadata holds.
func (m Metadata) NewVocabulary() (*Vocabulary, error) {
	return NewVocabulary(m.Tokenizer, m.Vocabulary)
}

// Read returns what the checkpoint at path says of itself.
func Read(path string) (Metadata, error) {
	m, err := readMetadata(path)
	return m, NameWhole(path, err)
}

func readMetadata(path string) (Metadata, error) {
	file, err := tensorfile.Open(path)
	if err != nil {
		return Metadata{}, err
	}
	defer file.Close()
	return Parse(path, file.Metadata)
}

// Parse reads the metadata out of the texts of the safetensors file at path.
func Parse(path string, texts map[string]string) (Metadata, error) {
	text, ok := texts[metadataKey]
	if !ok {
		return Metadata{}, fmt.Errorf("read %s: %w: the file has no metadata %q", path, ErrNotCheckpoint, metadataKey)
	}
	var version struct {
		Format int `json:"format"`
	}
	if json.Unmarshal([]byte(text), &version) == nil && version.Format > newest {
		return Metadata{}, fmt.Errorf("read %s: %w: its format is %d, and this program reads up to %d; take a newer seetell", path, ErrNewer, version.Format, newest)
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
	if m.Format < 1 {
		return fmt.Errorf("the checkpoint's format is %d, and the first was 1", m.Format)
	}
	_, err := m.NewVocabulary()
	return errors.Join(m.Model.Validate(), m.Preprocessing.Validate(), err)
}

// Texts returns the metadata as the safetensors file holds it.
func (m Metadata) Texts() (map[string]string, error) {
	m.Format = m.Model.format()
	text, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("write the checkpoint's metadata: %w", err)
	}
	return map[string]string{metadataKey: string(text)}, nil
}
