package train

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"

	"github.com/seetell/seetell/captioner/checkpoint"
)

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

// unfinished are the temporary names under which a run writes its files.
var unfinished = regexp.MustCompile(`^\.(last|best|last\.resume|epoch-\d+)\.safetensors\d+$|^\.history\.jsonl\d+$`)

// removeUnfinished removes what a run that was killed had written in part. The
// folder is locked: no run is writing.
func removeUnfinished(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("read the folder of the run: %w", err)
	}
	var failed []error
	for _, entry := range entries {
		if unfinished.MatchString(entry.Name()) {
			failed = append(failed, os.Remove(filepath.Join(dir, entry.Name())))
		}
	}
	return errors.Join(failed...)
}

// catchUp writes the files that a run was kept from writing after the epoch
// from which it resumes. Cfg are the settings that the run had then.
func (r *session) catchUp(cfg Config) error {
	if r.progress.Epochs == 0 || r.progress.Batches > 0 {
		return nil
	}
	data, err := r.encode(cfg)
	if err != nil {
		return err
	}
	var behind, models []string
	for _, name := range r.modelFiles() {
		if there, err := os.ReadFile(r.path(name)); err != nil || !bytes.Equal(there, data) {
			models = append(models, name)
		}
	}
	behind = append(behind, models...)
	if there, err := os.ReadFile(r.path(historyFile)); err != nil || !bytes.Equal(there, checkpoint.MarshalHistory(r.history)) {
		behind = append(behind, historyFile)
	}
	if len(behind) == 0 {
		return nil
	}
	r.log.WithField("files", behind).Info("files of the last epoch are written again")
	r.saves.add(models, data)
	return r.save()
}
