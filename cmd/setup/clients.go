package main

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// clients pins, with hashes, the clients of other makers that seetell serve is
// tested with: a list for each Python environment, and npm's two files.
//
//go:embed clients
var clients embed.FS

// ensureClients returns a folder of the user's cache that holds an environment
// for each list of Python packages, named as the list, and the folder node,
// which is left out where there is no npm.
func ensureClients(ctx context.Context, cache string) (string, error) {
	files, err := clientFiles()
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for _, file := range files {
		sum.Write(file.data)
	}
	parent := filepath.Join(cache, "clients")
	dir := filepath.Join(parent, hex.EncodeToString(sum.Sum(nil)[:6]))
	return dir, once(parent, dir, func() error {
		say("bringing the clients that the server is tested with into %s", dir)
		for _, file := range files {
			name, isList := strings.CutSuffix(file.name, ".txt")
			if !isList {
				continue
			}
			if err := makeEnvironment(ctx, filepath.Join(dir, name), file.data); err != nil {
				return err
			}
		}
		return makeNode(ctx, filepath.Join(dir, "node"), files)
	})
}

type clientFile struct {
	name string
	data []byte
}

func clientFiles() ([]clientFile, error) {
	entries, err := clients.ReadDir("clients")
	if err != nil {
		return nil, err
	}
	var files []clientFile
	for _, entry := range entries {
		data, err := clients.ReadFile("clients/" + entry.Name())
		if err != nil {
			return nil, err
		}
		files = append(files, clientFile{entry.Name(), data})
	}
	return files, nil
}

// makeNode installs what package-lock.json pins, and runs none of its scripts.
func makeNode(ctx context.Context, dir string, files []clientFile) error {
	npm, err := exec.LookPath("npm")
	if err != nil {
		say("there is no npm: the tests leave the JavaScript clients out")
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, file := range files {
		if filepath.Ext(file.name) != ".json" {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, file.name), file.data, 0o644); err != nil {
			return err
		}
	}
	return run(exec.CommandContext(ctx, npm, "ci", "--prefix", dir, "--ignore-scripts", "--no-audit", "--no-fund", "--silent"))
}
