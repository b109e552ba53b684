package main

import (
	"fmt"
	"os"
)

// sparesInputs refuses an --out that is one of the files that are read: the
// captions would take its place.
func (o *captioning) sparesInputs(read ...string) error {
	if !o.toFile() {
		return nil
	}
	out, err := os.Stat(o.out)
	if err != nil || !out.Mode().IsRegular() { // nothing is there, or nothing is lost
		return nil
	}
	for _, path := range read {
		if input, err := statInput(path); err == nil && os.SameFile(out, input) {
			return usage(fmt.Errorf("--out: %s is read as well: name another file for the captions", o.out))
		}
	}
	return nil
}

// statInput describes the file of a path that is read, also of standard input.
func statInput(path string) (os.FileInfo, error) {
	if path == standardInput {
		return os.Stdin.Stat()
	}
	return os.Stat(path)
}
