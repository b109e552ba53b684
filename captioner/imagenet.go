package captioner

import "path/filepath"

// ImageNetPath returns where ImageNetWeights keeps the file, present or not.
func ImageNetPath() (string, error) {
	dir, err := checkpointsFolder()
	return filepath.Join(dir, imageNetName), err
}
