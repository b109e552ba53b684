package torch

// #include "ctorch_cuda.h"
import "C"

import "github.com/seetell/seetell/internal/memory"

// MemoryInfo is the memory of a device in bytes. On CUDA Allocated is in
// tensors; on the CPU it is what the process has resident. Peak is the most
// that Allocated was since ResetPeak.
type MemoryInfo struct {
	Allocated, Peak, Total, Free int64
}

// Memory returns the memory of a device; what cannot be known is 0. On the CPU
// Total and Free honour the limits of the process's cgroup.
func Memory(device Device) MemoryInfo {
	if !device.CUDA {
		process := memory.Process()
		return MemoryInfo{Allocated: process.Resident, Peak: process.Peak, Total: process.Total, Free: process.Free}
	}
	var info C.tg_cuda_memory_info
	if device.open() != nil || takeMessage(C.tg_cuda_memory(&info, device.c())) != nil {
		return MemoryInfo{}
	}
	return MemoryInfo{
		Allocated: int64(info.allocated), Peak: int64(info.peak), Total: int64(info.total),
		Free: int64(info.free + info.reserved - info.allocated),
	}
}

// ResetPeak makes Peak start anew from what is allocated now. Where the system
// does not allow it the peak stays.
func ResetPeak(device Device) {
	if !device.CUDA {
		memory.ResetPeak()
		return
	}
	if device.open() == nil {
		takeMessage(C.tg_cuda_reset_peak(device.c()))
	}
}
