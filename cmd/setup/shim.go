package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/seetell/seetell"
	"github.com/seetell/seetell/internal/wholefile"
)

// buildShim compiles the sources in source with CMake, below build; the
// libraries end in build/lib.
func buildShim(ctx context.Context, source, build, libtorch string, cuda bool) error {
	args := []string{"-S", source, "-B", build, "-G", "Ninja", "-DLIBTORCH=" + libtorch, "-DSEETELL_CUDA=OFF"}
	if cuda {
		args[len(args)-1] = "-DSEETELL_CUDA=ON"
	}
	if err := run(exec.CommandContext(ctx, "cmake", args...)); err != nil {
		return err
	}
	return run(exec.CommandContext(ctx, "cmake", "--build", build))
}

func libraries(cuda bool) []string {
	always := []string{"libseetell_torch.so", "libseetell_mkl.so"}
	if cuda {
		return append(always, "libseetell_cuda.so")
	}
	return always
}

// stampName holds the hash of the sources that the shim in the cache was
// built from.
const stampName = "sources.sha256"

// ensureShim builds the embedded sources into the user's cache, unless that
// was done before, and returns the folder of the libraries.
func ensureShim(ctx context.Context, cache, libtorch string, cuda bool) (string, error) {
	dir := filepath.Join(cache, "shim")
	want, err := sourcesHash()
	if err != nil {
		return "", err
	}
	unlock, err := lock(dir)
	if err != nil {
		return "", err
	}
	defer unlock()
	if built(dir, want, cuda) {
		return dir, nil
	}
	say("building the libraries into %s", dir)
	work := filepath.Join(dir, "work")
	defer os.RemoveAll(work)
	if err := os.RemoveAll(work); err != nil {
		return "", err
	}
	source, build := filepath.Join(work, "source"), filepath.Join(work, "build")
	if err := os.CopyFS(source, seetell.ShimSources); err != nil {
		return "", err
	}
	if err := buildShim(ctx, source, build, libtorch, cuda); err != nil {
		return "", err
	}
	return dir, install(filepath.Join(build, "lib"), dir, want, cuda)
}

func built(dir, want string, cuda bool) bool {
	stamp, err := os.ReadFile(filepath.Join(dir, stampName))
	for _, name := range libraries(cuda) {
		_, missing := os.Stat(filepath.Join(dir, name))
		if missing != nil {
			return false
		}
	}
	return err == nil && string(stamp) == want
}

// install copies the libraries whole, and the stamp after them.
func install(from, dir, stamp string, cuda bool) error {
	for _, name := range libraries(cuda) {
		library, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			return err
		}
		if err := wholefile.Write(filepath.Join(dir, name), library, 0o755); err != nil {
			return err
		}
	}
	return wholefile.Write(filepath.Join(dir, stampName), []byte(stamp), 0o644)
}

func sourcesHash() (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(seetell.ShimSources, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := seetell.ShimSources.ReadFile(path)
		fmt.Fprintf(sum, "%s %d\n%s", path, len(text), text)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil)), err
}
