package loader

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/seetell/seetell/dataset"
	"github.com/seetell/seetell/dataset/demo"
)

func TestMemoryCache(t *testing.T) {
	split := draw(t, 10, 2)
	config := smallConfig()
	want := loadAll(t, split, config)
	config.Cache = NewCache(split, config.Preprocessing, 6*16*16*3+5)
	for epoch, asked := range []int{10, 5} { // rows 0 to 5 are kept but for the bad one
		before := split.total()
		if !sameBatches(want, loadAll(t, split, config)) {
			t.Errorf("epoch %d: other batches than without the cache", epoch)
		}
		if got := split.total() - before; got != asked {
			t.Errorf("epoch %d: %d pictures read, want %d", epoch, got, asked)
		}
	}
	before := split.total()
	config.Augment.CropScale = .5
	loadAll(t, split, config)
	if got := split.total() - before; got != 10 {
		t.Errorf("%d pictures read for random crops, want all 10", got)
	}
	if err := config.Cache.Close(); err != nil {
		t.Error(err)
	}
}

// fileCacheOf opens the cache of a set that holds the split alone.
func fileCacheOf(t *testing.T, path string, split Pictures, config Config) *Cache {
	t.Helper()
	cache, err := OpenCache(path, "0123 train", split, config, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return cache
}

func TestFileCache(t *testing.T) {
	split := draw(t, 10, 2)
	path := filepath.Join(t.TempDir(), "pictures")
	config := smallConfig()
	want := loadAll(t, split, config)
	for run, asked := range []int{11, 2} { // the bad picture is tried again
		config.Cache = fileCacheOf(t, path, split, config)
		before := split.total()
		for range 2 {
			if !sameBatches(want, loadAll(t, split, config)) {
				t.Errorf("run %d: other batches than without the cache", run)
			}
		}
		if got := split.total() - before; got != asked {
			t.Errorf("run %d: %d pictures read, want %d", run, got, asked)
		}
		if err := config.Cache.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestFileCacheOfOtherPictures(t *testing.T) {
	split := draw(t, 10)
	for name, damage := range map[string]func(path string, config *Config) error{
		"another way to decode": func(_ string, config *Config) error { config.FastDecode = true; return nil },
		"another size":          func(_ string, config *Config) error { config.Preprocessing.Size = 17; return nil },
		"cut short":             func(path string, _ *Config) error { return os.Truncate(path, 5000) },
		"not a cache":           func(path string, _ *Config) error { return os.WriteFile(path, []byte("hello"), 0o644) },
	} {
		t.Run(name, func(t *testing.T) {
			path, config := filepath.Join(t.TempDir(), "pictures"), smallConfig()
			config.Cache = fileCacheOf(t, path, split, config)
			loadAll(t, split, config)
			config.Cache.Close()
			if err := damage(path, &config); err != nil {
				t.Fatal(err)
			}
			config.Cache = nil
			want := loadAll(t, split, config)
			config.Cache = fileCacheOf(t, path, split, config)
			defer config.Cache.Close()
			before := split.total()
			if !sameBatches(want, loadAll(t, split, config)) {
				t.Error("other batches than without the cache")
			}
			if got := split.total() - before; got != 10 {
				t.Errorf("%d pictures read, want all 10", got)
			}
		})
	}
}

func TestFileCacheLeavesNothingHalf(t *testing.T) {
	split := draw(t, 10)
	folder, config := t.TempDir(), smallConfig()
	config.Cache = fileCacheOf(t, filepath.Join(folder, "pictures"), split, config)
	config.Start = 1 // the first batch is never seen
	loadAll(t, split, config)
	if err := config.Cache.Close(); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestFileCacheWithoutRoom(t *testing.T) {
	set, err := dataset.Open(t.Context(), demo.Source, dataset.Options{Limit: 2})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenCache(filepath.Join(t.TempDir(), "none", "pictures"), "demo", set.Splits[0], smallConfig(), 1<<20); err == nil {
		t.Error("no error for a folder that is not there")
	}
}

// TestFileCacheNoticesDamage: a picture whose pixels are not those that were
// written is decoded again, and said.
func TestFileCacheNoticesDamage(t *testing.T) {
	split, path, config := draw(t, 10), filepath.Join(t.TempDir(), "pictures"), smallConfig()
	want := loadAll(t, split, config)
	config.Cache = fileCacheOf(t, path, split, config)
	loadAll(t, split, config)
	if err := config.Cache.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[cacheHeaderBytes+3*16*16*3+5] ^= 4
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	config.Cache = fileCacheOf(t, path, split, config)
	if !sameBatches(want, loadAll(t, split, config)) {
		t.Error("damaged pixels were loaded")
	}
	if err := config.Cache.Close(); err == nil || !strings.Contains(err.Error(), "row 3 is damaged") {
		t.Errorf("closing says %v", err)
	}
}

// TestFileCacheSparesWhatIsThere: the file behind a link becomes the cache, and
// a device or a pipe is none, is not waited for, and stays what it is.
func TestFileCacheSparesWhatIsThere(t *testing.T) {
	split, config, folder := draw(t, 4), smallConfig(), t.TempDir()
	link, pipe := filepath.Join(folder, "link"), filepath.Join(folder, "pipe")
	if err := errors.Join(os.Symlink("target", link), syscall.Mkfifo(pipe, 0o600)); err != nil {
		t.Fatal(err)
	}
	config.Cache = fileCacheOf(t, link, split, config)
	loadAll(t, split, config)
	if err := config.Cache.Close(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(filepath.Join(folder, "target")); err != nil || !info.Mode().IsRegular() {
		t.Errorf("behind the link is %v, %v", info, err)
	}
	for path, want := range map[string]os.FileMode{link: os.ModeSymlink, pipe: os.ModeNamedPipe, os.DevNull: os.ModeDevice | os.ModeCharDevice} {
		if path != link {
			if _, err := OpenCache(path, "0123 train", split, config, 1<<20); err == nil {
				t.Errorf("%s is taken for a cache", path)
			}
		}
		if info, err := os.Lstat(path); err != nil || info.Mode().Type() != want {
			t.Errorf("%s is %v, %v", path, info, err)
		}
	}
}
