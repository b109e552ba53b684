package main

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/seetell/seetell/internal/checksum"
	"github.com/seetell/seetell/internal/python"
)

// fetch has pip download wheels into dir. It needs no particular Python: the
// wheels are picked by the tags in their names.
func fetch(ctx context.Context, wheels []wheel, dir string) error {
	args := []string{"download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", dir,
		"--implementation", "cp", "--python-version", "3.11", "--abi", "cp311", "--abi", "none"}
	for _, tag := range []string{"manylinux1", "manylinux2010", "manylinux2014"} {
		args = append(args, "--platform", tag+"_x86_64")
	}
	for minor := 5; minor <= 28; minor++ { // pip does not infer the older ones
		args = append(args, "--platform", fmt.Sprintf("manylinux_2_%d_x86_64", minor))
	}
	for _, w := range wheels {
		args = append(args, w.requirement())
	}
	if err := run(python.Module(ctx, pythonName(), "pip", args...)); err != nil {
		return fmt.Errorf("download with pip (try again; if there is no pip: apt-get install python3-pip): %w", err)
	}
	return nil
}

// pythonName is the interpreter that runs pip: PYTHON, or python3.
func pythonName() string {
	if name := os.Getenv("PYTHON"); name != "" {
		return name
	}
	return "python3"
}

// run runs a command whose output is progress: it goes to standard error.
func run(command *exec.Cmd) error {
	command.Stdout, command.Stderr = os.Stderr, os.Stderr
	if err := command.Run(); err != nil {
		return fmt.Errorf("%s: %w", command, err)
	}
	return nil
}

// check compares the bytes of the wheel in dir with its pinned hash.
func (w wheel) check(dir string) error {
	sum, err := checksum.SHA256(filepath.Join(dir, w.file))
	if err != nil {
		return err
	}
	if sum != w.sha256 {
		return fmt.Errorf("%s has SHA-256 %s, pinned is %s: the download is damaged or the file was replaced", w.file, sum, w.sha256)
	}
	return nil
}

// unpack writes the wheel's files whose path starts with one of the prefixes
// below target, and returns what it wrote.
func unpack(path, target string, prefixes []string) ([]file, error) {
	archive, err := zip.OpenReader(path)
	if err != nil {
		return nil, err
	}
	defer archive.Close()
	var files []file
	for _, entry := range archive.File {
		if entry.FileInfo().IsDir() || !hasPrefix(entry.Name, prefixes) {
			continue
		}
		written, err := unpackFile(entry, target)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", filepath.Base(path), entry.Name, err)
		}
		files = append(files, written)
	}
	return files, nil
}

func hasPrefix(name string, prefixes []string) bool {
	for _, prefix := range prefixes {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

func unpackFile(entry *zip.File, target string) (written file, err error) {
	if !filepath.IsLocal(entry.Name) {
		return file{}, errors.New("the path leaves the folder")
	}
	path := filepath.Join(target, entry.Name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return file{}, err
	}
	in, err := entry.Open()
	if err != nil {
		return file{}, err
	}
	defer in.Close()
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644|entry.Mode()&0o111)
	if err != nil {
		return file{}, err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(out, sum), in)
	return file{entry.Name, size, hex.EncodeToString(sum.Sum(nil))}, err
}
