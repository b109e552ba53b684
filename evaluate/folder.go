package evaluate

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// The files of an evaluation's folder.
const (
	CaptionsFile   = "captions.json"   // one a picture, in COCO's results form
	ReferencesFile = "references.json" // {"id": ["caption", …]}
	ReportFile     = "report.json"
)

// ReadSystem reads captions as ReadCaptions does, or those of an evaluation's
// folder, and returns the name to call their system by, SystemName.
func ReadSystem(path string) (name string, captions *Hypotheses, err error) {
	name = SystemName(path)
	if isFolder(path) {
		path = filepath.Join(path, CaptionsFile)
	}
	captions, err = ReadCaptions(path)
	return name, captions, err
}

// ErrNoFolder is the error of a path that is no folder of an evaluation.
var ErrNoFolder = errors.New("no folder of an evaluation, with captions.json and references.json")

// ReadFolder reads what an evaluation left in a folder: its captions with their
// references.
func ReadFolder(dir string) (System, error) {
	name, captions, err := ReadSystem(dir)
	if err == nil && !isFolder(dir) || errors.Is(err, fs.ErrNotExist) {
		return System{}, fmt.Errorf("%s: %w", dir, ErrNoFolder)
	}
	if err != nil {
		return System{}, err
	}
	references, err := ReadReferences(filepath.Join(dir, ReferencesFile))
	if err != nil {
		return System{}, err
	}
	images, err := Join(references, captions, false)
	return System{Name: name, Images: images}, err
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// SystemName is what to call a system by the path of its captions: the folder of
// an evaluation, or the file without its ending.
func SystemName(path string) string {
	if whole, err := filepath.Abs(path); err == nil {
		path = whole
	}
	if filepath.Base(path) == CaptionsFile {
		path = filepath.Dir(path)
	}
	if isFolder(path) {
		return filepath.Base(path)
	}
	return strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
}
