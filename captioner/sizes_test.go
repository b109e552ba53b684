package captioner

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	machine "github.com/seetell/seetell/internal/memory"
	"github.com/seetell/seetell/nn/tensorfile"
	"github.com/seetell/seetell/torch"
)

// TestLoadStatedSizes refuses checkpoints that state sizes which their tensors
// do not have, before it takes memory by them.
func TestLoadStatedSizes(t *testing.T) {
	small, err := writeSmall(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	file, err := tensorfile.Open(small)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for key, tensor := range map[string]string{"hidden": "lstm.weight_hh", "embedding": "embedding.weight", "features": "attention.feature", "attention": "attention.feature"} {
		t.Run(key, func(t *testing.T) {
			var all map[string]any
			if err := json.Unmarshal([]byte(file.Metadata["seetell"]), &all); err != nil {
				t.Fatal(err)
			}
			all["model"].(map[string]any)[key] = 16384
			text, err := json.Marshal(all)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "large.safetensors")
			if err := tensorfile.Write(path, map[string]string{"seetell": string(text)}, file.Tensors); err != nil {
				t.Fatal(err)
			}
			before := machine.Process().Peak
			if _, _, err := Load(path, torch.CPU); err == nil || !strings.Contains(err.Error(), tensor) {
				t.Errorf("%v, want %s named", err, tensor)
			}
			if more := machine.Process().Peak - before; more > 200<<20 {
				t.Errorf("%d MB more", more>>20)
			}
		})
	}
}
