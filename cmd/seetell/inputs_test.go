package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestInputs(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b.JPG", "a.png", "notes.txt", "within/c.webp", "a.png.xmp", ".thumbnails/a.png", "__MACOSX/b.jpg"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		name      string
		arguments []string
		list      string
		recursive bool
		want      []string // relative to the folder
		left      leftOut
	}{
		{"a file", []string{dir + "/notes.txt"}, "", false, []string{"notes.txt"}, leftOut{}},
		{"a file that is not there", []string{dir + "/z.jpg"}, "", false, []string{"z.jpg"}, leftOut{}},
		{"a folder", []string{dir}, "", false, []string{"a.png", "b.JPG"}, leftOut{1, 1, 2}},
		{"and folders within", []string{dir}, "", true, []string{"a.png", "b.JPG", "within/c.webp"}, leftOut{1, 0, 2}},
		{"a glob", []string{dir + "/*.png"}, "", false, []string{"a.png"}, leftOut{}},
		{"a list", []string{dir + "/z.jpg"}, "-", false, []string{"z.jpg", "x y.jpg"}, leftOut{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			stdin := strings.NewReader("\ufeff" + dir + "/x y.jpg\r\n\n \t\r\n")
			got, left, err := inputs(test.arguments, test.list, test.recursive, stdin)
			if err != nil {
				t.Fatal(err)
			}
			for i := range got {
				got[i] = strings.TrimPrefix(got[i], dir+"/")
			}
			if left != test.left {
				t.Errorf("left out %+v, want %+v", left, test.left)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("inputs %q, want %q", got, test.want)
			}
		})
	}
	if _, _, err := inputs([]string{t.TempDir()}, "", false, nil); err == nil {
		t.Error("an empty folder is accepted")
	}
}
