package train

import (
	"fmt"
	"strconv"
	"time"
)

// Interval is how often something happens: after so many steps or, with Steps
// 0, after so much time. The zero Interval is never.
type Interval struct {
	Steps int
	Time  time.Duration
}

// Set reads a number of steps, or a time such as 10m.
func (i *Interval) Set(text string) error {
	if steps, err := strconv.Atoi(text); err == nil && steps >= 0 {
		*i = Interval{Steps: steps}
		return nil
	}
	span, err := time.ParseDuration(text)
	if err != nil || span <= 0 {
		return fmt.Errorf("%q: give a number of steps such as 500, a time such as 10m, or 0", text)
	}
	*i = Interval{Time: span}
	return nil
}

// String returns what Set reads.
func (i *Interval) String() string {
	if i == nil || i.Time == 0 {
		return strconv.Itoa(i.steps())
	}
	return i.Time.String()
}

func (i *Interval) steps() int {
	if i == nil {
		return 0
	}
	return i.Steps
}

// due reports whether it is time, after so many steps in all and so long since
// the last.
func (i *Interval) due(steps int, since time.Duration) bool {
	return i.Steps > 0 && steps%i.Steps == 0 || i.Time > 0 && since >= i.Time
}
