package main

import (
	"reflect"

	"github.com/urfave/cli/v2"
)

// under puts flags into a category of the help text. Each kind of flag has a
// field for it, and no method that sets it.
func under(category string, flags []cli.Flag) []cli.Flag {
	for _, flag := range flags {
		reflect.ValueOf(flag).Elem().FieldByName("Category").SetString(category)
	}
	return flags
}
