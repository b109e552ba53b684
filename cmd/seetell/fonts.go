package main

import (
	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v2"

	"github.com/seetell/seetell/plots"
)

// warnOfFonts names the scripts that pictures show as boxes, for want of a
// font.
func warnOfFonts(*cli.Context) error {
	for _, m := range plots.MissingFonts() {
		logrus.WithFields(logrus.Fields{"script": m.Script, "example": m.Example, "install": m.Package}).
			Warn("no font has these characters: PNG, GIF and PDF show boxes; SVG, JSON and HTML hold the text")
	}
	return nil
}
