package train

import (
	"math"
	"testing"
)

func TestFactor(t *testing.T) {
	for _, test := range []struct {
		name        string
		cfg         Config
		step, total int
		want        float64
	}{
		{"constant", Config{Schedule: ScheduleConstant}, 7, 10, 1},
		{"warm-up begins above 0", Config{Schedule: ScheduleConstant, WarmUp: 4}, 0, 10, .25},
		{"warm-up ends at 1", Config{Schedule: ScheduleConstant, WarmUp: 4}, 3, 10, 1},
		{"cosine begins at 1", Config{Schedule: ScheduleCosine}, 0, 10, 1},
		{"cosine's middle", Config{Schedule: ScheduleCosine}, 5, 10, .5},
		{"cosine's end", Config{Schedule: ScheduleCosine}, 10, 10, 0},
		{"cosine behind warm-up", Config{Schedule: ScheduleCosine, WarmUp: 2}, 6, 10, .5},
		{"warm-up longer than a run", Config{Schedule: ScheduleCosine, WarmUp: 100}, 4, 10, 1},
		{"and the cosine behind it", Config{Schedule: ScheduleCosine, WarmUp: 100}, 10, 10, 0},
		{"warm-up alone", Config{Schedule: ScheduleConstant, WarmUp: 100}, 9, 10, .1},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.cfg.factor(test.step, test.total); math.Abs(got-test.want) > 1e-12 {
				t.Errorf("factor(%d of %d) = %v, want %v", test.step, test.total, got, test.want)
			}
		})
	}
}
