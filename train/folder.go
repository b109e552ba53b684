package train

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"time"

	"github.com/gofrs/flock"

	"github.com/seetell/seetell/internal/newfolder"
	"github.com/seetell/seetell/internal/wholefile"
)

// The files of a run, beside epoch-NN.safetensors.
const (
	lastFile    = "last.safetensors"
	bestFile    = "best.safetensors"
	resumeFile  = "last.resume.safetensors"
	historyFile = "history.jsonl"
	lockFile    = ".lock"
)

// epochFile names the model after an epoch.
func epochFile(epoch int) string { return fmt.Sprintf("epoch-%02d.safetensors", epoch) }

// folder is the folder of a run, which writes to it alone.
type folder struct {
	dir    string
	keep   int          // newest epoch files that stay; 0 for all
	lock   *flock.Flock // nil where another process of the run has it
	undo   func()       // takes away folders that were made for it, while they are empty
	staged []staged     // files still to be written, the oldest first
	failed error        // why the last save was incomplete; nil where it was not
	saved  time.Time
}

// staged is a file that a save has still to write.
type staged struct {
	name string
	data []byte
}

// openFolder makes a run's folder, keeps other runs out of it until it is
// closed and removes what a run that was killed had written in part.
func openFolder(dir string, keep int) (*folder, error) {
	undo, err := newfolder.Make(dir)
	if err != nil {
		return nil, fmt.Errorf("make the folder of the run: %w", err)
	}
	f := &folder{dir: dir, keep: keep, undo: undo, saved: time.Now()}
	f.lock = flock.New(f.path(lockFile))
	free, err := f.lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("the folder %s cannot be written: %w", dir, err)
	}
	if !free {
		return nil, fmt.Errorf("%w: %s", ErrInUse, dir)
	}
	if err := f.removeUnfinished(); err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

// otherFolder is a run's folder for a process that does not write to it.
func otherFolder(dir string) *folder { return &folder{dir: dir, saved: time.Now()} }

// inUse tells whether another run is in the folder.
func (f *folder) inUse() bool {
	if _, err := os.Stat(f.path(lockFile)); err != nil {
		return false
	}
	lock := flock.New(f.path(lockFile))
	free, err := lock.TryRLock()
	if free {
		_ = lock.Unlock()
	}
	return err == nil && !free
}

// close lets other runs into the folder.
func (f *folder) close() {
	if f.lock != nil {
		_ = f.lock.Unlock()
	}
}

// abandon leaves no folder behind that a run has made and not written to.
func (f *folder) abandon() {
	if f.lock == nil {
		return
	}
	if saved, err := f.holdsRun(); err == nil && !saved {
		_ = os.Remove(f.path(lockFile))
		f.undo()
	}
}

// path returns the path of a file of the run.
func (f *folder) path(name string) string { return filepath.Join(f.dir, name) }

// holdsRun tells whether a run has saved itself in the folder.
func (f *folder) holdsRun() (bool, error) {
	_, err := os.Stat(f.path(resumeFile))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// holds tells whether the file of a name holds data.
func (f *folder) holds(name string, data []byte) bool {
	there, err := os.ReadFile(f.path(name))
	return err == nil && bytes.Equal(there, data)
}

// stage has the next save write data into the file of a name.
func (f *folder) stage(name string, data []byte) {
	f.staged = slices.DeleteFunc(f.staged, func(s staged) bool { return s.name == name })
	f.staged = append(f.staged, staged{name, data})
}

// save writes first what resuming needs, complete in itself, so that a kill
// between two files loses nothing; then what is staged. What a full disk or a
// lost permission keeps from being written stays staged for the next save; the
// files before it stay.
func (f *folder) save(writeState func(path string) error) error {
	failed := []error{writeState(f.path(resumeFile))}
	var left []staged
	for _, file := range f.staged {
		if err := wholefile.Write(f.path(file.name), file.data, 0o644); err != nil {
			failed, left = append(failed, err), append(left, file)
		}
	}
	f.staged, f.saved = left, time.Now()
	if f.failed = errors.Join(failed...); f.failed == nil {
		f.failed = f.prune()
	}
	return f.failed
}

// incomplete says why the last save did not write all; nil where it did.
func (f *folder) incomplete() error { return f.failed }

// sinceSave returns the time since the last save, or since the run began.
func (f *folder) sinceSave() time.Duration { return time.Since(f.saved) }

// prune removes the oldest epoch files but the newest, as many as are kept.
func (f *folder) prune() error {
	if f.keep == 0 {
		return nil
	}
	files, err := filepath.Glob(f.path("epoch-*.safetensors"))
	if err != nil {
		return err
	}
	sort.Slice(files, func(i, j int) bool { return epochOf(files[i]) < epochOf(files[j]) })
	var failed []error
	for _, file := range files[:max(len(files)-f.keep, 0)] {
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

// removeUnfinished removes what a run that was killed had written in part.
func (f *folder) removeUnfinished() error {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return fmt.Errorf("read the folder of the run: %w", err)
	}
	var failed []error
	for _, entry := range entries {
		if unfinished.MatchString(entry.Name()) {
			failed = append(failed, os.Remove(f.path(entry.Name())))
		}
	}
	return errors.Join(failed...)
}
