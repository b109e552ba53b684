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
// cache that holds the requirements. A stamp, written last, marks one that is
// complete; anything else is made anew.
func ensurePython(ctx context.Context, cache string) (string, error) {
	sum := sha256.Sum256(requirements)
	parent := filepath.Join(cache, "python")
	dir := filepath.Join(parent, hex.EncodeToString(sum[:6]))
	interpreter, stamp := filepath.Join(dir, "bin", "python"), filepath.Join(dir, "complete")
	unlock, err := lock(parent)
	if err != nil {
		return "", err
	}
	defer unlock()
	if _, err := os.Stat(stamp); err == nil {
		return interpreter, nil
	}
	say("bringing the tests' Python packages into %s", dir)
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	// Debian's python3 makes environments without pip; its pip can fill them.
	if err := run(python.Module(ctx, pythonName(), "venv", "--without-pip", dir)); err != nil {
		return "", err
	}
	list := filepath.Join(dir, "requirements.txt")
	if err := os.WriteFile(list, requirements, 0o644); err != nil {
		return "", err
	}
	err = run(python.Module(ctx, pythonName(), "pip", "--python", interpreter, "install", "--quiet", "--no-compile",
		"--no-deps", "--only-binary=:all:", "--require-hashes", "--requirement", list))
	if err != nil {
		return "", err
	}
	return interpreter, os.WriteFile(stamp, nil, 0o644)
}
