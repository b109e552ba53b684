package plots

import "github.com/seetell/seetell/plots/internal/typeset"

// MissingFont is a script that no font of this machine has.
type MissingFont = typeset.MissingFont

// MissingFonts lists the scripts whose characters PNG, GIF and PDF have shown
// as boxes so far in this process, by name. SVG, HTML, JSON and CSV hold every
// text as it is.
func MissingFonts() []MissingFont { return typeset.MissingFonts() }
