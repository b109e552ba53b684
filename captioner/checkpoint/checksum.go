package checkpoint

import "github.com/seetell/seetell/internal/checksum"

// Checksum returns the SHA-256 of the file at path, in hexadecimal: the name by
// which a report knows the checkpoint that it is of.
func Checksum(path string) (string, error) { return checksum.SHA256(path) }
