package cgroup

import (
	"math"
	"testing"

	"github.com/seetell/seetell/internal/cgroup/cgrouptest"
)

// TestQuota reads quotas of both versions, of the group and of those above it.
func TestQuota(t *testing.T) {
	for _, test := range []struct {
		name  string
		files map[string]string // below the root
		group string            // as /proc/self/cgroup has it
		want  int
	}{
		{"version 2, one", map[string]string{"job/cpu.max": "100000 100000\n"}, "0::/job\n", 1},
		{"version 2, one and a half", map[string]string{"job/cpu.max": "150000 100000\n"}, "0::/job\n", 2},
		{"version 2, half of one", map[string]string{"job/cpu.max": "50000 100000\n"}, "0::/job\n", 1},
		{"version 2, none", map[string]string{"job/cpu.max": "max 100000\n"}, "0::/job\n", math.MaxInt},
		{"version 2, above", map[string]string{"a/b/cpu.max": "max 100000\n", "a/cpu.max": "400000 100000\n"}, "0::/a/b\n", 4},
		{"version 2, in a container", map[string]string{"cpu.max": "200000 100000\n"}, "0::/\n", 2},
		{"version 1", map[string]string{
			"cpu/job/cpu.cfs_quota_us": "100000\n", "cpu/job/cpu.cfs_period_us": "100000\n", "cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n",
		}, "5:cpu,cpuacct:/job\n4:memory:/x\n", 1},
		{"version 1, none", map[string]string{"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, "5:cpu,cpuacct:/\n", math.MaxInt},
		{"no groups", nil, "", math.MaxInt},
	} {
		t.Run(test.name, func(t *testing.T) {
			root, membership := cgrouptest.Tree(t, test.files, test.group)
			if got := quota(root, membership); got != test.want {
				t.Errorf("%d processors, want %d", got, test.want)
			}
		})
	}
}
