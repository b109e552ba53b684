package hub

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// lock takes the lock of a blob as Python's filelock does, by flock on a file
// that stays, and returns what releases it.
func (s *Snapshot) lock(ctx context.Context, blob string) (release func(), err error) {
	path := filepath.Join(s.client.Cache, ".locks", s.folderName(), blob+".lock")
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return nil, fmt.Errorf("lock the cache: %w", err)
	}
	for {
		file, err := tryLock(path)
		if err != nil {
			return nil, fmt.Errorf("lock the cache: %w", err)
		}
		if file != nil {
			return func() { file.Close() }, nil
		}
		if err := sleep(ctx, 50*time.Millisecond); err != nil {
			return nil, err
		}
	}
}

// tryLock returns the locked file, or nil while another process has it. A file
// that was removed meanwhile locks nothing.
func tryLock(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o664)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, file.Close()
	}
	if err == nil {
		var held, named os.FileInfo
		if held, err = file.Stat(); err == nil {
			if named, err = os.Stat(path); err == nil && os.SameFile(held, named) {
				return file, nil
			}
		}
		if err == nil || errors.Is(err, os.ErrNotExist) {
			return nil, file.Close()
		}
	}
	return nil, errors.Join(err, file.Close())
}
