// Package memory tells how much memory the process takes and how much the
// machine and the process's cgroup let it have.
package memory

import (
	"bufio"
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/seetell/seetell/internal/cgroup"
)

// Info is in bytes; what cannot be known is 0.
type Info struct {
	Resident, Peak int64 // of the process, now and at most since ResetPeak
	Total, Free    int64 // of the machine, or of the cgroup where that has less
}

// Process reads the process's memory and what there is of it.
func Process() Info {
	status := kibibytes("/proc/self/status")
	machine := kibibytes("/proc/meminfo")
	info := Info{
		Resident: status["VmRSS"], Peak: status["VmHWM"],
		Total: machine["MemTotal"], Free: machine["MemAvailable"],
	}
	for _, limit := range cgroupLimits(cgroup.Root, cgroup.Membership) {
		info.Total = min(info.Total, limit.total)
		info.Free = min(info.Free, limit.free)
	}
	return info
}

// ResetPeak makes the peak start anew, which some containers refuse.
func ResetPeak() error {
	return os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
}

// kibibytes reads lines such as "VmRSS:  12 kB" of a file of the kernel, and
// returns bytes.
func kibibytes(path string) map[string]int64 {
	values := map[string]int64{}
	text, _ := os.ReadFile(path)
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		name, rest, _ := strings.Cut(lines.Text(), ":")
		if fields := strings.Fields(rest); len(fields) == 2 && fields[1] == "kB" {
			if n, err := strconv.ParseInt(fields[0], 10, 64); err == nil {
				values[name] = n << 10
			}
		}
	}
	return values
}

// memoryLimit is what a cgroup allows, and what of that is not yet used.
type memoryLimit struct{ total, free int64 }

// cgroupLimits returns the limits of the process's cgroup and those above it,
// of version 1 and 2. Memory that only caches files counts as free.
func cgroupLimits(root, membership string) []memoryLimit {
	first, second := cgroup.Folders(root, membership, "memory")
	return append(limitsIn(second, cgroupFiles{"memory.max", "memory.current", "inactive_file"}),
		limitsIn(first, cgroupFiles{"memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"})...)
}

// cgroupFiles names a version's files for the limit and the use, and the line
// of memory.stat for what caches files.
type cgroupFiles struct{ limit, use, cache string }

func limitsIn(folders []string, files cgroupFiles) (limits []memoryLimit) {
	for _, folder := range folders {
		if total, ok := cgroup.Number(filepath.Join(folder, files.limit)); ok && total < math.MaxInt64>>8 {
			use, _ := cgroup.Number(filepath.Join(folder, files.use))
			limits = append(limits, memoryLimit{total, max(total-use+cached(folder, files.cache), 0)})
		}
	}
	return limits
}

func cached(dir, name string) int64 {
	text, _ := os.ReadFile(filepath.Join(dir, "memory.stat"))
	for _, line := range strings.Split(string(text), "\n") {
		if value, found := strings.CutPrefix(line, name+" "); found {
			n, _ := strconv.ParseInt(value, 10, 64)
			return n
		}
	}
	return 0
}
