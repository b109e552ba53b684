package main

import (
	"archive/zip"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/seetell/seetell/internal/checksum"
)

// store plays PyPI: it holds wheels made for a test and counts downloads.
type store struct {
	t     *testing.T
	dir   string
	mutex sync.Mutex
	calls int
}

// wheel makes a wheel of the given files.
func (s *store) wheel(name string, files map[string]string) wheel {
	s.t.Helper()
	w := wheel{file: name + "-1.0-py3-none-any.whl"}
	out, err := os.Create(filepath.Join(s.dir, w.file))
	if err != nil {
		s.t.Fatal(err)
	}
	archive := zip.NewWriter(out)
	for path, text := range files {
		entry, err := archive.Create(path)
		if err != nil {
			s.t.Fatal(err)
		}
		if _, err := entry.Write([]byte(text)); err != nil {
			s.t.Fatal(err)
		}
	}
	if err := errors.Join(archive.Close(), out.Close()); err != nil {
		s.t.Fatal(err)
	}
	if w.sha256, err = checksum.SHA256(out.Name()); err != nil {
		s.t.Fatal(err)
	}
	return w
}

func (s *store) fetch(_ context.Context, wheels []wheel, dir string) error {
	s.mutex.Lock()
	s.calls++
	s.mutex.Unlock()
	for _, w := range wheels {
		text, err := os.ReadFile(filepath.Join(s.dir, w.file))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, w.file), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// newBundle returns a bundle of one wheel that was never brought.
func newBundle(t *testing.T) (bundle, *store) {
	s := &store{t: t, dir: t.TempDir()}
	w := s.wheel("torch", map[string]string{"torch/lib/a.so": "library", "torch/include/a.h": "header", "torch/a.py": "python"})
	return bundle{
		name: "torch", dir: filepath.Join(t.TempDir(), "torch", "1.0"), wheels: []wheel{w},
		keep: []string{"torch/lib/", "torch/include/"}, fetch: s.fetch,
	}, s
}

func TestEnsureBringsOnce(t *testing.T) {
	b, s := newBundle(t)
	for range 2 {
		if err := b.ensure(t.Context(), true); err != nil {
			t.Fatal(err)
		}
	}
	if s.calls != 1 {
		t.Errorf("downloaded %d times, want once", s.calls)
	}
	for path, want := range map[string]bool{"torch/lib/a.so": true, "torch/include/a.h": true, "torch/a.py": false, "wheels": false} {
		if _, err := os.Stat(filepath.Join(b.dir, path)); (err == nil) != want {
			t.Errorf("%s is there: %v, want %v", path, err == nil, want)
		}
	}
}

func TestEnsureRepairs(t *testing.T) {
	for _, test := range []struct {
		name   string
		verify bool
		damage func(dir string) error
	}{
		{"file cut short", false, func(dir string) error { return os.Truncate(filepath.Join(dir, "torch/lib/a.so"), 3) }},
		{"file removed", false, func(dir string) error { return os.Remove(filepath.Join(dir, "torch/include/a.h")) }},
		{"byte changed", true, func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "torch/lib/a.so"), []byte("librarY"), 0o644)
		}},
		{"manifest cut short", false, func(dir string) error { return os.Truncate(filepath.Join(dir, manifestName), 9) }},
		{"manifest removed", false, func(dir string) error { return os.Remove(filepath.Join(dir, manifestName)) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			b, s := newBundle(t)
			if err := b.ensure(t.Context(), false); err != nil {
				t.Fatal(err)
			}
			if err := test.damage(b.dir); err != nil {
				t.Fatal(err)
			}
			if err := b.ensure(t.Context(), test.verify); err != nil {
				t.Fatal(err)
			}
			if s.calls != 2 {
				t.Errorf("downloaded %d times, want twice", s.calls)
			}
			if err := b.check(true); err != nil {
				t.Errorf("after the repair: %v", err)
			}
		})
	}
}

func TestEnsureAddsWheels(t *testing.T) {
	b, s := newBundle(t)
	if err := b.ensure(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	more := b
	more.keep = append(more.keep, "nvidia/")
	more.wheels = append(more.wheels, s.wheel("cuda", map[string]string{"nvidia/lib/c.so": "cuda"}))
	for _, wanted := range []bundle{more, b, more} {
		if err := wanted.ensure(t.Context(), true); err != nil {
			t.Fatal(err)
		}
	}
	if s.calls != 2 {
		t.Errorf("downloaded %d times, want twice", s.calls)
	}
}

func TestEnsureRefuses(t *testing.T) {
	for _, test := range []struct {
		name, want string
		spoil      func(b *bundle, s *store)
	}{
		{"another file under the name", "SHA-256", func(b *bundle, s *store) { b.wheels[0].sha256 = strings.Repeat("0", 64) }},
		{"half a file", "SHA-256", func(b *bundle, s *store) {
			if err := os.Truncate(filepath.Join(s.dir, b.wheels[0].file), 50); err != nil {
				s.t.Fatal(err)
			}
		}},
		{"no network", "unreachable", func(b *bundle, s *store) {
			b.fetch = func(_ context.Context, wheels []wheel, dir string) error {
				half := filepath.Join(dir, wheels[0].file)
				return errors.Join(os.WriteFile(half, []byte("half"), 0o644), errors.New("unreachable"))
			}
		}},
		{"path out of the folder", "leaves the folder", func(b *bundle, s *store) {
			b.wheels[0] = s.wheel("torch", map[string]string{"torch/lib/../../../a.so": "library"})
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b, s := newBundle(t)
			test.spoil(&b, s)
			err := b.ensure(t.Context(), false)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("error %v, want one with %q", err, test.want)
			}
			left, err := filepath.Glob(filepath.Join(filepath.Dir(b.dir), "*"))
			if err != nil || len(left) != 1 || filepath.Base(left[0]) != "setup.lock" {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}

func TestEnsureReplacesWhatAKillLeft(t *testing.T) {
	b, _ := newBundle(t)
	if err := os.MkdirAll(filepath.Join(b.dir+".part", "torch", "lib", "a.so"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := b.ensure(t.Context(), true); err != nil {
		t.Fatal(err)
	}
}

func TestEnsureAtOnce(t *testing.T) {
	b, s := newBundle(t)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if err := b.ensure(t.Context(), true); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if s.calls != 1 {
		t.Errorf("downloaded %d times, want once", s.calls)
	}
}
