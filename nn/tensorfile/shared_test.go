package tensorfile

import (
	"testing"

	"github.com/seetell/seetell/internal/testshared"
)

// TestShared opens the weights beside the checkout: torchvision's 122 names.
func TestShared(t *testing.T) {
	f, err := Open(testshared.Dir(t, "weights", "resnet18-imagenet.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if len(f.Tensors) != 122 {
		t.Errorf("%d tensors, want 122", len(f.Tensors))
	}
	for _, tensor := range f.Tensors {
		if _, err := tensor.Bytes(); err != nil {
			t.Error(err)
		}
	}
}
