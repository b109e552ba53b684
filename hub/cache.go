package hub

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// folder is the repository's own in the cache.
func (s *Snapshot) folder() string {
	return filepath.Join(s.client.Cache, s.folderName())
}

func (s *Snapshot) folderName() string {
	return string(s.Repo.Kind) + "--" + strings.ReplaceAll(s.Repo.ID, "/", "--")
}

// ref is the file that holds the commit of the revision.
func (s *Snapshot) ref() string {
	return filepath.Join(s.folder(), "refs", filepath.FromSlash(s.Repo.Revision))
}

func (s *Snapshot) writeRef() error {
	if s.Cached || commitName.MatchString(s.Repo.Revision) {
		return nil
	}
	if old, err := os.ReadFile(s.ref()); err == nil && string(old) == s.Commit {
		return nil
	}
	return writeWhole(s.ref(), []byte(s.Commit))
}

// treeFile is the list of a commit's files, in the form of huggingface_hub's
// _tree_cache.py.
type treeFile struct {
	Version int                 `json:"format_version"`
	Files   map[string]treeInfo `json:"files"`
}

type treeInfo struct {
	Size    int64  `json:"size"`
	Blob    string `json:"blob_id"`
	SHA256  string `json:"lfs_sha256,omitempty"`
	LFSSize int64  `json:"lfs_size,omitempty"`
}

func (s *Snapshot) treePath() string {
	return filepath.Join(s.folder(), "trees", s.Commit+".json")
}

func (s *Snapshot) readTree() ([]File, error) {
	data, err := os.ReadFile(s.treePath())
	if err != nil {
		return nil, err
	}
	var tree treeFile
	if err := json.Unmarshal(data, &tree); err != nil {
		return nil, err
	}
	if tree.Version != 1 {
		return nil, errors.New("a list of files of another version")
	}
	var files []File
	for _, path := range sortedKeys(tree.Files) {
		info := tree.Files[path]
		files = append(files, File{Path: path, Size: info.Size, Blob: info.Blob, SHA256: info.SHA256})
	}
	return files, safePaths(files)
}

func (s *Snapshot) writeTree() error {
	tree := treeFile{Version: 1, Files: map[string]treeInfo{}}
	for _, f := range s.Files {
		info := treeInfo{Size: f.Size, Blob: f.Blob, SHA256: f.SHA256}
		if f.SHA256 != "" {
			info.LFSSize = f.Size
		}
		tree.Files[f.Path] = info
	}
	data, err := json.MarshalIndent(tree, "", " ")
	if err != nil {
		return err
	}
	return writeWhole(s.treePath(), data)
}

// walk lists what the snapshot's folder has.
func (s *Snapshot) walk() ([]File, error) {
	root := s.Path("")
	var files []File
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil // a link whose blob is gone
		}
		name, err := filepath.Rel(root, path)
		files = append(files, File{Path: filepath.ToSlash(name), Size: info.Size()})
		return err
	})
	return files, err
}

// writeWhole writes a file under another name and renames it.
func writeWhole(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return fmt.Errorf("write to the cache: %w", err)
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".*.tmp")
	if err != nil {
		return fmt.Errorf("write to the cache: %w", err)
	}
	_, err = file.Write(data)
	if err == nil {
		err = file.Chmod(0o644)
	}
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write to the cache: %w", errors.Join(err, os.Remove(file.Name())))
	}
	return nil
}

// place puts a blob into the snapshot: a relative link, or where links are not
// wanted or not possible, the file itself.
func (s *Snapshot) place(blob, name string) error {
	target := s.Path(name)
	if exists(target) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o777); err != nil {
		return fmt.Errorf("write to the cache: %w", err)
	}
	if !s.client.Copy {
		relative, err := filepath.Rel(filepath.Dir(target), blob)
		if err != nil {
			return err
		}
		os.Remove(target) // a link whose blob is gone
		if err = os.Symlink(relative, target); err == nil || errors.Is(err, fs.ErrExist) {
			return nil
		}
	}
	return os.Rename(blob, target)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
