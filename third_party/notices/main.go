// Command notices prints the licences of everything that is linked into
// bin/seetell: this repository's notes on code and data that are no Go
// modules, then the licence files of every module.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
)

func main() {
	if err := printAll(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "notices:", err)
		os.Exit(1)
	}
}

// module is what go list says of one.
type module struct {
	Path, Version, Dir string
	Main               bool
}

func printAll(out io.Writer) error {
	notes, err := os.ReadFile(filepath.Join("third_party", "NOTICES.md"))
	if err != nil {
		return err
	}
	if _, err := out.Write(notes); err != nil {
		return err
	}
	tables, err := filepath.Glob(filepath.Join("third_party", "*", "LICENSE*"))
	if err != nil {
		return err
	}
	for _, path := range tables {
		if err := printFile(out, filepath.Base(filepath.Dir(path)), path); err != nil {
			return err
		}
	}
	modules, err := linked("./cmd/seetell")
	if err != nil {
		return err
	}
	for _, m := range modules {
		if err := m.printLicences(out); err != nil {
			return err
		}
	}
	return nil
}

// linked lists the modules whose packages a program is made of.
func linked(program string) ([]module, error) {
	text, err := exec.Command("go", "list", "-deps", "-json=Module", program).Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	var modules []module
	seen := map[string]bool{}
	for decoder := json.NewDecoder(bytes.NewReader(text)); ; {
		var pkg struct{ Module *module }
		if err := decoder.Decode(&pkg); errors.Is(err, io.EOF) {
			return modules, nil
		} else if err != nil {
			return nil, err
		}
		if m := pkg.Module; m != nil && !m.Main && !seen[m.Path] {
			seen[m.Path] = true
			modules = append(modules, *m)
		}
	}
}

var licenceName = regexp.MustCompile(`(?i)^((un)?licen[cs]e|copying|notice|patents)`)

// printLicences writes the module's licence files; one without any is an error.
func (m module) printLicences(out io.Writer) error {
	entries, err := os.ReadDir(m.Dir)
	if err != nil {
		return err
	}
	found := false
	for _, entry := range entries {
		if entry.IsDir() || !licenceName.MatchString(entry.Name()) {
			continue
		}
		found = true
		if err := printFile(out, m.Path+" "+m.Version, filepath.Join(m.Dir, entry.Name())); err != nil {
			return err
		}
	}
	if !found {
		return fmt.Errorf("%s %s has no licence file", m.Path, m.Version)
	}
	return nil
}

// printFile writes the licence file at path below a heading.
func printFile(out io.Writer, of, path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "\n\n## %s, %s\n\n%s", of, filepath.Base(path), text)
	return err
}
