package torch

// #include "ctorch.h"
// #include "ctorch_cuda.h"
import "C"

import (
	"fmt"
	"sync"
)

var (
	seedLock sync.Mutex
	seeded   bool
	lastSeed uint64 // for CUDA devices that are opened later
)

// ManualSeed makes the random numbers of every device start anew from seed.
func ManualSeed(seed int64) error {
	if err := Open(); err != nil {
		return err
	}
	seedLock.Lock()
	defer seedLock.Unlock()
	seeded, lastSeed = true, uint64(seed)
	if err := takeMessage(C.tg_manual_seed(C.uint64_t(seed))); err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	if !cudaOpened.Load() {
		return nil
	}
	return seedCUDA()
}

func seedCUDA() error {
	if err := takeMessage(C.tg_cuda_manual_seed(C.uint64_t(lastSeed))); err != nil {
		return fmt.Errorf("seed CUDA: %w", err)
	}
	return nil
}

// RandomState returns the state of a device's random numbers.
func RandomState(device Device) ([]byte, error) {
	read, err := randomReader(device)
	if err != nil {
		return nil, err
	}
	var size C.int64_t
	if err := takeMessage(read(nil, &size)); err != nil {
		return nil, fmt.Errorf("random state of %s: %w", device, err)
	}
	state := make([]byte, size)
	if err := takeMessage(read((*C.uint8_t)(&state[0]), &size)); err != nil {
		return nil, fmt.Errorf("random state of %s: %w", device, err)
	}
	return state, nil
}

func randomReader(device Device) (func(*C.uint8_t, *C.int64_t) *C.char, error) {
	if err := device.open(); err != nil {
		return nil, err
	}
	if device.CUDA {
		return func(data *C.uint8_t, size *C.int64_t) *C.char {
			return C.tg_cuda_random_state(data, size, device.c())
		}, nil
	}
	return func(data *C.uint8_t, size *C.int64_t) *C.char { return C.tg_random_state(data, size) }, nil
}

// SetRandomState restores what RandomState returned.
func SetRandomState(device Device, state []byte) error {
	if err := device.open(); err != nil {
		return err
	}
	if len(state) == 0 {
		return fmt.Errorf("random state of %s: it is empty", device)
	}
	data, size := (*C.uint8_t)(&state[0]), C.int64_t(len(state))
	var message *C.char
	if device.CUDA {
		message = C.tg_cuda_set_random_state(data, size, device.c())
	} else {
		message = C.tg_set_random_state(data, size)
	}
	if err := takeMessage(message); err != nil {
		return fmt.Errorf("random state of %s: %w", device, err)
	}
	return nil
}
