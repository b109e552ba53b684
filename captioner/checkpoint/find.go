package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/seetell/seetell/hub"
)

// preferred are the checkpoints that a folder or a repository stands for, the
// first that it has: a run's best, one by the hub's usual name, a run's last.
var preferred = []string{"best.safetensors", "model.safetensors", "last.safetensors"}

// Find returns the path of the checkpoint that a name stands for: a file; the
// best checkpoint of a run's folder; or that of a model on the Hugging Face hub,
// owner/name or owner/name@revision, which is brought into the hub's cache where
// it is not there. A file or folder of that name wins, and where only a folder of
// the owner's name is here, as runs of a mistyped runs/bset, the hub is asked
// with a revision alone: nobody shall wait for an answer about a slip. Downloads
// draw their progress on a terminal; nil: nowhere.
func Find(ctx context.Context, name string, progress io.Writer) (string, error) {
	info, err := os.Stat(name)
	switch {
	case err == nil && info.IsDir():
		return inFolder(name)
	case err == nil:
		return name, nil
	case !errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("open model: %w", err)
	}
	repo, parsed := hub.Parse(hub.Models, name)
	if parsed != nil || isFileName(name) {
		return "", fmt.Errorf("open model: %w: neither a checkpoint, the folder of a run nor the name of a model on the hub (owner/name)", err)
	}
	if owner := filepath.Dir(name); isFolder(owner) && !strings.Contains(name, "@") {
		return "", fmt.Errorf("open model: %w, and %s is a folder here; %s@%s is the hub's model of that name", err, owner, name, hub.Main)
	}
	client := hub.Environment()
	client.Progress = progress
	path, err := client.Fetch(ctx, repo, choose)
	if err != nil {
		return "", fmt.Errorf("open model: there is no file or folder %s here: %w", name, err)
	}
	return path, nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// isFileName tells a path such as run/best.safetensors from a name on the hub.
func isFileName(name string) bool {
	return strings.HasSuffix(name, ".safetensors")
}

// inFolder returns the path of the checkpoint that a folder stands for.
func inFolder(dir string) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", fmt.Errorf("open model: %w", err)
	}
	var names []string
	for _, entry := range entries {
		if !entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	name, err := choose(names)
	if err != nil {
		return "", fmt.Errorf("open model: %s: %w", dir, err)
	}
	return filepath.Join(dir, name), nil
}

// choose returns the name of the checkpoint among those of a folder's files.
func choose(names []string) (string, error) {
	for _, name := range preferred {
		if slices.Contains(names, name) {
			return name, nil
		}
	}
	unfinished := slices.ContainsFunc(names, func(name string) bool { return strings.HasSuffix(name, resumeSuffix) })
	names = slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		return !strings.HasSuffix(name, ".safetensors") || strings.HasSuffix(name, resumeSuffix)
	})
	switch {
	case len(names) == 1:
		return names[0], nil
	case len(names) > 1:
		return "", fmt.Errorf("which of its checkpoints? Name one: %s", strings.Join(names, ", "))
	case unfinished:
		return "", errors.New("the run has no checkpoint of a model yet: its first epoch is not done")
	}
	return "", errors.New("it holds no checkpoint (*.safetensors)")
}
