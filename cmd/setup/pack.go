package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/seetell/seetell/internal/wholefile"
)

// program is what is packed for machines without a compiler.
type program struct {
	version   string   // as git describe has it
	binary    string   // path of bin/seetell
	libraries []string // paths of build/lib's
	notices   string   // path of the licences of what is linked in
	source    string   // folder of the checkout
}

// packed is a file of a wheel.
type packed struct {
	name string // within the wheel
	path string // where it is
	mode fs.FileMode
}

// wheel writes the Python package seetell into the folder out and returns its
// path: the program and its libraries, python/seetell.py as seetell.checkpoint,
// and what runs the one and imports the other. PyTorch, on which it depends,
// brings libtorch.
func (p program) wheel(out string) (string, error) {
	files, err := p.files()
	if err != nil {
		return "", err
	}
	var w wheelWriter
	w.archive = zip.NewWriter(&w.bytes)
	for _, file := range files {
		data, err := os.ReadFile(file.path)
		if err != nil {
			return "", err
		}
		if err := w.add(file.name, data, file.mode); err != nil {
			return "", err
		}
	}
	version, tag := pythonVersion(p.version), wheelTag()
	about := "seetell-" + version + ".dist-info/"
	for _, file := range [][2]string{
		{"METADATA", metadata(version)},
		{"WHEEL", "Wheel-Version: 1.0\nGenerator: seetell\nRoot-Is-Purelib: false\nTag: " + tag + "\n"},
		{"entry_points.txt", "[console_scripts]\nseetell = seetell.program:main\n"},
	} {
		if err := w.add(about+file[0], []byte(file[1]), 0o644); err != nil {
			return "", err
		}
	}
	if err := w.finish(about + "RECORD"); err != nil {
		return "", err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return "", err
	}
	name := filepath.Join(out, "seetell-"+version+"-"+tag+".whl")
	return name, wholefile.Write(name, w.bytes.Bytes(), 0o644)
}

// files are those of the wheel, its description left out.
func (p program) files() ([]packed, error) {
	sources, err := filepath.Glob(filepath.Join(p.source, "python", "package", "*.py"))
	if err != nil {
		return nil, err
	}
	files := []packed{
		{"seetell/checkpoint.py", filepath.Join(p.source, "python", "seetell.py"), 0o644},
		{"seetell/LICENSE", filepath.Join(p.source, "LICENSE"), 0o644},
		{"seetell/NOTICES", p.notices, 0o644},
		{"seetell/bin/seetell", p.binary, 0o755},
	}
	for _, source := range sources {
		files = append(files, packed{"seetell/" + filepath.Base(source), source, 0o644})
	}
	for _, library := range p.libraries { // a program finds them beside itself
		files = append(files, packed{"seetell/bin/" + filepath.Base(library), library, 0o755})
	}
	slices.SortFunc(files, func(a, b packed) int { return strings.Compare(a.name, b.name) })
	return files, nil
}

// metadata describes the package to pip.
func metadata(version string) string {
	return strings.Join([]string{
		"Metadata-Version: 2.1", "Name: seetell", "Version: " + version,
		"Summary: Trains image captioners and describes pictures", "License: Apache-2.0",
		"Requires-Python: >=3.10", "Requires-Dist: torch==" + minor(libtorchVersion) + ".*", "Requires-Dist: safetensors", "Requires-Dist: pillow",
	}, "\n") + "\n"
}

// wheelTag says where the wheel runs: any Python 3, on this system and
// processor.
func wheelTag() string {
	machine := map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[runtime.GOARCH]
	return "py3-none-" + runtime.GOOS + "_" + machine
}

var described = regexp.MustCompile(`^(?:v?(\d+(?:\.\w+)+)(?:-(\d+)-g([0-9a-f]{7,40}))?|([0-9a-f]{7,40}))(-dirty)?$`)

// pythonVersion turns what git describe prints, v1.2, v1.2-3-g0123abc or
// 0123abc, with -dirty behind it perhaps, into a version as Python's PEP 440 has
// it: 1.2, 1.2.post3+g0123abc or 0+g0123abc.
func pythonVersion(version string) string {
	parts := described.FindStringSubmatch(version)
	if parts == nil {
		return "0+" + strings.Trim(regexp.MustCompile(`[^a-zA-Z0-9]+`).ReplaceAllString(version, "."), ".")
	}
	tag, since, commit, dirty := parts[1], parts[2], parts[3]+parts[4], parts[5]
	if tag == "" {
		tag = "0"
	}
	if since != "" {
		tag += ".post" + since
	}
	var local []string
	if commit != "" {
		local = append(local, "g"+commit)
	}
	if dirty != "" {
		local = append(local, "dirty")
	}
	if len(local) == 0 {
		return tag
	}
	return tag + "+" + strings.Join(local, ".")
}

// wheelWriter writes a wheel, a zip archive that lists its files' hashes. The
// same files give the same bytes.
type wheelWriter struct {
	bytes   bytes.Buffer
	archive *zip.Writer
	record  strings.Builder
}

func (w *wheelWriter) add(name string, data []byte, mode fs.FileMode) error {
	sum := sha256.Sum256(data)
	fmt.Fprintf(&w.record, "%s,sha256=%s,%d\n", path.Clean(name), base64.RawURLEncoding.EncodeToString(sum[:]), len(data))
	return w.write(name, data, mode)
}

func (w *wheelWriter) write(name string, data []byte, mode fs.FileMode) error {
	header := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)}
	header.SetMode(mode)
	out, err := w.archive.CreateHeader(header)
	if err != nil {
		return err
	}
	_, err = out.Write(data)
	return err
}

// finish adds the list of the files, under a name, and ends the archive.
func (w *wheelWriter) finish(record string) error {
	w.record.WriteString(record + ",,\n")
	if err := w.write(record, []byte(w.record.String()), 0o644); err != nil {
		return err
	}
	return w.archive.Close()
}
