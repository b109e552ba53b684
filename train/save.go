package train

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/internal/wholefile"
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
	Machine  machine  `json:"machine"`
}

// machine is what the last bits of a run depend on beside its settings.
type machine struct {
	Device    string              `json:"device"`
	Threads   int                 `json:"threads"`
	Precision captioner.Precision `json:"precision"` // that auto meant
}

func (r *session) machine() machine {
	return machine{r.network.Device.String(), torch.Threads(), r.precision}
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

// saves is what a run has still to write.
type saves struct {
	files []unsaved // models, the oldest first
	err   error     // why the last save was incomplete; nil where it was not
	at    time.Time // of the last save
}

// unsaved is a model's file that could not be written yet.
type unsaved struct {
	name string
	data []byte
}

// saveEpoch writes the files after an epoch.
func (r *session) saveEpoch() error {
	data, err := r.encode(r.cfg)
	if err != nil {
		return err
	}
	if r.bestSoFar() {
		r.progress.Best = r.score(r.history[len(r.history)-1])
	}
	r.saves.add(r.modelFiles(), data)
	return r.save()
}

// modelFiles names the files that hold the model after the epoch just done.
func (r *session) modelFiles() []string {
	names := []string{fmt.Sprintf("epoch-%02d.safetensors", r.progress.Epochs), lastFile}
	if r.bestSoFar() {
		names = append(names, bestFile)
	}
	return names
}

func (r *session) score(line Epoch) float64 { return line.Scores[bestScores[r.cfg.BestBy]] }

// bestSoFar reports whether the last epoch's score is above all before.
func (r *session) bestSoFar() bool {
	last := len(r.history) - 1
	return r.best(r.history[last], r.history[:last])
}

func (r *session) best(line Epoch, before []Epoch) bool {
	return !slices.ContainsFunc(before, func(e Epoch) bool { return r.score(e) >= r.score(line) })
}

// add puts data in line under each name, in the place of what waits there.
func (s *saves) add(names []string, data []byte) {
	for _, name := range names {
		s.files = append(s.without(name), unsaved{name, data})
	}
}

func (s *saves) without(name string) (others []unsaved) {
	for _, f := range s.files {
		if f.name != name {
			others = append(others, f)
		}
	}
	return others
}

// save writes first what resuming needs, complete in itself, so that a kill
// between two files loses nothing; then the models and the history. What a
// full disk or a lost permission keeps from being written is logged, and the
// next save tries it again; the files before it stay. An error is one of the
// model's.
func (r *session) save() error {
	failed := []error{r.saveResume()}
	var left []unsaved
	for _, f := range r.saves.files {
		if err := wholefile.Write(r.path(f.name), f.data, 0o644); err != nil {
			failed, left = append(failed, err), append(left, f)
		}
	}
	r.saves.files, r.saves.at = left, time.Now()
	if len(r.history) > 0 {
		failed = append(failed, writeHistory(r.path(historyFile), r.history))
	}
	if r.saves.err = errors.Join(failed...); r.saves.err == nil {
		r.saves.err = r.prune()
	}
	debug.FreeOSMemory() // copies of tensors, which the next steps have no use for
	var failure *torch.Error
	if errors.As(r.saves.err, &failure) {
		return r.saves.err
	}
	if r.saves.err != nil {
		r.log.WithError(r.saves.err).Warn("not saved; the files before stay, and the next save tries again")
	}
	return nil
}

// saveBetween saves within an epoch where the settings ask for it.
func (r *session) saveBetween() error {
	if r.saves.at.IsZero() {
		r.saves.at = time.Now()
	}
	if !r.cfg.CheckpointEvery.due(r.progress.Steps, time.Since(r.saves.at)) {
		return nil
	}
	return r.save()
}

// lastTries are the pauses before each further try to save a run that ends.
var lastTries = []time.Duration{time.Second, 4 * time.Second, 15 * time.Second}

// saveLast tries again to write what the run's last save could not.
func (r *session) saveLast(ctx context.Context) error {
	for _, pause := range lastTries {
		if r.saves.err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		if err := r.save(); err != nil {
			return err
		}
	}
	if r.saves.err != nil {
		return fmt.Errorf("trained %d epochs and could not save all: %w; make room in %s and give --resume", r.progress.Epochs, r.saves.err, r.cfg.Out)
	}
	return nil
}

// encode returns the bytes of the model's file, averaged where the run keeps
// an average. Cfg is what the file says of the run's settings.
func (r *session) encode(cfg Config) (data []byte, err error) {
	meta, err := r.metadata(cfg)
	if err != nil {
		return nil, err
	}
	err = r.averaged(func() error {
		data, err = r.network.Marshal(meta)
		return err
	})
	return data, err
}

func (r *session) metadata(cfg Config) (captioner.Metadata, error) {
	data := dataState{r.cfg.Data, r.set.Fingerprint(), r.train.Len()}
	meta := captioner.Metadata{
		Model:         r.cfg.Model,
		Vocabulary:    r.vocabulary.Words(),
		Tokenizer:     r.vocabulary.Tokenizer(),
		Preprocessing: r.cfg.Preprocessing,
	}
	for _, part := range []struct {
		value any
		text  *json.RawMessage
	}{{cfg, &meta.Training}, {data, &meta.Data}, {r.history, &meta.History}} {
		text, err := json.Marshal(part.value)
		if err != nil {
			return meta, fmt.Errorf("describe the run: %w", err)
		}
		*part.text = text
	}
	return meta, nil
}

// saveResume writes all that resuming needs.
func (r *session) saveResume() error {
	meta, err := r.metadata(r.cfg)
	if err != nil {
		return err
	}
	state, err := json.Marshal(resumeState{r.cfg, r.progress, r.history, r.machine()})
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
