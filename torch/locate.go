package torch

import (
	"context"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/seetell/seetell/internal/python"
	"github.com/seetell/seetell/torch/internal/capi"
)

// place is a folder where libtorch may be, and why.
type place struct{ why, path string }

func (p place) String() string {
	if p.path == "" {
		return p.why
	}
	return p.why + " " + p.path
}

// libtorchCandidates yields where libtorch is looked for, in order. LIBTORCH
// alone counts where it is set; Python is asked only when all else failed.
func libtorchCandidates() iter.Seq[place] {
	return func(yield func(place) bool) {
		if dir := os.Getenv("LIBTORCH"); dir != "" {
			yield(place{"LIBTORCH", dir})
			return
		}
		if cache, err := os.UserCacheDir(); err == nil {
			if !yield(place{"the user's cache", filepath.Join(cache, "seetell", "libtorch", pin+".0", "torch")}) {
				return
			}
		}
		yield(place{"python3's torch", pythonTorch()})
	}
}

// pythonTorch returns the folder of the PyTorch that python3 would import.
func pythonTorch() string {
	const program = "import importlib.util as u; s = u.find_spec('torch'); print(s.submodule_search_locations[0] if s else '')"
	out, err := python.Program(context.Background(), "python3", program).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// shimCandidates returns where a library of ours is looked for, in order.
func shimCandidates(file string) []string {
	if shim := os.Getenv("SEETELL_SHIM"); shim != "" {
		return []string{filepath.Join(filepath.Dir(shim), named(shim, file))}
	}
	var paths []string
	if program, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(program); err == nil {
			program = real
		}
		dir := filepath.Dir(program)
		paths = append(paths, filepath.Join(dir, file), filepath.Join(dir, "..", "lib", "seetell", file))
	}
	if cache, err := os.UserCacheDir(); err == nil {
		paths = append(paths, filepath.Join(cache, "seetell", "shim", file))
	}
	return paths
}

// named returns the base name of shim for the main library, and file, which
// lies beside it, for the CUDA one.
func named(shim, file string) string {
	if file == mainShim {
		return filepath.Base(shim)
	}
	return file
}

var versionLine = regexp.MustCompile(`(?m)^(?:__version__ = ')?(\d+\.\d+\.\d+[^'\s]*)`)

// recordedVersion returns the version that the files of a libtorch's folder
// name, or "".
func recordedVersion(dir string) string {
	for _, file := range []string{"version.py", "build-version"} {
		text, err := os.ReadFile(filepath.Join(dir, file))
		if match := versionLine.FindSubmatch(text); err == nil && match != nil {
			return string(match[1])
		}
	}
	return ""
}

// loadedVersion returns the version that the libtorch in the process says.
func loadedVersion() string {
	v := capi.Version()
	if v == 0 {
		return "unknown, older than 2.7"
	}
	return fmt.Sprintf("%d.%d.%d", v>>56, v>>48&0xff, v>>40&0xff)
}

// runningVersion is loadedVersion with the build's mark, as in 2.11.0+cpu,
// where the folder names it.
func runningVersion(dir string) string {
	loaded := loadedVersion()
	if recorded := recordedVersion(dir); strings.HasPrefix(recorded, loaded) {
		return recorded
	}
	return loaded
}

func matchesPin(version string) bool { return strings.HasPrefix(version, pin+".") }
