package testdevice_test

import (
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/seetell/seetell/internal/testdevice"
	"github.com/seetell/seetell/internal/testtensors"
	"github.com/seetell/seetell/torch"
)

var (
	missing error                              // why there is no test device
	other   = os.Getenv("SEETELL_TEST_DEVICE") // the name of a real device to test in its place
)

func TestMain(m *testing.M) {
	if other == "" {
		missing = testdevice.Open()
	}
	os.Exit(testtensors.Run(m))
}

// device returns the test device, or the one that takes its place.
func device(t *testing.T) torch.Device {
	t.Helper()
	if other != "" {
		device, err := torch.ParseDevice(other)
		if err != nil {
			t.Fatal(err)
		}
		return device
	}
	if missing != nil {
		t.Skip("needs the test device (cmake --build build --target seetell_testdevice): ", missing)
	}
	return torch.PrivateUse1
}

// TestDeviceRefuses: what a GPU refuses is refused, what it computes is right.
func TestDeviceRefuses(t *testing.T) {
	device := device(t)
	if other != "" {
		t.Skip("is about the test device itself")
	}
	for name, mistake := range map[string]func(s *torch.Scope, x *torch.Tensor){
		"a sum":    func(s *torch.Scope, x *torch.Tensor) { x.Add(s, torch.Ones(s, torch.Float32, torch.CPU, 2, 2)) },
		"an index": func(s *torch.Scope, x *torch.Tensor) { x.IndexSelect(s, 0, torch.Arange(s, 2, torch.CPU)) },
		"one of a list": func(s *torch.Scope, x *torch.Tensor) {
			torch.Cat(s, 0, x, torch.Ones(s, torch.Float32, torch.CPU, 2, 2))
		},
	} {
		err := torch.Run(func(s *torch.Scope) error {
			mistake(s, torch.Ones(s, torch.Float32, device, 2, 2))
			return nil
		})
		if err == nil || !strings.Contains(err.Error(), "cpu") {
			t.Errorf("%s of tensors on two devices: %v", name, err)
		}
	}
	err := torch.Run(func(s *torch.Scope) error {
		fresh := torch.Empty(s, torch.Float32, device, 1).Item(s)
		sum := torch.Ones(s, torch.Float32, device, 2, 2).AddScalar(s, 1).Transpose(s, 0, 1).Float32s(s)
		if !math.IsNaN(fresh) || !slices.Equal(sum, []float32{2, 2, 2, 2}) {
			t.Errorf("fresh memory holds %v, 1 + 1 is %v", fresh, sum)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestUpload: what is copied beside the rest is what was there when the copy
// began, whoever changes it meanwhile.
func TestUpload(t *testing.T) {
	device := device(t)
	data := []uint8{1, 2, 3, 4, 5, 6}
	upload, err := torch.NewUpload(data, device, 2, 3)
	if err != nil {
		t.Fatal(err)
	}
	defer upload.Close()
	data[0] = 9
	err = torch.Run(func(s *torch.Scope) error {
		for range 2 {
			if x := upload.Tensor(s); x.Device() != device || !slices.Equal(x.AddScalar(s, 1).Uint8s(s), []uint8{2, 3, 4, 5, 6, 7}) {
				t.Errorf("%v arrived", x)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	upload.Close()
	if err := torch.Run(func(s *torch.Scope) error { upload.Tensor(s); return nil }); err == nil {
		t.Error("a closed upload has a tensor")
	}
}
