package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSettingsCostLittle refuses settings that would take memory and time for
// the square of their size.
func TestSettingsCostLittle(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		good bool
	}{
		"plain":       {"batch = 4\ndata = \"a.b.c\"\n", true},
		"deep keys":   {strings.Repeat("a.", 50_000) + "a = 1\n", false},
		"deep tables": {"[" + strings.Repeat("a.", 50_000) + "a]\n", false},
		"deep lists":  {"x = " + strings.Repeat("[", 50_000) + strings.Repeat("]", 50_000), false},
		"long":        {"data = \"" + strings.Repeat("x", mostSettings) + "\"\n", false},
	} {
		path := filepath.Join(t.TempDir(), "settings.toml")
		if err := os.WriteFile(path, []byte(test.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readSettings(path); (err == nil) != test.good {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := readSettings("/dev/zero"); err == nil {
		t.Error("a device without an end is read")
	}
}
