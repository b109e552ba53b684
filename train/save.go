package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/torch"
)

// The files of a run, beside epoch-NN.safetensors.
const (
	lastFile    = "last.safetensors"
	bestFile    = "best.safetensors"
	resumeFile  = "last.resume.safetensors"
	historyFile = "history.jsonl"
)

// resumeKey is the key of the resume file's JSON text within its metadata.
const resumeKey = "seetell.resume"

// resumeState is what resuming needs beside tensors.
type resumeState struct {
	Config   Config   `json:"config"`
	Progress progress `json:"progress"`
	History  []Epoch  `json:"history"`
}

// dataState names the data set of a run.
type dataState struct {
	Source      string `json:"source"`
	Fingerprint string `json:"fingerprint"`
	Pictures    int    `json:"pictures"` // of the training split
}

// The names of the resume file's tensors that are no weights.
const (
	optimiserPrefix = "optimiser."
	averagePrefix   = "average."
	randomName      = "random.state"
)

// saveEpoch writes the checkpoints after an epoch: first what resuming needs,
// complete in itself, so that a kill between two files loses nothing.
func (r *session) saveEpoch(line Epoch) error {
	score := line.Scores[bestScores[r.cfg.BestBy]]
	best := r.progress.Epochs == 1 || score > r.progress.Best
	if best {
		r.progress.Best = score
	}
	if err := r.saveResume(); err != nil {
		return err
	}
	names := []string{fmt.Sprintf("epoch-%02d.safetensors", line.Epoch), lastFile}
	if best {
		names = append(names, bestFile)
	}
	if err := r.averaged(func() error { return r.saveAs(names) }); err != nil {
		return err
	}
	if err := writeHistory(r.path(historyFile), r.history); err != nil {
		return fmt.Errorf("write the history: %w", err)
	}
	return r.prune()
}

// saveAs writes the model under each of the names.
func (r *session) saveAs(names []string) error {
	meta, err := r.metadata()
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := r.network.Save(r.path(name), meta); err != nil {
			return err
		}
	}
	return nil
}

func (r *session) metadata() (captioner.Metadata, error) {
	data := dataState{r.cfg.Data, r.set.Fingerprint(), r.train.Len()}
	meta := captioner.Metadata{
		Model:         r.cfg.Model,
		Vocabulary:    r.vocabulary.Words(),
		Words:         r.vocabulary.Rule(),
		Preprocessing: r.cfg.Preprocessing,
	}
	for _, part := range []struct {
		value any
		text  *json.RawMessage
	}{{r.cfg, &meta.Training}, {data, &meta.Data}, {r.history, &meta.History}} {
		text, err := json.Marshal(part.value)
		if err != nil {
			return meta, fmt.Errorf("describe the run: %w", err)
		}
		*part.text = text
	}
	return meta, nil
}

// saveBetween saves within an epoch where the settings ask for it. A disk that
// is full now may not be later: a failure is logged and tried again.
func (r *session) saveBetween() error {
	every := r.cfg.CheckpointEvery
	if every == 0 || r.progress.Steps%every != 0 {
		return nil
	}
	if err := r.saveResume(); err != nil {
		r.log.WithError(err).Warn("checkpoint not saved; trying again at the next one")
	}
	return nil
}

// saveResume writes all that resuming needs.
func (r *session) saveResume() error {
	meta, err := r.metadata()
	if err != nil {
		return err
	}
	state, err := json.Marshal(resumeState{r.cfg, r.progress, r.history})
	if err != nil {
		return fmt.Errorf("describe the run: %w", err)
	}
	random, err := torch.RandomState(r.network.Device)
	if err != nil {
		return err
	}
	return torch.NoGrad(func(s *torch.Scope) error {
		beside := r.optimiser.State().Prefixed(optimiserPrefix)
		if r.average != nil {
			beside = append(beside, r.average.State().Prefixed(averagePrefix)...)
		}
		beside = append(beside, nn.Parameter{Name: randomName, Tensor: torch.FromSlice(s, random, int64(len(random)))})
		return r.network.SaveWith(r.path(resumeFile), meta, map[string]string{resumeKey: string(state)}, beside)
	})
}

// prune removes the oldest epoch files but the newest cfg.Keep.
func (r *session) prune() error {
	if r.cfg.Keep == 0 {
		return nil
	}
	files, err := filepath.Glob(r.path("epoch-*.safetensors"))
	if err != nil {
		return err
	}
	sort.Slice(files, func(i, j int) bool { return epochOf(files[i]) < epochOf(files[j]) })
	var failed []error
	for _, file := range files[:max(len(files)-r.cfg.Keep, 0)] {
		failed = append(failed, os.Remove(file))
	}
	return errors.Join(failed...)
}

// epochOf returns the number in the name of an epoch's file.
func epochOf(path string) (epoch int) {
	_, _ = fmt.Sscanf(filepath.Base(path), "epoch-%d.safetensors", &epoch)
	return epoch
}
