package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seetell/seetell/hub/hubtest"
	"github.com/seetell/seetell/internal/testmodel"
)

// TestModelNames gives commands a run's folder and a name on the hub.
func TestModelNames(t *testing.T) {
	checkpoint, photo := testmodel.Files(t)
	data, err := os.ReadFile(checkpoint)
	if err != nil {
		t.Fatal(err)
	}
	run := filepath.Join(t.TempDir(), "run")
	if err := os.Mkdir(run, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(run, "best.safetensors"), data, 0o644); err != nil {
		t.Fatal(err)
	}
	server := hubtest.New()
	defer server.Close()
	server.AddModel("owner/model", &hubtest.Set{Branches: []string{"v1"}, Files: map[string][]byte{"model.safetensors": data}})
	for name, value := range map[string]string{"HF_ENDPOINT": server.URL, "HF_HOME": t.TempDir(), "HF_HUB_CACHE": t.TempDir(), "HF_TOKEN": "", "HF_HUB_OFFLINE": "", "SEETELL_MODEL": ""} {
		t.Setenv(name, value)
	}
	for _, model := range []string{run, "owner/model@v1"} {
		out, messages, code := say(t, "--quiet", "caption", "--device", "cpu", "--model", model, photo)
		if code != 0 || !strings.HasPrefix(out, photo+"\t") {
			t.Errorf("caption --model %s exits with %d: %s%s", model, code, out, messages)
		}
		out, messages, code = say(t, "--quiet", "model", "describe", model)
		if code != 0 || !strings.Contains(out, "vocabulary") {
			t.Errorf("model describe %s exits with %d: %s%s", model, code, out, messages)
		}
		out = filepath.Join(t.TempDir(), "tuned")
		_, messages, code = say(t, "--quiet", "train", "--from", model, "--data", "demo", "--limit", "2", "--epochs", "1", "--self-critical", "0", "--device", "cpu", "--out", out)
		if _, err := os.Stat(filepath.Join(out, "best.safetensors")); code != 0 || err != nil {
			t.Errorf("train --from %s exits with %d: %s%v", model, code, messages, err)
		}
	}
	t.Setenv("SEETELL_MODEL", run)
	if out, messages, code := say(t, "caption", "--device", "cpu", photo); code != 0 || out == "" {
		t.Errorf("SEETELL_MODEL=%s: %d: %s", run, code, messages)
	}
}

// TestNoModel says how to get a model.
func TestNoModel(t *testing.T) {
	t.Setenv("SEETELL_MODEL", "")
	for _, command := range []string{"caption", "evaluate", "serve"} {
		_, messages, code := say(t, command)
		for _, want := range []string{"--model is missing", "SEETELL_MODEL", "seetell train", "seetell demo"} {
			if code != exitUsage || !strings.Contains(messages, want) {
				t.Errorf("%s exits with %d, and %q stands not in: %s", command, code, want, messages)
			}
		}
	}
}
