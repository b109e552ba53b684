package torch

// #include "ctorch.h"
import "C"

import (
	"fmt"
	"unsafe"
)

// Upload is a copy of Go's memory on its way to a device. It runs beside what the
// device computes meanwhile, from pinned memory, on a stream of its own.
type Upload struct {
	handle *C.tg_upload
	device Device
}

// NewUpload begins to copy data, in row-major order and of the given shape, to a
// device. The data may change once NewUpload has returned. Close frees the upload,
// whether it was used or not.
func NewUpload[T Element](data []T, device Device, shape ...int64) (*Upload, error) {
	u := &Upload{device: device}
	if device == CPU || device == Meta {
		return nil, fmt.Errorf("upload: %s copies nothing beside what it computes", device)
	}
	if err := device.open(); err != nil {
		return nil, err
	}
	if count := product(shape); count != int64(len(data)) || count == 0 {
		return nil, fmt.Errorf("upload: %d elements for shape %s", len(data), shapeText(shape))
	}
	message := C.tg_upload_begin(&u.handle, unsafe.Pointer(&data[0]), sizes(shape), C.int32_t(dtypeOf[T]()), device.c())
	if err := takeMessage(message); err != nil {
		return nil, fmt.Errorf("upload to %s: %w", device, err)
	}
	return u, nil
}

// Tensor returns the tensor, whose operators wait, on the device, until it is
// there. It may be asked for several times.
func (u *Upload) Tensor(s *Scope) *Tensor {
	if u == nil || u.handle == nil {
		s.Fail(&Error{Op: "upload", Message: "it is closed"})
		return inert
	}
	return s.result("upload", func(out *handle) *C.char { return C.tg_upload_end(out, u.handle) })
}

// Close frees the upload; tensors that it gave stay. Closing nil or twice is
// harmless.
func (u *Upload) Close() {
	if u == nil || u.handle == nil {
		return
	}
	C.tg_upload_free(u.handle)
	u.handle = nil
}
