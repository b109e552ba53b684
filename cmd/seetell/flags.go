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

// setDefaults changes the default values of flags by name.
func setDefaults(flags []cli.Flag, values map[string]any) {
	for _, flag := range flags {
		if value, ok := values[flag.Names()[0]]; ok {
			field := reflect.ValueOf(flag).Elem().FieldByName("Value")
			field.Set(reflect.ValueOf(value).Convert(field.Type()))
		}
	}
}
