package tensorfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"regexp"
)

// checksumKey is the metadata's key of the checksum that Write gives a file:
// CRC-32C of all its bytes, the checksum's own digits taken as zeros. Files
// without it are read as they are.
const checksumKey = "seetell.checksum"

// noChecksum stands in the header until the values have been written.
const noChecksum = "crc32c:00000000"

var checksumForm = regexp.MustCompile(`^crc32c:[0-9a-f]{8}$`)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// ErrDamaged is the cause of errors about files whose bytes have changed since
// they were written.
var ErrDamaged = errors.New("the file is damaged")

func checksumText(sum uint32) string { return fmt.Sprintf("crc32c:%08x", sum) }

// checksumMember is the checksum as it stands in the header. No text of the
// metadata holds it, since quotes within a text are escaped.
func checksumMember(text string) []byte { return pair(checksumKey, text) }

// checksumAt returns where in the file the checksum's text begins.
func checksumAt(header []byte) int64 {
	member := checksumMember(noChecksum)
	return 8 + int64(bytes.Index(header, member)+len(member)-len(noChecksum)-1)
}

// takeChecksum takes the checksum out of the metadata. A single bit that
// changed in its name or its form does not make it go unseen.
func takeChecksum(metadata map[string]string) (text string, err error) {
	text, found := metadata[checksumKey]
	if found && !checksumForm.MatchString(text) {
		return "", fmt.Errorf("%w: its checksum is %q", ErrDamaged, text)
	}
	delete(metadata, checksumKey)
	for key, value := range metadata {
		if checksumForm.MatchString(value) {
			return "", fmt.Errorf("%w: its checksum is named %q", ErrDamaged, key)
		}
	}
	return text, nil
}

// verify compares a file of size bytes with the checksum that its header
// holds; an empty one is not looked for.
func verify(r io.ReaderAt, size int64, header []byte, want string) error {
	if want == "" {
		return nil
	}
	sum := crc32.New(castagnoli)
	_ = binary.Write(sum, binary.LittleEndian, uint64(len(header)))
	sum.Write(bytes.Replace(header, checksumMember(want), checksumMember(noChecksum), 1))
	behind := 8 + int64(len(header))
	if _, err := io.CopyBuffer(sum, io.NewSectionReader(r, behind, size-behind), make([]byte, 1<<20)); err != nil {
		return err
	}
	if got := checksumText(sum.Sum32()); got != want {
		return fmt.Errorf("%w: its bytes have the checksum %s, and it says %s", ErrDamaged, got, want)
	}
	return nil
}
