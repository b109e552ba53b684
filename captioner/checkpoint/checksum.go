package checkpoint

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
)

// Checksum returns the sha256 of the file at path, in hexadecimal: the name by
// which a report knows the checkpoint that it is of.
func Checksum(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
