package train

import (
	"testing"
	"time"
)

func TestInterval(t *testing.T) {
	for _, test := range []struct {
		text string
		want Interval
		bad  bool
	}{
		{"0", Interval{}, false},
		{"500", Interval{Steps: 500}, false},
		{"10m", Interval{Time: 10 * time.Minute}, false},
		{"1h30m", Interval{Time: 90 * time.Minute}, false},
		{"-1", Interval{}, true},
		{"-5m", Interval{}, true},
		{"often", Interval{}, true},
		{"", Interval{}, true},
	} {
		var got Interval
		if err := got.Set(test.text); (err != nil) != test.bad || got != test.want {
			t.Errorf("Set(%q) = %v, %v; want %v", test.text, got, err, test.want)
		}
		var again Interval
		if err := again.Set(got.String()); err != nil || again != got {
			t.Errorf("%q reads as %v, %v; want %v", got.String(), again, err, got)
		}
	}
	steps, span := Interval{Steps: 3}, Interval{Time: time.Minute}
	if !steps.due(6, 0) || steps.due(7, time.Hour) || !span.due(7, time.Minute) || span.due(6, time.Second) || (&Interval{}).due(6, time.Hour) {
		t.Error("due at the wrong time")
	}
}
