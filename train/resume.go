package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/torch"
)

// resume goes on with the run in cfg.Out exactly where it stopped.
func (r *session) resume(device torch.Device) error {
	path := r.path(resumeFile)
	err := torch.NoGrad(func(s *torch.Scope) error {
		network, meta, beside, texts, err := captioner.LoadWith(s, path, device)
		if err != nil {
			return err
		}
		r.network = network
		if err := r.readState(texts[resumeKey]); err != nil {
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
	return nil
}

// readState reads the run's state and refuses settings that contradict it.
func (r *session) readState(text string) error {
	if text == "" {
		return errors.New("it is a checkpoint to use, not one to resume from")
	}
	state := resumeState{Config: DefaultConfig()} // settings that an older run did not have
	if err := json.Unmarshal([]byte(text), &state); err != nil {
		return fmt.Errorf("metadata %q: %w", resumeKey, err)
	}
	// What --from brought in the first run stays.
	r.cfg.From, r.cfg.Model, r.cfg.Preprocessing = state.Config.From, state.Config.Model, state.Config.Preprocessing
	if different := differences(state.Config, r.cfg); len(different) > 0 {
		return fmt.Errorf("the settings differ from the run's: %s", strings.Join(different, "; "))
	}
	r.progress, r.history = state.Progress, state.History
	return nil
}

// differences names the settings in which now differs from before, apart from
// those that may change between a run and its resumption.
func differences(before, now Config) []string {
	if now.Schedule != ScheduleCosine && now.SelfCritical == 0 && now.ScheduledSampling == 0 {
		before.Epochs = now.Epochs
	}
	var old, current map[string]json.RawMessage
	for _, pair := range []struct {
		config Config
		fields *map[string]json.RawMessage
	}{{before, &old}, {now, &current}} {
		text, err := json.Marshal(pair.config)
		if err = errors.Join(err, json.Unmarshal(text, pair.fields)); err != nil {
			return []string{err.Error()}
		}
	}
	return compare(old, current)
}

func compare(old, current map[string]json.RawMessage) []string {
	var different []string
	for name, value := range current {
		if string(old[name]) != string(value) {
			different = append(different, fmt.Sprintf("%s was %s and is now %s", strings.ReplaceAll(name, "_", " "), old[name], value))
		}
	}
	return different
}

// sameData refuses a data set that is not the run's.
func (r *session) sameData(meta captioner.Metadata) error {
	var data dataState
	if err := json.Unmarshal(meta.Data, &data); err != nil {
		return fmt.Errorf("metadata of the data set: %w", err)
	}
	if found := r.set.Fingerprint(); found != data.Fingerprint {
		return fmt.Errorf("the data set %s is another than the run's %s: its fingerprint is %s and was %s",
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
