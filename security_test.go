package seetell_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestSecurityNamesTests: every test that docs/security.md names for a promise
// is there, and every row of its table names one.
func TestSecurityNamesTests(t *testing.T) {
	text, err := os.ReadFile("docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	there := testNames(t)
	name := regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z0-9_]+)`")
	rows := 0
	for line := range strings.Lines(string(text)) {
		found := name.FindAllStringSubmatch(line, -1)
		for _, match := range found {
			if !there[match[1]] {
				t.Errorf("docs/security.md names %s, which is no test", match[1])
			}
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) == 4 && !strings.HasPrefix(cells[0], "---") && strings.TrimSpace(cells[3]) != "test" {
			if rows++; !name.MatchString(cells[3]) {
				t.Errorf("no test is named for %q", strings.TrimSpace(cells[0]))
			}
		}
	}
	if rows < 20 {
		t.Errorf("%d promises in the table, want 20 at least", rows)
	}
}

// testNames are the names of the tests and fuzz tests of the repository.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	names := map[string]bool{}
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		data, err := os.ReadFile(path)
		for _, match := range declared.FindAllSubmatch(data, -1) {
			names[string(bytes.TrimSpace(match[1]))] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
