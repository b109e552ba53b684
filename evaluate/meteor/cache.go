package meteor

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/seetell/seetell/internal/wholefile"
)

// TableHash is the sha256 of paraphrase-en.gz, METEOR 1.5's English table, as
// the pycocoevalcap package carries it.
const TableHash = "c147ac7d2c91f2fbb3ad31e4b352235061eb83145e0434daf217ee9ca5975f48"

// ErrNoTable says that the paraphrase table has not been downloaded.
var ErrNoTable = errors.New("no METEOR paraphrase table; run: seetell data download meteor-table")

// OpenTable opens the paraphrase table at path, METEOR's gzip file or an index
// of one. A gzip file is compiled into the user's cache when it is first met.
// The empty path is METEOR's own table, once StoreTable has stored it, else
// ErrNoTable.
func OpenTable(ctx context.Context, path string) (*Table, error) {
	if path == "" {
		return openStored()
	}
	zipped, err := isGzip(path)
	if err != nil {
		return nil, err
	}
	if !zipped {
		return openIndex(path)
	}
	return openCompiled(ctx, path)
}

// Load returns a scorer of all four stages with the table at path, as OpenTable
// finds it.
func Load(path string) (*Scorer, error) {
	table, err := OpenTable(context.Background(), path)
	if err != nil {
		return nil, err
	}
	return table.Scorer(), nil
}

func openStored() (*Table, error) {
	path, err := CachePath(TableHash)
	if err != nil {
		return nil, err
	}
	table, err := openIndex(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoTable
	}
	return table, err
}

// isGzip reports whether the file at path starts as gzip files do.
func isGzip(path string) (bool, error) {
	file, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer file.Close()
	var head [2]byte
	_, err = io.ReadFull(file, head[:])
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return false, fmt.Errorf("%s: %w", path, errNoIndex)
	}
	return head == [2]byte{0x1f, 0x8b}, err
}

// openCompiled opens the cache's index of the gzip file at path, after making
// it if need be. A damaged index is made anew.
func openCompiled(ctx context.Context, path string) (*Table, error) {
	source, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer source.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, source); err != nil {
		return nil, err
	}
	sum := hex.EncodeToString(hash.Sum(nil))
	compiled, err := CachePath(sum)
	if err != nil {
		return nil, err
	}
	if table, err := openIndex(compiled); err == nil {
		return table, nil
	}
	if _, err := source.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	if err := StoreTable(ctx, compiled, source, sum); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return openIndex(compiled)
}

// StoreTable compiles table, METEOR's gzip file, to the index at path. The
// index is there whole or not at all. A table with another sha256 than hash is
// an error.
func StoreTable(ctx context.Context, path string, table io.Reader, hash string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return wholefile.Fill(path, 0o644, func(file *os.File) error {
		source, err := Compile(ctx, file, table)
		if err == nil && source != hash {
			err = fmt.Errorf("the table's sha256 is %s, want %s", source, hash)
		}
		return err
	})
}

// CachePath returns where the index of the table with that sha256 is kept.
func CachePath(hash string) (string, error) {
	folder, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(folder, "seetell", "meteor", "paraphrases-"+hash[:16]+".index"), nil
}
