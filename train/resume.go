package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"strings"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/torch"
)

// GoesOn tells whether a run is to go on with what c.Out holds: where a launcher
// has started its processes again and rank 0 finds a run there.
func (c *Config) GoesOn(startedAgain bool) (bool, error) {
	if !startedAgain || c.World == nil || c.Out == "" {
		return false, nil
	}
	there := false
	if c.World.Rank() == 0 {
		var err error
		if there, err = otherFolder(c.Out).holdsRun(); err != nil {
			return false, err
		}
	}
	return there, shareJSON(c.World, &there)
}

// LoadRunConfig gives c the settings of the run in c.Out, those excepted that
// Config's JSON form leaves out. Processes of a world get what rank 0 finds.
func (c *Config) LoadRunConfig() error {
	if c.World.Rank() == 0 {
		if err := loadRunConfig(c); err != nil {
			return err
		}
	}
	return shareJSON(c.World, c)
}

func loadRunConfig(c *Config) error {
	path := filepath.Join(c.Out, resumeFile)
	then, err := readState(path)
	if errors.Is(err, fs.ErrNotExist) && otherFolder(c.Out).inUse() { // by a run that has not saved itself yet
		return fmt.Errorf("%w: %s", ErrInUse, c.Out)
	}
	if err != nil {
		return fmt.Errorf("resume from %s: %w", path, instead(c.Out, path, err))
	}
	then.Config.From = "" // it has begun
	text, err := json.Marshal(then.Config)
	if err != nil {
		return fmt.Errorf("resume from %s: %w", path, err)
	}
	return json.Unmarshal(text, c)
}

// instead says what else there is where the file to resume from is not there, or
// cannot be read.
func instead(folder, path string, err error) error {
	return &ResumeError{err, checkpoint.NewestWhole(folder, path)}
}

// resume goes on with the run in the folder exactly where it stopped.
func (r *run) resume(device torch.Device, p captioner.Precision) error {
	path := r.folder.path(resumeFile)
	var then state
	err := torch.NoGrad(func(s *torch.Scope) error {
		network, meta, beside, texts, err := captioner.LoadWith(s, path, device)
		if err != nil {
			return instead(r.cfg.Out, path, err)
		}
		r.network = network
		if then, err = parseState(texts[stateKey]); err != nil {
			return err
		}
		if p, err = r.restoreProgress(then, p); err != nil {
			return err
		}
		if r.vocabulary, err = meta.NewVocabulary(); err != nil {
			return err
		}
		if err := r.data.check(r.cfg, meta); err != nil {
			return err
		}
		if err := r.newTrainer(p); err != nil {
			return err
		}
		return then.restore(r.trainer, s, beside)
	})
	if err != nil {
		return fmt.Errorf("resume from %s: %w", path, err)
	}
	return r.rewriteMissing(then.Config)
}

// restoreProgress takes how far the run had come, refuses settings that
// contradict it and returns the precision that it goes on with.
func (r *run) restoreProgress(then state, p captioner.Precision) (captioner.Precision, error) {
	if from := then.Config; from.From != "" { // what the checkpoint brought in the first run stays
		r.cfg.From, r.cfg.Model, r.cfg.Preprocessing = from.From, from.Model, from.Preprocessing
	}
	free, refused := differences(then.Config, r.cfg)
	if len(refused) > 0 {
		return p, fmt.Errorf("%w: %s", otherwise(then.Config, r.cfg), strings.Join(refused, "; "))
	}
	p, changes := checkMachine(then.Machine, thisMachine(r.network.Device, p))
	if free = append(free, changes...); len(free) > 0 {
		r.listeners.notice(slog.LevelWarn, "resumed with other settings", "changes", strings.Join(free, "; "))
	}
	r.progress, r.history = then.Progress, then.History
	return p, nil
}

// checkMachine returns the precision of the machine that a run began on, which
// it keeps, and says what else is different on this one.
func checkMachine(before, now machine) (p captioner.Precision, changes []string) {
	if before.Precision != "" && before.Precision != now.Precision {
		changes = append(changes, fmt.Sprintf("precision stays %s, which auto meant where it began; here it means %s", before.Precision, now.Precision))
		now.Precision = before.Precision
	}
	if before.Precision = now.Precision; before != now && before.Threads > 0 {
		changes = append(changes, fmt.Sprintf("it ran on %s with %d threads and now does on %s with %d, which changes the last bits",
			before.Device, before.Threads, now.Device, now.Threads))
	}
	return now.Precision, changes
}

// otherwise tells settings that differ from those of which the schedule's alone
// do.
func otherwise(then, now Config) error {
	now.NewSchedule = true
	if _, refused := differences(then, now); len(refused) > 0 {
		return ErrOtherSettings
	}
	return ErrOtherSchedule
}

// rewriteMissing writes the files that a run was kept from writing after the
// epoch from which it resumes. Then are the settings that the run had.
func (r *run) rewriteMissing(then Config) error {
	if r.progress.Epochs == 0 || r.progress.Batches > 0 {
		return nil
	}
	model, err := r.marshal(then)
	if err != nil {
		return err
	}
	var behind []string
	check := func(name string, data []byte) {
		if !r.folder.holds(name, data) {
			behind = append(behind, name)
			r.folder.stage(name, data)
		}
	}
	for _, name := range modelFiles(r.progress.Epochs, r.cfg.best(r.history)) {
		check(name, model)
	}
	check(historyFile, checkpoint.MarshalHistory(r.history))
	if len(behind) == 0 {
		return nil
	}
	r.listeners.notice(slog.LevelInfo, "files of the last epoch are written again", "files", behind)
	return r.save()
}
