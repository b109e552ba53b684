package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seetell/seetell/internal/testmodel"
)

// TestModelCard writes a card beside a checkpoint, once.
func TestModelCard(t *testing.T) {
	checkpoint, _ := testmodel.Files(t)
	dir := filepath.Dir(checkpoint)
	card := filepath.Join(dir, "README.md")
	out, messages, code := say(t, "model", "card", "--name", "owner/dogs", dir)
	if code != 0 || strings.TrimSpace(out) != card {
		t.Fatalf("exit code %d: %s%s", code, out, messages)
	}
	text, err := os.ReadFile(card)
	if err != nil || !strings.Contains(string(text), "# owner/dogs") {
		t.Errorf("the card is %q, %v", text, err)
	}
	if _, messages, code := say(t, "model", "card", checkpoint); code != exitFailed || !strings.Contains(messages, "--overwrite") {
		t.Errorf("over another card: %d: %s", code, messages)
	}
	if _, messages, code := say(t, "model", "card", "--overwrite", checkpoint); code != 0 {
		t.Errorf("--overwrite: %d: %s", code, messages)
	}
	if text, err := os.ReadFile(card); err != nil || !strings.Contains(string(text), "# "+filepath.Base(dir)) {
		t.Errorf("the new card is %q, %v", text, err)
	}
	if out, _, code := say(t, "model", "card", "--out", "-", checkpoint); code != 0 || !strings.HasPrefix(out, "---\n") {
		t.Errorf("--out -: %d: %s", code, out)
	}
}
