package terminal

import "os"

// Dumb tells whether the terminal knows no more than to print lines, as those
// within editors: nothing is drawn there over what was drawn before.
func Dumb() bool { return os.Getenv("TERM") == "dumb" }

// Colours tells whether a terminal is to be given colours: NO_COLOR, whatever it
// holds, says no (no-color.org), and so does a dumb terminal.
func Colours() bool { return os.Getenv("NO_COLOR") == "" && !Dumb() }
