package captioner

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

	"github.com/seetell/seetell/internal/wholefile"
)

// Torchvision's ResNet-18 pretrained on ImageNet, as its ResNet18_Weights
// names it.
const (
	imageNetName   = "resnet18-f37072fd.pth"
	imageNetSHA256 = "f37072fd47e89c5e827621c5baffa7500819f7896bbacec160b1a16c560e07ec"
	imageNetSize   = 46_830_571
)

// imageNetAddress is where torchvision downloads it from.
var imageNetAddress = "https://download.pytorch.org/models/" + imageNetName

// ImageNetWeights returns the path of torchvision's ResNet-18 in PyTorch's
// own cache folder, downloading it, and checking its SHA-256, where it is not
// there yet.
func ImageNetWeights(ctx context.Context) (string, error) {
	dir, err := checkpointsFolder()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, imageNetName)
	if sum, err := fileSHA256(path); err == nil && sum == imageNetSHA256 {
		return path, nil
	} else if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	if err := download(ctx, imageNetAddress, path); err != nil {
		return "", fmt.Errorf("ResNet-18's ImageNet weights: %w; bring %s to %s by other means, or name a file or none with --encoder-weights", err, imageNetAddress, path)
	}
	return path, nil
}

// checkpointsFolder is where torch.hub keeps downloaded weights.
func checkpointsFolder() (string, error) {
	if home := os.Getenv("TORCH_HOME"); home != "" {
		return filepath.Join(home, "hub", "checkpoints"), nil
	}
	cache := os.Getenv("XDG_CACHE_HOME")
	if cache == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("find PyTorch's cache folder: %w; set TORCH_HOME", err)
		}
		cache = filepath.Join(home, ".cache")
	}
	return filepath.Join(cache, "torch", "hub", "checkpoints"), nil
}

func fileSHA256(path string) (string, error) {
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

// download brings address to path, whole and with the right SHA-256, or
// leaves path as it was.
func download(ctx context.Context, address, path string) error {
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
		got, err := io.Copy(io.MultiWriter(file, sum), io.LimitReader(reply.Body, imageNetSize+1))
		if err != nil {
			return fmt.Errorf("get %s: %w", address, err)
		}
		if found := hex.EncodeToString(sum.Sum(nil)); found != imageNetSHA256 {
			return fmt.Errorf("get %s: %d bytes with SHA-256 %s came, and %d with %s were expected", address, got, found, imageNetSize, imageNetSHA256)
		}
		return nil
	})
}
