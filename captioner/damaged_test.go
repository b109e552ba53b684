package captioner

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seetell/seetell/torch"
)

// TestDamagedNamesAnother changes a bit of a checkpoint's weights: the error
// names the file and, where there is one, a whole checkpoint beside it.
func TestDamagedNamesAnother(t *testing.T) {
	small, err := writeSmall(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(small)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path, older := filepath.Join(dir, "best.safetensors"), filepath.Join(dir, "epoch-03.safetensors")
	damaged := bytes.Clone(whole)
	damaged[len(damaged)/2] ^= 1
	write(t, path, damaged)
	write(t, filepath.Join(dir, "last.resume.safetensors"), whole)
	_, _, err = Load(path, torch.CPU)
	if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "take another copy") {
		t.Errorf("Load() = %v, want the file and what to do", err)
	}
	write(t, older, whole)
	_, _, err = Load(path, torch.CPU)
	if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), older) {
		t.Errorf("Load() = %v, want both files named", err)
	}
}
