package torch

import "testing"

// TestQuota: a process that may use fewer processors than there are takes as many
// threads, unless somebody has said how many.
func TestQuota(t *testing.T) {
	for _, test := range []struct {
		name                string
		allowed, processors int
		said                string
		want                int
	}{
		{"all", 8, 8, "", 0},
		{"a container with two", 2, 64, "", 2},
		{"OpenMP is told", 2, 64, "OMP_NUM_THREADS", 0},
		{"Go is told", 2, 64, "GOMAXPROCS", 0},
	} {
		variable := func(name string) string {
			if name == test.said {
				return "4"
			}
			return ""
		}
		if got := quota(test.allowed, test.processors, variable); got != test.want {
			t.Errorf("%s: %d threads, want %d", test.name, got, test.want)
		}
	}
}
