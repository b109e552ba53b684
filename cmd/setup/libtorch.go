package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"github.com/seetell/seetell/internal/python"
)

// ensureLibtorch returns the folder of a libtorch to build with: LIBTORCH, or
// the one in the user's cache, or an installed PyTorch of the pinned minor
// version, or else the pinned one, which it brings into the cache.
func ensureLibtorch(ctx context.Context, cache string, o options) (string, error) {
	if dir := os.Getenv("LIBTORCH"); dir != "" {
		if err := usable(dir, o.cuda); err != nil {
			return "", fmt.Errorf("LIBTORCH=%s: %w; unset it to have libtorch %s brought", dir, err, libtorchVersion)
		}
		return dir, nil
	}
	b := libtorchBundle(cache, o.cuda)
	torch := filepath.Join(b.dir, "torch")
	if b.check(o.verify) == nil {
		return torch, nil
	}
	if dir := installedPyTorch(ctx); dir != "" && usable(dir, o.cuda) == nil {
		return dir, nil
	}
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		return "", fmt.Errorf("libtorch is pinned for linux/amd64, not for %s/%s: set LIBTORCH to the torch folder of a PyTorch %s",
			runtime.GOOS, runtime.GOARCH, minor(libtorchVersion))
	}
	return torch, b.ensure(ctx, o.verify)
}

func libtorchBundle(cache string, cuda bool) bundle {
	b := bundle{
		name: "libtorch " + libtorchVersion, dir: filepath.Join(cache, "libtorch", libtorchVersion),
		wheels: cpuWheels, keep: []string{"torch/lib/", "torch/include/", "nvidia/"}, fetch: fetch,
	}
	if cuda {
		b.name += " with CUDA"
		b.wheels = append(append([]wheel{}, cpuWheels...), cudaWheels...)
	}
	return b
}

// usable tells why the libtorch in dir cannot be built with.
func usable(dir string, cuda bool) error {
	if _, err := os.Stat(filepath.Join(dir, "lib", "libtorch_cpu.so")); err != nil {
		return errors.New("no lib/libtorch_cpu.so there")
	}
	version, err := headerVersion(filepath.Join(dir, "include", "torch", "headeronly", "version.h"))
	if err != nil {
		return err
	}
	if minor(version) != minor(libtorchVersion) {
		return fmt.Errorf("version %s, needed is %s", version, minor(libtorchVersion))
	}
	if !cuda {
		return nil
	}
	if _, err := os.Stat(filepath.Join(dir, "..", "nvidia", "cu13", "include", "crt", "host_defines.h")); err != nil {
		return errors.New("no CUDA headers beside it (nvidia-cuda-runtime, nvidia-cuda-crt)")
	}
	return nil
}

var versionText = regexp.MustCompile(`(?m)^\s*"(\d+\.\d+\.\d+)"`)

// headerVersion reads TORCH_VERSION from libtorch's version.h.
func headerVersion(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("its headers are missing or of another version: %w", err)
	}
	match := versionText.FindSubmatch(text)
	if match == nil {
		return "", fmt.Errorf("%s names no version", path)
	}
	return string(match[1]), nil
}

// minor cuts 2.11.0 to 2.11.
func minor(version string) string {
	part := strings.SplitN(version, ".", 3)
	return strings.Join(part[:min(2, len(part))], ".")
}

// installedPyTorch returns the folder of Python's torch package, without
// importing it, or "" where there is none.
func installedPyTorch(ctx context.Context) string {
	out, err := python.Program(ctx, pythonName(),
		"import importlib.util as u; print(u.find_spec('torch').submodule_search_locations[0])").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}
