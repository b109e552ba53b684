package terminal

import "testing"

func TestKind(t *testing.T) {
	for _, test := range []struct {
		name, term, noColor string
		dumb, colours       bool
	}{
		{"a terminal", "xterm-256color", "", false, true},
		{"without colours", "xterm-256color", "1", false, false},
		{"without colours, said otherwise", "xterm", "0", false, false},
		{"dumb", "dumb", "", true, false},
		{"unknown", "", "", false, true},
	} {
		t.Setenv("TERM", test.term)
		t.Setenv("NO_COLOR", test.noColor)
		if Dumb() != test.dumb || Colours() != test.colours {
			t.Errorf("%s: Dumb() = %v, Colours() = %v", test.name, Dumb(), Colours())
		}
	}
}
