package main

import "github.com/urfave/cli/v2"

// under puts flags into a category of the help text.
func under(category string, flags []cli.Flag) []cli.Flag {
	for _, flag := range flags {
		switch f := flag.(type) {
		case *cli.StringFlag:
			f.Category = category
		case *cli.PathFlag:
			f.Category = category
		case *cli.IntFlag:
			f.Category = category
		case *cli.Int64Flag:
			f.Category = category
		case *cli.Float64Flag:
			f.Category = category
		case *cli.BoolFlag:
			f.Category = category
		case *cli.GenericFlag:
			f.Category = category
		}
	}
	return flags
}
