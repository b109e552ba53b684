package plots

import (
	"os"
	"path/filepath"

	"github.com/seetell/seetell/plots/internal/typeset"
)

// LoadSystems reads reports and gives those of the same name different ones.
func LoadSystems(paths []string) ([]*System, error) {
	var systems []*System
	names := make([]string, len(paths))
	for i, path := range paths {
		system, err := LoadSystem(path)
		if err != nil {
			return nil, err
		}
		systems, names[i] = append(systems, system), system.Name
	}
	for i, name := range distinct(names, paths) {
		systems[i].Name = name
	}
	return systems, nil
}

// LoadHistories reads training histories and gives those of the same name
// different ones.
func LoadHistories(paths []string) ([]*History, error) {
	var runs []*History
	names := make([]string, len(paths))
	for i, path := range paths {
		run, err := LoadHistory(path)
		if err != nil {
			return nil, err
		}
		runs, names[i] = append(runs, run), run.Name
	}
	for i, name := range distinct(names, paths) {
		runs[i].Name = name
	}
	return runs, nil
}

// distinct returns names, those that occur twice replaced by their paths.
func distinct(names, paths []string) []string {
	times := map[string]int{}
	for _, name := range names {
		times[name]++
	}
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = name
		if times[name] > 1 {
			out[i] = typeset.Clean(filepath.ToSlash(filepath.Clean(paths[i])))
		}
	}
	return out
}

// Folder is the name of a folder for the system's own figures.
func (s *System) Folder() string { return typeset.FileName(s.Name) }

// fileIn returns path or, where that is a folder, the file of a name in it.
func fileIn(path, name string) string {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return filepath.Join(path, name)
	}
	return path
}
