package checkpoint

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// Epoch is a line of a run's history.jsonl, and of a checkpoint's history:
// what an epoch of training came to.
type Epoch struct {
	Epoch             int                `json:"epoch"`            // counted from 1
	Step              int                `json:"step"`             // steps since the run began
	Loss              float64            `json:"loss"`             // mean over the words of the epoch, in nats; in self-critical epochs of −A · log p
	Reward            float64            `json:"reward,omitempty"` // CIDEr-D of drawn captions, mean, in self-critical epochs
	ValidationLoss    float64            `json:"validation_loss"`
	Scores            map[string]float64 `json:"scores"` // of free decoding on the validation split
	LearningRate      float64            `json:"learning_rate"`
	GradientNorm      float64            `json:"gradient_norm"` // mean, before clipping
	PicturesPerSecond float64            `json:"pictures_per_second"`
	DataWait          float64            `json:"data_wait"`   // share of the epoch spent waiting for pictures
	PeakMemory        int64              `json:"peak_memory"` // bytes
	Seconds           float64            `json:"seconds"`     // training alone, validation left out
	Distinct          int                `json:"distinct"`    // different captions on the validation split
	DeadChannels      float64            `json:"dead_channels"`
	SkippedSteps      int                `json:"skipped_steps"`
	SkippedPictures   int                `json:"skipped_pictures"`
	Warnings          []string           `json:"warnings,omitempty"`
	Examples          []Example          `json:"examples,omitempty"` // the same validation pictures every epoch

	lacks map[string]bool // keys that the line it was read from does not have
}

// Example is a validation picture and what the model said of it.
type Example struct {
	ID      string `json:"id"`
	Caption string `json:"caption"`
}

// Has tells whether the epoch has a number under a key of its line. One that
// was read from a line without the key, of an older program say, has not, and
// its field is 0. The reward is left out of epochs that are not self-critical.
func (e Epoch) Has(key string) bool {
	return !e.lacks[key] && (key != "reward" || e.Reward != 0)
}

// UnmarshalJSON reads a line and notes which keys it lacks.
func (e *Epoch) UnmarshalJSON(data []byte) error {
	type plain Epoch
	var line plain
	var keys map[string]json.RawMessage
	if err := errors.Join(json.Unmarshal(data, &line), json.Unmarshal(data, &keys)); err != nil {
		return err
	}
	for name, score := range scoresOf(keys["scores"]) {
		if score == nil {
			delete(line.Scores, name)
		}
	}
	fields := reflect.TypeFor[Epoch]()
	for i := range fields.NumField() {
		name, option, _ := strings.Cut(fields.Field(i).Tag.Get("json"), ",")
		value, ok := keys[name]
		if name == "" || option == "omitempty" || ok && string(value) != "null" {
			continue
		}
		if line.lacks == nil {
			line.lacks = map[string]bool{}
		}
		line.lacks[name] = true
	}
	*e = Epoch(line)
	return nil
}

// scoresOf returns scores of which some may be null.
func scoresOf(text json.RawMessage) (scores map[string]*float64) {
	_ = json.Unmarshal(text, &scores) // whose errors the line's own reading tells
	return scores
}

// MarshalHistory returns one line for each epoch.
func MarshalHistory(history []Epoch) []byte {
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	for _, epoch := range history {
		_ = encoder.Encode(epoch) // numbers and texts, which never fail
	}
	return lines.Bytes()
}

// ParseHistory reads the lines of a history.jsonl. A last line without its
// line break was cut short by a kill and is left out; an epoch that was run
// again after a resume replaces its first run.
func ParseHistory(data []byte) ([]Epoch, error) {
	var epochs []Epoch
	for i, text := range bytes.Split(data, []byte("\n")) {
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		epoch, err := parseEpoch(text)
		if cutShort(err, text) && bytes.HasSuffix(data, text) && len(epochs) > 0 {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		for len(epochs) > 0 && epochs[len(epochs)-1].Epoch >= epoch.Epoch {
			epochs = epochs[:len(epochs)-1]
		}
		epochs = append(epochs, epoch)
	}
	if len(epochs) == 0 {
		return nil, errors.New("it holds no epoch")
	}
	return epochs, nil
}

// cutShort tells whether err is that the JSON text ends too early.
func cutShort(err error, text []byte) bool {
	var syntax *json.SyntaxError
	return errors.As(err, &syntax) && syntax.Offset == int64(len(text))
}

func parseEpoch(text []byte) (Epoch, error) {
	var epoch Epoch
	if err := json.Unmarshal(text, &epoch); err != nil {
		return Epoch{}, fmt.Errorf("not a line of a training history: %w", err)
	}
	if !epoch.Has("epoch") {
		return Epoch{}, errors.New(`not a line of a training history: it has no "epoch"`)
	}
	if epoch.Epoch < 0 || epoch.Epoch > 1e9 {
		return Epoch{}, fmt.Errorf("epoch %v", epoch.Epoch)
	}
	return epoch, nil
}
