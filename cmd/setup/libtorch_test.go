package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fakeLibtorch makes a folder that looks like libtorch of a version.
func fakeLibtorch(t *testing.T, version string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "torch")
	write(t, filepath.Join(dir, "lib", "libtorch_cpu.so"), "")
	write(t, filepath.Join(dir, "include", "torch", "headeronly", "version.h"), "#define TORCH_VERSION \\\n  \""+version+"\"\n")
	return dir
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestEnsureLibtorchGiven(t *testing.T) {
	for _, test := range []struct {
		name, version, want string
		cuda                bool
	}{
		{"pinned", libtorchVersion, "", false},
		{"a later patch", "2.11.9", "", false},
		{"another minor version", "2.10.0", "version 2.10.0, needed is 2.11", false},
		{"no headers of CUDA", libtorchVersion, "no CUDA headers", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := fakeLibtorch(t, test.version)
			t.Setenv("LIBTORCH", dir)
			got, err := ensureLibtorch(t.Context(), t.TempDir(), options{cuda: test.cuda})
			if test.want == "" {
				if err != nil || got != dir {
					t.Errorf("got %q, %v, want %q", got, err, dir)
				}
			} else if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}

func TestEnsureLibtorchGivenWrongFolder(t *testing.T) {
	t.Setenv("LIBTORCH", t.TempDir())
	_, err := ensureLibtorch(t.Context(), t.TempDir(), options{})
	if err == nil || !strings.Contains(err.Error(), "libtorch_cpu.so") {
		t.Errorf("error %v, want one that names the missing file", err)
	}
}

// An installed PyTorch serves where there is none in the cache: the fake
// Python answers with its folder.
func TestEnsureLibtorchInstalled(t *testing.T) {
	dir := fakeLibtorch(t, libtorchVersion)
	python := filepath.Join(t.TempDir(), "python")
	if err := os.WriteFile(python, []byte("#!/bin/sh\necho "+dir+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("LIBTORCH", "")
	t.Setenv("PYTHON", python)
	got, err := ensureLibtorch(t.Context(), t.TempDir(), options{})
	if err != nil || got != dir {
		t.Errorf("got %q, %v, want %q", got, err, dir)
	}
}

func TestRequirement(t *testing.T) {
	if got, want := cpuWheels[0].requirement(), "torch=="+libtorchVersion; got != want {
		t.Errorf("requirement is %q, want %q", got, want)
	}
}

// What is to be installed is said; nobody is asked where nobody is.
func TestConsent(t *testing.T) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	if err := consent(t.Context(), "apt-get install a", null); err != nil {
		t.Errorf("without a terminal: %v", err)
	}
	for answer, want := range map[string]bool{"y\n": true, "Yes\n": true, "\n": false, "": false, "no\n": false, "yesterday\n": false} {
		if err := agreed(answer, "apt-get install a"); (err == nil) != want {
			t.Errorf("the answer %q gives %v", answer, err)
		}
	}
}

func TestAbsent(t *testing.T) {
	yes, no := func() bool { return true }, func() bool { return false }
	got := absent([]need{{"there", yes}, {"missing", no}, {"also-missing", no}})
	if strings.Join(got, " ") != "missing also-missing" {
		t.Errorf("absent says %v", got)
	}
}
