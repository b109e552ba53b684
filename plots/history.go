package plots

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
)

// Epoch is a line of a run's history.jsonl. A number that the line lacks is
// NaN.
type Epoch struct {
	Epoch             float64
	Step              float64
	Loss              float64 // mean over words, in nats; where there is a Reward, no cross-entropy
	Reward            float64 // mean CIDEr-D of drawn captions, in self-critical epochs
	ValidationLoss    float64
	LearningRate      float64
	GradientNorm      float64
	PicturesPerSecond float64
	DataWait          float64 // share of the time spent waiting for data
	PeakMemory        float64 // bytes
	Seconds           float64
	Distinct          float64            // different captions on the validation split
	DeadChannels      float64            // share of the encoder's channels that never fire
	Scores            map[string]float64 // of free decoding on the validation split
}

// History is a training run, an entry per epoch.
type History struct {
	Name   string
	Epochs []Epoch
}

// LoadHistory reads the history.jsonl at path, or in the folder there.
func LoadHistory(path string) (*History, error) {
	path = fileIn(path, "history.jsonl")
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	epochs, err := readHistory(data)
	if err != nil {
		return nil, fmt.Errorf("history %s: %w", path, err)
	}
	return &History{Name: runName(path), Epochs: epochs}, nil
}

// readHistory reads JSON lines. A last line without its line break was cut
// short by a kill and is left out; an epoch that was run again after a resume
// replaces its first run.
func readHistory(data []byte) ([]Epoch, error) {
	var epochs []Epoch
	for i, text := range bytes.Split(data, []byte("\n")) {
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		epoch, err := readEpoch(text)
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

// cutShort reports whether err is that the JSON text ends too early.
func cutShort(err error, text []byte) bool {
	var syntax *json.SyntaxError
	return errors.As(err, &syntax) && syntax.Offset == int64(len(text))
}

func readEpoch(text []byte) (Epoch, error) {
	var raw struct {
		Epoch             *float64            `json:"epoch"`
		Step              *float64            `json:"step"`
		Loss              *float64            `json:"loss"`
		Reward            *float64            `json:"reward"`
		ValidationLoss    *float64            `json:"validation_loss"`
		LearningRate      json.RawMessage     `json:"learning_rate"`
		GradientNorm      *float64            `json:"gradient_norm"`
		PicturesPerSecond *float64            `json:"pictures_per_second"`
		DataWait          *float64            `json:"data_wait"`
		PeakMemory        *float64            `json:"peak_memory"`
		Seconds           *float64            `json:"seconds"`
		Distinct          *float64            `json:"distinct"`
		DeadChannels      *float64            `json:"dead_channels"`
		Scores            map[string]*float64 `json:"scores"`
	}
	if err := json.Unmarshal(text, &raw); err != nil {
		return Epoch{}, fmt.Errorf("not a line of a training history: %w", err)
	}
	if raw.Epoch == nil {
		return Epoch{}, errors.New(`not a line of a training history: it has no "epoch"`)
	}
	if *raw.Epoch < 0 || *raw.Epoch > 1e9 {
		return Epoch{}, fmt.Errorf("epoch %v", *raw.Epoch)
	}
	epoch := Epoch{
		Epoch: *raw.Epoch, Step: value(raw.Step), Loss: value(raw.Loss), Reward: value(raw.Reward), ValidationLoss: value(raw.ValidationLoss),
		LearningRate: firstNumber(raw.LearningRate), GradientNorm: value(raw.GradientNorm),
		PicturesPerSecond: value(raw.PicturesPerSecond), DataWait: value(raw.DataWait),
		PeakMemory: value(raw.PeakMemory), Seconds: value(raw.Seconds),
		Distinct: value(raw.Distinct), DeadChannels: value(raw.DeadChannels), Scores: map[string]float64{},
	}
	for name, score := range raw.Scores {
		if score != nil {
			epoch.Scores[name] = *score
		}
	}
	return epoch, nil
}

func value(v *float64) float64 {
	if v == nil {
		return math.NaN()
	}
	return *v
}

// firstNumber reads a number, or the first of a list of them: a learning rate
// per group of parameters.
func firstNumber(text json.RawMessage) float64 {
	var one float64
	if json.Unmarshal(text, &one) == nil && len(text) > 0 && string(text) != "null" {
		return one
	}
	var many []float64
	if json.Unmarshal(text, &many) == nil && len(many) > 0 {
		return many[0]
	}
	return math.NaN()
}

// runName is the name of the folder that a run's file lies in.
func runName(path string) string {
	parts := strings.FieldsFunc(path, func(r rune) bool { return r == '/' || r == os.PathSeparator })
	if len(parts) > 1 {
		return clean(parts[len(parts)-2])
	}
	return "run"
}
