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
	for _, limit := range cgroupLimits("/sys/fs/cgroup", "/proc/self/cgroup") {
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
	text, _ := os.ReadFile(membership)
	var limits []memoryLimit
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		fields := strings.SplitN(line, ":", 3)
		if len(fields) != 3 {
			continue
		}
		switch {
		case fields[0] == "0" && fields[1] == "":
			limits = append(limits, walkLimits(root, fields[2], cgroupFiles{"memory.max", "memory.current", "inactive_file"})...)
		case strings.Contains(","+fields[1]+",", ",memory,"):
			limits = append(limits, walkLimits(filepath.Join(root, "memory"), fields[2],
				cgroupFiles{"memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"})...)
		}
	}
	return limits
}

// cgroupFiles names a version's files for the limit and the use, and the line
// of memory.stat for what caches files.
type cgroupFiles struct{ limit, use, cache string }

// walkLimits reads the limits from the group up to the root, which inside a
// container is the only one that is there.
func walkLimits(root, group string, files cgroupFiles) []memoryLimit {
	var limits []memoryLimit
	for group = filepath.Clean("/" + group); ; group = filepath.Dir(group) {
		dir := filepath.Join(root, group)
		if total, ok := number(filepath.Join(dir, files.limit)); ok && total < math.MaxInt64>>8 {
			use, _ := number(filepath.Join(dir, files.use))
			limits = append(limits, memoryLimit{total, max(total-use+cached(dir, files.cache), 0)})
		}
		if group == "/" {
			return limits
		}
	}
}

func number(path string) (int64, bool) {
	text, _ := os.ReadFile(path)
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return n, err == nil
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
