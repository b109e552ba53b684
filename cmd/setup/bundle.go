package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/seetell/seetell/internal/checksum"
)

// A bundle is a set of wheels unpacked side by side in one folder of the
// user's cache, with a manifest of every file. The folder appears whole or
// not at all, and one that was damaged is replaced.
type bundle struct {
	name   string
	dir    string   // where it lies
	wheels []wheel  // what it must hold; it may hold more
	keep   []string // prefixes of the paths that are unpacked
	fetch  func(ctx context.Context, wheels []wheel, dir string) error
}

// manifestName is written last, so a folder without it is not a bundle.
const manifestName = "manifest.json"

type manifest struct {
	Wheels []string `json:"wheels"` // SHA-256 of each
	Files  []file   `json:"files"`
}

// A file of a bundle, its path relative to the bundle's folder.
type file struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// ensure brings the bundle unless it is there and intact. Set-ups of the same
// user wait for each other.
func (b bundle) ensure(ctx context.Context, verify bool) error {
	if b.check(verify) == nil {
		return nil
	}
	unlock, err := lock(filepath.Dir(b.dir))
	if err != nil {
		return err
	}
	defer unlock()
	switch err := b.check(verify); { // another set-up may have brought it
	case err == nil:
		return nil
	case errors.Is(err, os.ErrNotExist):
		say("bringing %s into %s", b.name, b.dir)
	default:
		say("bringing %s again: %v", b.name, err)
	}
	return b.bring(ctx)
}

// check tells what is wrong with the bundle: files missing or of another
// size and, when asked to verify, of other content.
func (b bundle) check(verify bool) error {
	text, err := os.ReadFile(filepath.Join(b.dir, manifestName))
	if err != nil {
		return err
	}
	var m manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return fmt.Errorf("%s: %w", manifestName, err)
	}
	for _, w := range b.wheels {
		if !slices.Contains(m.Wheels, w.sha256) {
			return fmt.Errorf("%s is not in it", w.file)
		}
	}
	for _, f := range m.Files {
		if err := f.check(b.dir, verify); err != nil {
			return fmt.Errorf("%s: %w", f.Path, err)
		}
	}
	return nil
}

func (f file) check(dir string, verify bool) error {
	path := filepath.Join(dir, f.Path)
	info, err := os.Stat(path)
	if err != nil {
		return errors.New("the file is gone")
	}
	if info.Size() != f.Size {
		return fmt.Errorf("%d bytes, not %d", info.Size(), f.Size)
	}
	if !verify {
		return nil
	}
	sum, err := checksum.SHA256(path)
	if err == nil && sum != f.SHA256 {
		err = errors.New("its bytes have changed")
	}
	return err
}

// bring downloads and unpacks the wheels into a temporary folder and renames
// it into place. What an interrupted set-up left is removed first; the caller
// holds the lock, so nobody is using it.
func (b bundle) bring(ctx context.Context) error {
	part := b.dir + ".part"
	if err := os.RemoveAll(part); err != nil {
		return err
	}
	defer os.RemoveAll(part)
	if err := b.unpackAll(ctx, part); err != nil {
		return fmt.Errorf("bring %s: %w", b.name, err)
	}
	if err := syncFiles(part); err != nil {
		return err
	}
	if err := os.RemoveAll(b.dir); err != nil {
		return err
	}
	return os.Rename(part, b.dir)
}

func (b bundle) unpackAll(ctx context.Context, part string) error {
	wheels := filepath.Join(part, "wheels")
	if err := os.MkdirAll(wheels, 0o755); err != nil {
		return err
	}
	if err := b.fetch(ctx, b.wheels, wheels); err != nil {
		return err
	}
	var m manifest
	for _, w := range b.wheels {
		if err := w.check(wheels); err != nil {
			return err
		}
		files, err := unpack(filepath.Join(wheels, w.file), part, b.keep)
		if err != nil {
			return err
		}
		m.Wheels = append(m.Wheels, w.sha256)
		m.Files = append(m.Files, files...)
	}
	if err := os.RemoveAll(wheels); err != nil {
		return err
	}
	text, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(part, manifestName), text, 0o644)
}

// syncFiles makes what was written to the file system of dir durable, so that
// the rename that follows cannot outlive it.
func syncFiles(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.Syncfs(int(f.Fd()))
}

// lock waits until no other set-up works in dir, which it creates. The lock
// ends with the process, however that ends.
func lock(dir string) (unlock func() error, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(dir, "setup.lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	fd := int(f.Fd())
	if unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) == nil {
		return f.Close, nil
	}
	say("waiting for another set-up")
	if err := unix.Flock(fd, unix.LOCK_EX); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f.Close, nil
}
