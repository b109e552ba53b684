package train

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/seetell/seetell/internal/testrun"
)

// TestPictureCaches wants the same run whether decoded pictures are kept or
// not, and the file to be whole after it.
func TestPictureCaches(t *testing.T) {
	run := func(setting func(*Config)) map[string]string {
		cfg := tiny(t)
		setting(&cfg)
		if _, err := Run(context.Background(), cfg); err != nil {
			t.Fatal(err)
		}
		return testrun.Contents(t, cfg.Out)
	}
	want := run(func(*Config) {})
	file := filepath.Join(t.TempDir(), "pictures")
	for _, test := range []struct {
		name    string
		setting func(*Config)
	}{
		{"memory", func(c *Config) { c.PictureMemory = 1 }},
		{"file", func(c *Config) { c.PictureCache = file }},
		{"file of an earlier run", func(c *Config) { c.PictureCache = file }},
	} {
		t.Run(test.name, func(t *testing.T) { testrun.Same(t, run(test.setting), want) })
	}
	if info, err := os.Stat(file); err != nil || info.Size() < 12*32*32*3 {
		t.Errorf("the cache file: %v, %v", info, err)
	}
}
