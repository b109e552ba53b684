package predict

import (
	"github.com/seetell/seetell/dataset/loader"
	"github.com/seetell/seetell/torch"
)

// Uploads has a loader begin to copy each batch's pictures to a device while that
// is at work on those before: it is a loader.Config's Begin. Nil for the CPU, where
// nothing is copied.
func Uploads(device torch.Device) func(*loader.Batch) loader.Begun {
	if device == torch.CPU {
		return nil
	}
	return func(batch *loader.Batch) loader.Begun {
		upload, err := torch.NewUpload(batch.Pixels, device, shape(batch)...)
		if err != nil { // no memory is left that far ahead: Pixels copies when it is time
			return nil
		}
		return upload
	}
}

// Pixels returns a batch's pictures, uint8 of shape (N, S, S, 3), on device.
func Pixels(s *torch.Scope, batch *loader.Batch, device torch.Device) *torch.Tensor {
	if begun, first := batch.Begun(); begun != nil {
		if upload, ok := begun.(*torch.Upload); ok {
			return upload.Tensor(s).Narrow(s, 0, int64(first), int64(len(batch.IDs)))
		}
	}
	return torch.FromSlice(s, batch.Pixels, shape(batch)...).ToDevice(s, device)
}

func shape(batch *loader.Batch) []int64 {
	size := int64(batch.Size)
	return []int64{int64(len(batch.IDs)), size, size, 3}
}
