package train

import (
	"bytes"
	"encoding/json"

	"github.com/seetell/seetell/internal/wholefile"
)

// Epoch is a line of history.jsonl: what an epoch came to.
type Epoch struct {
	Epoch             int                `json:"epoch"`            // counted from 1
	Step              int                `json:"step"`             // steps since the run began
	Loss              float64            `json:"loss"`             // mean over the words of the epoch, in self-critical epochs of −A · log p
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
}

// Example is a validation picture and what the model said of it.
type Example struct {
	ID      string `json:"id"`
	Caption string `json:"caption"`
}

// writeHistory writes the history to the file at path, whole.
func writeHistory(path string, history []Epoch) error {
	return wholefile.Write(path, historyText(history), 0o644)
}

// historyText returns one line per epoch.
func historyText(history []Epoch) []byte {
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	for _, epoch := range history {
		_ = encoder.Encode(epoch) // numbers and texts, which never fail
	}
	return lines.Bytes()
}
