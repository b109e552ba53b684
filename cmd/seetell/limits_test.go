package main

import (
	"fmt"
	"testing"
)

func TestAmount(t *testing.T) {
	for _, test := range []struct {
		text string
		base int64
		want int64
		back string
	}{
		{"300M", 1000, 300_000_000, "300M"}, {"300m", 1000, 300_000_000, "300M"}, {"2G", 1024, 2 << 30, "2G"},
		{"1234567", 1000, 1234567, "1234567"}, {"1536K", 1024, 1536 << 10, "1536K"}, {"8388607T", 1024, 8388607 << 40, "8388607T"},
		{"", 1000, 0, ""}, {"M", 1000, 0, ""}, {"0", 1000, 0, ""}, {"-5M", 1000, 0, ""}, {"9999999T", 1024, 0, ""}, {"12 MB", 1000, 0, ""},
	} {
		t.Run(test.text, func(t *testing.T) {
			var got int64
			set := 0
			a := &amount{&got, test.base, func() { set++ }}
			err := a.Set(test.text)
			if (err == nil) != (test.want > 0) || got != test.want || (set == 1) != (err == nil) {
				t.Errorf("%d, set %d times, %v", got, set, err)
			}
			if err == nil && fmt.Sprint(a) != test.back {
				t.Errorf("shown as %s, want %s", a, test.back)
			}
		})
	}
}
