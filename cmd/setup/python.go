package main

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"os"
	"path/filepath"

	"github.com/seetell/seetell/internal/python"
)

// requirements pins, with hashes, what the tests compare us with.
//
//go:embed requirements.txt
var requirements []byte

// ensurePython returns the interpreter of a virtual environment in the user's
// cache that holds the requirements.
func ensurePython(ctx context.Context, cache string) (string, error) {
	sum := sha256.Sum256(requirements)
	parent := filepath.Join(cache, "python")
	dir := filepath.Join(parent, hex.EncodeToString(sum[:6]))
	err := once(parent, dir, func() error {
		say("bringing the tests' Python packages into %s", dir)
		return makeEnvironment(ctx, dir, requirements)
	})
	return environmentPython(dir), err
}

// once fills the folder dir within parent. A stamp, written last, marks one
// that is complete; anything else is made anew.
func once(parent, dir string, fill func() error) error {
	stamp := filepath.Join(dir, "complete")
	unlock, err := lock(parent)
	if err != nil {
		return err
	}
	defer unlock()
	if _, err := os.Stat(stamp); err == nil {
		return nil
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := fill(); err != nil {
		return err
	}
	return os.WriteFile(stamp, nil, 0o644)
}

func environmentPython(dir string) string { return filepath.Join(dir, "bin", "python") }

// makeEnvironment makes a virtual environment of the packages listed, each
// with its hash.
func makeEnvironment(ctx context.Context, dir string, requirements []byte) error {
	// Debian's python3 makes environments without pip; its pip can fill them.
	if err := run(python.Module(ctx, pythonName(), "venv", "--without-pip", dir)); err != nil {
		return err
	}
	list := filepath.Join(dir, "requirements.txt")
	if err := os.WriteFile(list, requirements, 0o644); err != nil {
		return err
	}
	return run(python.Module(ctx, pythonName(), "pip", "--python", environmentPython(dir), "install", "--quiet", "--no-compile",
		"--no-deps", "--only-binary=:all:", "--require-hashes", "--requirement", list))
}
