package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/nn/tensorfile"
	"github.com/seetell/seetell/torch"
)

// Remember gives c the settings of the run in c.Out, those excepted that
// Config's JSON form leaves out.
func (c *Config) Remember() error {
	path := filepath.Join(c.Out, resumeFile)
	file, err := tensorfile.Open(path)
	if err != nil {
		return fmt.Errorf("resume from %s: %w", path, c.instead(path, err))
	}
	defer file.Close()
	then, err := readState(file.Metadata[resumeKey])
	if err != nil {
		return fmt.Errorf("resume from %s: %w", path, err)
	}
	then.Config.From = "" // it has begun
	text, err := json.Marshal(then.Config)
	if err != nil {
		return fmt.Errorf("resume from %s: %w", path, err)
	}
	return json.Unmarshal(text, c)
}

// readState reads what the resume file says of the run.
func readState(text string) (state resumeState, err error) {
	if text == "" {
		return state, errors.New("it is a checkpoint to use, not one to resume from")
	}
	state.Config = DefaultConfig() // for what older files leave out
	if err := json.Unmarshal([]byte(text), &state); err != nil {
		return state, fmt.Errorf("metadata %q: %w", resumeKey, err)
	}
	return state, nil
}

// resume goes on with the run in cfg.Out exactly where it stopped.
func (r *session) resume(device torch.Device) error {
	path := r.path(resumeFile)
	var then Config
	err := torch.NoGrad(func(s *torch.Scope) error {
		network, meta, beside, texts, err := captioner.LoadWith(s, path, device)
		if err != nil {
			return r.cfg.instead(path, err)
		}
		r.network = network
		if then, err = r.goOn(texts[resumeKey]); err != nil {
			return err
		}
		if r.vocabulary, err = meta.NewVocabulary(); err != nil {
			return err
		}
		if err := r.sameData(meta); err != nil {
			return err
		}
		return r.restore(s, beside)
	})
	if err != nil {
		return fmt.Errorf("resume from %s: %w", path, err)
	}
	return r.catchUp(then)
}

// instead says what to do where there is no file to resume from, or it cannot
// be read.
func (c Config) instead(path string, err error) error {
	whole := checkpoint.NewestWhole(c.Out, path)
	switch {
	case whole != "":
		return fmt.Errorf("%w; the newest whole checkpoint of the run is %s: begin from it with --from %s and another --out", err, whole, whole)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w; there is no run in %s yet: leave --resume out", err, c.Out)
	}
	return fmt.Errorf("%w; no other checkpoint of the run is there: begin anew with another --out", err)
}

// goOn takes the run's state, refuses settings that contradict it and returns
// those that it had.
func (r *session) goOn(text string) (then Config, err error) {
	state, err := readState(text)
	if err != nil {
		return then, err
	}
	if then = state.Config; then.From != "" { // what --from brought in the first run stays
		r.cfg.From, r.cfg.Model, r.cfg.Preprocessing = then.From, then.Model, then.Preprocessing
	}
	free, refused := differences(then, r.cfg)
	if len(refused) > 0 {
		return then, fmt.Errorf("the settings differ from the run's: %s; give the run's, or another folder with --out%s", strings.Join(refused, "; "), hint(then, r.cfg))
	}
	free = append(free, r.move(state.Machine)...)
	if len(free) > 0 {
		r.log.WithField("changes", strings.Join(free, "; ")).Warn("resumed with other settings")
	}
	r.progress, r.history = state.Progress, state.History
	return then, nil
}

// move keeps the precision of the machine that a run began on, and says what
// else is different on this one.
func (r *session) move(from machine) (said []string) {
	if from.Precision != "" && from.Precision != r.precision {
		said = append(said, fmt.Sprintf("precision stays %s, which auto meant where it began; here it means %s", from.Precision, r.precision))
		r.precision = from.Precision
	}
	now := r.machine()
	if from.Precision = now.Precision; from != now && from.Threads > 0 {
		said = append(said, fmt.Sprintf("it ran on %s with %d threads and now does on %s with %d, which changes the last bits",
			from.Device, from.Threads, now.Device, now.Threads))
	}
	return said
}

// hint says how to change the schedule, where that was tried.
func hint(then, now Config) string {
	now.NewSchedule = true
	if _, refused := differences(then, now); len(refused) > 0 {
		return ""
	}
	return "; or follow the new schedule from here on with --new-schedule"
}

// sameData refuses a data set that is not the run's.
func (r *session) sameData(meta captioner.Metadata) error {
	var data dataState
	if err := json.Unmarshal(meta.Data, &data); err != nil {
		return fmt.Errorf("metadata of the data set: %w", err)
	}
	if found := r.set.Fingerprint(); found != data.Fingerprint {
		return fmt.Errorf("the data set %s is another than the run's %s: its fingerprint is %s and was %s; give the run's, or another folder with --out",
			r.cfg.Data, data.Source, found, data.Fingerprint)
	}
	return nil
}

// restore gives optimiser and generator the state that the tensors hold.
func (r *session) restore(s *torch.Scope, beside nn.StateDict) error {
	r.optimise()
	if err := r.optimiser.SetState(beside.Under(optimiserPrefix)); err != nil {
		return err
	}
	if r.startAverage(); r.average != nil {
		if err := r.average.SetState(beside.Under(averagePrefix)); err != nil {
			return err
		}
	}
	random := beside.Under(randomName)
	if len(random) != 1 {
		return fmt.Errorf("the tensor %q is missing", randomName)
	}
	return torch.SetRandomState(r.network.Device, random[0].Tensor.Uint8s(s))
}
