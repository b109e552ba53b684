// Package cgroup tells what the process's control groups let it have.
package cgroup

import (
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// Where the kernel has groups, and which the process is in.
const (
	Root       = "/sys/fs/cgroup"
	Membership = "/proc/self/cgroup"
)

// Folders returns where a controller's files are, of version 1 and of 2: the
// process's group and those above it up to the root, which inside a container is
// the only one that is there.
func Folders(root, membership, controller string) (first, second []string) {
	text, _ := os.ReadFile(membership)
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		fields := strings.SplitN(line, ":", 3)
		if len(fields) != 3 {
			continue
		}
		switch {
		case fields[0] == "0" && fields[1] == "":
			second = upwards(root, fields[2])
		case strings.Contains(","+fields[1]+",", ","+controller+","):
			first = upwards(filepath.Join(root, controller), fields[2])
		}
	}
	return first, second
}

func upwards(root, group string) (folders []string) {
	for group = filepath.Clean("/" + group); ; group = filepath.Dir(group) {
		folders = append(folders, filepath.Join(root, group))
		if group == "/" {
			return folders
		}
	}
}

// Number reads a file that holds a number alone.
func Number(path string) (int64, bool) {
	text, _ := os.ReadFile(path)
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return n, err == nil
}

// Processors returns how many processors the process may use at once: those of
// the machine, or as many as its quota comes to, rounded up. Go's runtime takes no
// fewer than two for a quota.
func Processors() int {
	return min(runtime.GOMAXPROCS(0), runtime.NumCPU(), quota(Root, Membership))
}

// quota is the least quota of processors, rounded up; where there is none, more
// than any machine has.
func quota(root, membership string) int {
	least := math.MaxInt
	allow := func(quota, period int64) {
		if quota > 0 && period > 0 {
			least = min(least, int((quota-1)/period+1))
		}
	}
	first, second := Folders(root, membership, "cpu")
	for _, folder := range first {
		quota, _ := Number(filepath.Join(folder, "cpu.cfs_quota_us"))
		period, _ := Number(filepath.Join(folder, "cpu.cfs_period_us"))
		allow(quota, period)
	}
	for _, folder := range second {
		text, _ := os.ReadFile(filepath.Join(folder, "cpu.max"))
		if fields := strings.Fields(string(text)); len(fields) == 2 {
			quota, _ := strconv.ParseInt(fields[0], 10, 64) // "max" is none
			period, _ := strconv.ParseInt(fields[1], 10, 64)
			allow(quota, period)
		}
	}
	return least
}
