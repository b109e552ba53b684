package download

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// findPip returns the Python that has pip, PYTHON or python3, or "".
func findPip(ctx context.Context) string {
	python := os.Getenv("PYTHON")
	if python == "" {
		python = "python3"
	}
	if exec.CommandContext(ctx, python, "-m", "pip", "--version").Run() != nil {
		return ""
	}
	return python
}

// openWithPip downloads the package into a temporary folder, which Close
// removes.
func openWithPip(ctx context.Context, python string) (found *wheel, err error) {
	folder, err := os.MkdirTemp("", "seetell-meteor-")
	if err != nil {
		return nil, err
	}
	remove := func() error { return os.RemoveAll(folder) }
	defer func() {
		if found == nil {
			err = errors.Join(err, remove())
		}
	}()
	var messages bytes.Buffer
	command := exec.CommandContext(ctx, python, "-m", "pip", "download", "--quiet", "--no-deps",
		"--only-binary=:all:", "--dest", folder, project+"=="+version)
	command.Stderr = &messages
	if err := command.Run(); err != nil {
		return nil, fmt.Errorf("pip download: %w: %s", err, bytes.TrimSpace(messages.Bytes()))
	}
	archive, err := zip.OpenReader(filepath.Join(folder, fileName))
	if err != nil {
		return nil, err
	}
	return &wheel{&archive.Reader, func() error { return errors.Join(archive.Close(), remove()) }}, nil
}
