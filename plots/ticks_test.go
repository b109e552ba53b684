package plots

import (
	"slices"
	"testing"
)

func TestTicks(t *testing.T) {
	for _, test := range []struct {
		name      string
		ticks     ticks
		low, high float64
		want      []string
	}{
		{"unit", ticks{Most: 6}, 0, 1, []string{"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"}},
		{"quarters", ticks{Most: 5}, 0, 100, []string{"0", "25", "50", "75", "100"}},
		{"two decimals", ticks{Most: 5}, 0, .1, []string{"0.000", "0.025", "0.050", "0.075", "0.100"}},
		{"thousands", ticks{Most: 3}, 0, 2000, []string{"0", "1,000", "2,000"}},
		{"epochs", ticks{Whole: true}, 1, 3, []string{"1", "2", "3"}},
		{"counts", ticks{Count: true, Most: 3}, -5, 10, []string{"0", "5", "10"}},
		{"negative", ticks{Most: 3}, -1, 1, []string{"–1", "0", "1"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, tick := range test.ticks.Ticks(test.low, test.high) {
				got = append(got, tick.Label)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("ticks %q, want %q", got, test.want)
			}
		})
	}
}
