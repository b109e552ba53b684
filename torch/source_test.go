package torch

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	// listed is an entry of a header's list.
	listed = regexp.MustCompile(`(?m)^  (?:TG_UNARY|TG_BINARY)\(F, (\w+)\)|^  F\([\w *]+,\s+(?:\\\n\s+)?(\w+),`)
	// defined is a function of the shim, or a macro that makes some.
	defined = regexp.MustCompile(`(?m)^[^\n/]*\btg_((?:cuda_|##)?\w+)\([^;{}]*\)([^;{}()]*)\{\s*\\?\s*(return \w*(?:::)?guard\w*\()?`)
	// made is a macro's use.
	made = regexp.MustCompile(`(?m)^(?:UNARY|BINARY|WITH_NUMBER)\((\w+),`)
)

// TestNothingIsThrownThroughC holds every entry point of the shims to run under
// a guard or to be noexcept, and to make several handles by wrap_all, which
// leaves none behind when a later one cannot be made.
func TestNothingIsThrownThroughC(t *testing.T) {
	files, err := filepath.Glob("ctorch/*.cpp")
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	more, err := filepath.Glob("ctorch/*/*.cpp")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, file := range append(files, more...) {
		source := read(t, file)
		for _, match := range defined.FindAllStringSubmatch(source, -1) {
			name, qualifier, guard := match[1], match[2], match[3]
			found[name] = true
			if guard == "" && !strings.Contains(qualifier, "noexcept") {
				t.Errorf("%s: tg_%s is neither guarded nor noexcept", file, name)
			}
		}
		for _, match := range made.FindAllStringSubmatch(source, -1) {
			found[match[1]] = true
		}
		for _, line := range strings.Split(source, "\n") {
			if regexp.MustCompile(`out\[[^\]]*\] = .*wrap`).MatchString(line) && !strings.Contains(line, "out[made] = wrap(values[made])") {
				t.Errorf("%s: several handles are not made by wrap_all: %s", file, line)
			}
		}
	}
	headers, err := filepath.Glob("ctorch*.h")
	if err != nil || len(headers) < 4 {
		t.Fatal(err, headers)
	}
	for _, header := range headers { // ctorch_cuda.h lists what begins with tg_cuda_
		prefix := strings.TrimPrefix(strings.TrimSuffix(header, ".h")+"_", "ctorch_")
		entries := listed.FindAllStringSubmatch(read(t, header), -1)
		if len(entries) < 3 {
			t.Errorf("%s lists %d entries", header, len(entries))
		}
		for _, match := range entries {
			if name := prefix + match[1] + match[2]; match[2] != "name" && match[1] != "name" && !found[name] { // name: the parameter of the macros
				t.Errorf("%s: the source of tg_%s was not found", header, name)
			}
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
