package train

import (
	"debug/elf"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/torch"
	"github.com/seetell/seetell/torch/distributed"
)

// first tells whether this process writes the run's files and is heard.
func (r *run) first() bool { return r.cfg.World.Rank() == 0 }

// tellWorld tells the other processes of a run why this one ends with an error,
// and returns it; where another one has ended, that and what to do about it, if
// the run has begun. All
// know of one that comes of a request to stop.
func tellWorld(c Config, began bool, err error) error {
	var left *distributed.LeftError
	switch {
	case err == nil || errors.Is(err, distributed.ErrStopped):
		return err
	case errors.As(c.World.Err(), &left) && !began:
		return left
	case errors.As(c.World.Err(), &left):
		return fmt.Errorf("%w; %w in %s", left, ErrLeft, c.Out)
	}
	c.World.Note(err)
	return err
}

// identity is what processes of a run must have in common, by name, and the
// machine that they are on.
type identity struct {
	Parts map[string]string
	Host  string
}

// verdict is what rank 0 finds: what differs, "" for nothing, and each process's
// machine.
type verdict struct {
	Wrong string
	Hosts []string
}

// agree compares settings, data and programs of the processes, and counts those
// on this machine.
func (r *run) agree(device torch.Device) error {
	r.neighbours = 1
	world := r.cfg.World
	if world.Size() == 1 {
		return nil
	}
	own, err := r.identity(device)
	if err != nil {
		return err
	}
	text, err := json.Marshal(own)
	if err != nil {
		return err
	}
	texts, err := world.Gather(text)
	if err != nil {
		return err
	}
	var found verdict
	if r.first() {
		if found, err = compareIdentities(texts); err != nil {
			return err
		}
	}
	if err := shareJSON(world, &found); err != nil {
		return err
	}
	if found.Wrong != "" {
		return errors.New(found.Wrong)
	}
	r.neighbours = len(slices.DeleteFunc(found.Hosts, func(host string) bool { return host != own.Host }))
	return nil
}

// identity says what this process is. Where its data lie is its own affair, and
// what a run starts from is rank 0's.
func (r *run) identity(device torch.Device) (identity, error) {
	parts, err := settings(r.cfg)
	if err != nil {
		return identity{}, err
	}
	for _, own := range []string{"data", "pictures", "from"} {
		delete(parts, own)
	}
	kind := "cpu"
	if device.CUDA {
		kind = "cuda"
	}
	host, err := os.Hostname()
	if err != nil {
		return identity{}, err
	}
	maps.Copy(parts, map[string]string{
		"the data's fingerprint": r.data.Set.Fingerprint(), "the program": programID(), "libtorch": torch.Version(), "device": kind,
	})
	return identity{parts, host}, nil
}

// programID is Go's name of the build of this program: that of another source
// or other tools is another.
func programID() string {
	file, err := elf.Open("/proc/self/exe")
	if err != nil {
		return ""
	}
	defer file.Close()
	section := file.Section(".note.go.buildid")
	if section == nil {
		return ""
	}
	data, err := section.Data()
	if err != nil {
		return ""
	}
	_, id, _ := strings.Cut(string(data), "Go\x00\x00")
	return strings.TrimRight(id, "\x00")
}

// compareIdentities compares every process's with rank 0's.
func compareIdentities(texts [][]byte) (found verdict, err error) {
	all := make([]identity, len(texts))
	for rank, text := range texts {
		if err := json.Unmarshal(text, &all[rank]); err != nil {
			return found, fmt.Errorf("what rank %d says of itself: %w", rank, err)
		}
		found.Hosts = append(found.Hosts, all[rank].Host)
	}
	for rank, one := range all {
		for _, name := range slices.Sorted(maps.Keys(all[0].Parts)) {
			if there, here := one.Parts[name], all[0].Parts[name]; there != here && found.Wrong == "" {
				found.Wrong = fmt.Sprintf("rank %d does not fit rank 0: %s is %s there and %s here; start all with the same program, settings and data",
					rank, strings.ReplaceAll(name, "_", " "), there, here)
			}
		}
	}
	return found, nil
}

// shareJSON gives every process rank 0's value.
func shareJSON(w *distributed.World, value any) error {
	if w.Size() == 1 {
		return nil
	}
	var text []byte
	var err error
	if w.Rank() == 0 {
		if text, err = json.Marshal(value); err != nil {
			return err
		}
	}
	if text, err = w.Share(text); err != nil || w.Rank() == 0 {
		return err
	}
	return json.Unmarshal(text, value)
}

// beginning is what the others need of the run that rank 0 has begun or resumed,
// beside the tensors.
type beginning struct {
	Config    Config
	Precision captioner.Precision
	Words     []string
	Tokenizer string
	Progress  progress
	History   []Epoch
}

// followFirst makes the run of each other process rank 0's.
func (r *run) followFirst(device torch.Device) error {
	if r.cfg.World.Size() == 1 {
		return nil
	}
	var b beginning
	if r.first() {
		b = beginning{r.cfg, r.trainer.Precision, r.vocabulary.Words(), r.vocabulary.Tokenizer(), r.progress, r.history}
		b.Progress.MicroBatch = r.trainer.MicroBatch()
	}
	if err := shareJSON(r.cfg.World, &b); err != nil {
		return err
	}
	if !r.first() {
		if err := r.beginAs(b, device); err != nil {
			return err
		}
	}
	return r.trainer.follow()
}

// beginAs makes the run as rank 0 tells it.
func (r *run) beginAs(b beginning, device torch.Device) (err error) {
	r.cfg.From, r.cfg.Model, r.cfg.Preprocessing = b.Config.From, b.Config.Model, b.Config.Preprocessing
	r.progress, r.history = b.Progress, b.History
	if r.vocabulary, err = checkpoint.NewVocabulary(b.Tokenizer, b.Words); err != nil {
		return err
	}
	if r.network, err = captioner.NewNetwork(r.cfg.Model, r.vocabulary.Len(), device); err != nil {
		return err
	}
	r.trainer = NewTrainer(r.cfg, r.network, r.vocabulary, b.Precision)
	r.trainer.goOn(b.Progress.Steps-b.Progress.PhaseStart, b.Progress.MicroBatch)
	return nil
}

// shareMicroBatch makes every process's micro-batch the smallest of all.
func (r *run) shareMicroBatch() error {
	all, err := r.cfg.World.AllGather(float64(r.trainer.MicroBatch()))
	if err != nil {
		return err
	}
	for _, one := range all {
		r.trainer.limitMicroBatch(int(one[0]))
	}
	return nil
}

// seed has the random numbers of a step depend on the run, the step and the
// process, where there are several: nothing of them need be saved.
func (r *run) seed() error {
	if r.cfg.World.Size() == 1 {
		return nil
	}
	return torch.ManualSeed(stepSeed(r.cfg.Seed, r.progress.Steps, r.cfg.World.Rank()))
}

// skippedPicture is a picture that a process could not read.
type skippedPicture struct{ ID, Where, Err string }

// countSkipped counts the pictures of a batch that no process could read, and
// says which.
func (r *run) countSkipped(b *Batch) error {
	if b.skipped() == 0 {
		return nil
	}
	r.progress.Running.SkippedPictures += b.skipped()
	var own []skippedPicture
	for _, part := range b.Parts {
		for _, skip := range part.Skipped {
			own = append(own, skippedPicture{skip.ID, skip.Where, skip.Err.Error()})
		}
	}
	text, err := json.Marshal(own)
	if err != nil {
		return err
	}
	texts, err := r.cfg.World.Gather(text)
	if err != nil {
		return err
	}
	for _, text := range texts {
		var all []skippedPicture
		if err := json.Unmarshal(text, &all); err != nil {
			return err
		}
		for _, skip := range all {
			r.listeners.notice(slog.LevelWarn, "picture skipped", "picture", skip.ID, "where", skip.Where, "error", skip.Err)
		}
	}
	return nil
}

// shareLine gives every process rank 0's line of an epoch.
func (r *run) shareLine(line *Epoch) error { return shareJSON(r.cfg.World, line) }
