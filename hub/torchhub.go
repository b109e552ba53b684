package hub

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/seetell/seetell/internal/checksum"
	"github.com/seetell/seetell/internal/wholefile"
)

// torchAddress is where torchvision downloads weights from.
var torchAddress = "https://download.pytorch.org/models/"

// maximumWeights is more bytes than any file of torchvision's weights has.
const maximumWeights = 2 << 30

// torchName is torch.hub's form of a name: behind its dash stand the first
// digits of the file's SHA-256.
var torchName = regexp.MustCompile(`^[\w.]+-([0-9a-f]{8,64})\.pth$`)

// TorchWeights returns the path of a file of torchvision's weights, such as
// resnet18-f37072fd.pth, in PyTorch's own cache folder. Where it is not there,
// or is damaged, it is downloaded; either way its SHA-256 is checked by the
// digits in its name, as torch.hub does it.
func TorchWeights(ctx context.Context, name string) (string, error) {
	parts := torchName.FindStringSubmatch(name)
	if parts == nil {
		return "", fmt.Errorf("weights %q: the name holds no digits of a SHA-256", name)
	}
	path, err := TorchPath(name)
	if err != nil {
		return "", err
	}
	if sum, err := checksum.SHA256(path); err == nil && strings.HasPrefix(sum, parts[1]) {
		return path, nil
	} else if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", err
	}
	if err := downloadWeights(ctx, torchAddress+name, path, parts[1]); err != nil {
		return "", fmt.Errorf("torchvision's %s: %w; bring %s to %s by other means, or use a file of your own", name, err, torchAddress+name, path)
	}
	return path, nil
}

// TorchPath returns where TorchWeights keeps a file, present or not.
func TorchPath(name string) (string, error) {
	if home := os.Getenv("TORCH_HOME"); home != "" {
		return filepath.Join(home, "hub", "checkpoints", name), nil
	}
	cache := os.Getenv("XDG_CACHE_HOME")
	if cache == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("find PyTorch's cache folder: %w; set TORCH_HOME", err)
		}
		cache = filepath.Join(home, ".cache")
	}
	return filepath.Join(cache, "torch", "hub", "checkpoints", name), nil
}

// downloadWeights brings address to path, whole and with a SHA-256 of the
// given first digits, or leaves path as it was.
func downloadWeights(ctx context.Context, address, path, digits string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	reply, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer reply.Body.Close()
	if reply.StatusCode != http.StatusOK {
		return fmt.Errorf("get %s: %s", address, reply.Status)
	}
	return wholefile.Fill(path, 0o644, func(file *os.File) error {
		sum := sha256.New()
		got, err := io.Copy(io.MultiWriter(file, sum), io.LimitReader(reply.Body, maximumWeights))
		if err != nil {
			return fmt.Errorf("get %s: %w", address, err)
		}
		if found := hex.EncodeToString(sum.Sum(nil)); !strings.HasPrefix(found, digits) {
			return fmt.Errorf("get %s: %d bytes with SHA-256 %s came, and one that begins with %s was expected", address, got, found, digits)
		}
		return nil
	})
}
