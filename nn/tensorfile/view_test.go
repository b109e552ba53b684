package tensorfile

import (
	"math"
	"testing"
)

// TestViewBounds checks which views a storage of 12 values holds.
func TestViewBounds(t *testing.T) {
	for _, test := range []struct {
		name          string
		offset        int64
		shape, stride []int64
		ok            bool
	}{
		{"all", 0, []int64{3, 4}, []int64{4, 1}, true},
		{"transposed", 0, []int64{4, 3}, []int64{1, 4}, true},
		{"last value", 11, []int64{}, []int64{}, true},
		{"behind the last", 12, []int64{}, []int64{}, false},
		{"nothing, behind the last", 12, []int64{0, 5}, []int64{5, 1}, true},
		{"one value too far", 1, []int64{3, 4}, []int64{4, 1}, false},
		{"stride too long", 0, []int64{2, 4}, []int64{9, 1}, false},
		{"expanded without end", 0, []int64{1 << 40}, []int64{0}, false},
		{"stride of a single value", 0, []int64{1, 4}, []int64{math.MaxInt64, 1}, true},
		{"count wraps", 0, []int64{1 << 32, 1 << 32}, []int64{0, 0}, false},
		{"reach wraps", 0, []int64{3, 3}, []int64{math.MaxInt64, math.MaxInt64}, false},
		{"offset wraps", math.MaxInt64, []int64{2}, []int64{math.MaxInt64}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := &view{&storage{length: 12, dtype: Uint8}, test.offset, test.shape, test.stride}
			err := v.check()
			if (err == nil) != test.ok {
				t.Errorf("check: %v, want ok %v", err, test.ok)
			}
			if err == nil {
				v.gather(make([]byte, 12)) // must not panic
			}
		})
	}
}
