//go:build !unix

package meteor

import "os"

// mapFile reads the file at path where the system cannot map it.
func mapFile(path string) (data []byte, release func() error, err error) {
	data, err = os.ReadFile(path)
	return data, func() error { return nil }, err
}
