package memory

import (
	"slices"
	"testing"

	"github.com/seetell/seetell/internal/cgroup/cgrouptest"
)

func TestCgroupLimits(t *testing.T) {
	const none = "9223372036854771712\n" // how version 1 says that there is no limit
	for _, test := range []struct {
		name  string
		files map[string]string // below the root
		group string            // as /proc/self/cgroup has it
		want  []memoryLimit
	}{
		{"version 2", map[string]string{
			"job/memory.max": "1000\n", "job/memory.current": "600\n", "job/memory.stat": "anon 1\ninactive_file 100\n",
		}, "0::/job\n", []memoryLimit{{1000, 500}}},
		{"version 2, without a limit", map[string]string{"job/memory.max": "max\n"}, "0::/job\n", nil},
		{"version 2, limited above", map[string]string{
			"a/b/memory.max": "max\n", "a/memory.max": "1000\n", "a/memory.current": "1000\n",
		}, "0::/a/b\n", []memoryLimit{{1000, 0}}},
		{"version 2, in a container", map[string]string{"memory.max": "1000\n", "memory.current": "1\n"},
			"0::/\n", []memoryLimit{{1000, 999}}},
		{"version 1", map[string]string{
			"memory/job/memory.limit_in_bytes": "1000\n", "memory/job/memory.usage_in_bytes": "600\n",
			"memory/job/memory.stat": "total_inactive_file 100\n", "memory/memory.limit_in_bytes": none,
		}, "5:cpu,cpuacct:/x\n4:memory:/job\n", []memoryLimit{{1000, 500}}},
		{"version 1, in a container", map[string]string{
			"memory/memory.limit_in_bytes": "1000\n", "memory/memory.usage_in_bytes": "0\n",
		}, "4:memory:/docker/abc\n", []memoryLimit{{1000, 1000}}},
		{"none", nil, "", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			root, membership := cgrouptest.Tree(t, test.files, test.group)
			if got := cgroupLimits(root, membership); !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}
