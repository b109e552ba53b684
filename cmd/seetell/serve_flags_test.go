package main

import (
	"slices"
	"strings"
	"testing"
)

// TestWrongServeFlags: what serve cannot take is refused as wrong usage, by the
// flag's name as people write it and with its value, before a model is opened.
func TestWrongServeFlags(t *testing.T) {
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"--queue", "0"}, "--queue 0: must be above 0"},
		{[]string{"--max-batch", "0"}, "--max-batch 0: must be above 0"},
		{[]string{"--max-beam", "0"}, "--max-beam 0: must be above 0"},
		{[]string{"--max-pictures", "0"}, "--max-pictures 0: must be above 0"},
		{[]string{"--max-body", "-1"}, "--max-body -1: must be above 0"},
		{[]string{"--body-memory", "0"}, "--body-memory 0: must be above 0"},
		{[]string{"--max-connections", "0"}, "--max-connections 0: must be above 0"},
		{[]string{"--header-time", "0s"}, "--header-time 0s: must be above 0"},
		{[]string{"--body-time", "-1s"}, "--body-time -1s: must be above 0"},
		{[]string{"--idle-time", "-1ms"}, "--idle-time -1ms: must be above 0"},
		{[]string{"--drain-time", "0s"}, "--drain-time 0s: must be above 0"},
		{[]string{"--drain-delay", "-1s"}, "--drain-delay -1s: must be 0 or more"},
		{[]string{"--name", ""}, "--name: give the model one"},
		{[]string{"--base-path", "captions"}, `--base-path "captions": must begin with a slash`},
		{[]string{"--beam", "0"}, "--beam 0: must be from 1 to"},
		{[]string{"--beam", "21"}, "--beam 21: must be from 1 to the widest that a request may ask for, 20; let --max-beam be more"},
		{[]string{"--max-words", "0"}, "--max-words 0: must be from 1 to 1000"},
		{[]string{"--min-words", "0"}, "--min-words 0: must be above 0"},
		{[]string{"--no-repeat", "-1"}, "--no-repeat -1: must be 0 or more"},
		{[]string{"--length-penalty", "-1"}, "--length-penalty -1: must be 0 or more"},
		{[]string{"--listen", "nowhere"}, `--listen "nowhere": `},
		{[]string{"--host", "http://x/"}, `--host "http://x/": give a name`},
		{[]string{"--host", "x:8080"}, `--host "x:8080": give a name`},
		{[]string{"--host", "[::1]"}, `--host "[::1]": give a name`},
		{[]string{"--host", "x", "--host", ""}, `--host "": give a name`},
		{[]string{"--cors-origin", "foo"}, `--cors-origin "foo": give a scheme and a host`},
		{[]string{"--cors-origin", "https://x.example/"}, `--cors-origin "https://x.example/": give a scheme`},
		{[]string{"extra"}, `serve takes no argument "extra"`},
	} {
		_, messages, code := say(t, slices.Concat([]string{"serve", "--model", "nowhere"}, test.args)...)
		if code != exitUsage || !strings.Contains(messages, test.want) {
			t.Errorf("%v exits with %d and %q, want %q", test.args, code, messages, test.want)
		}
	}
	if _, messages, code := say(t, "serve", "--model", "nowhere", "--host", "x.example", "--host", "*.example.org", "--host", "::1", "--cors-origin", "https://x.example"); code == exitUsage {
		t.Errorf("flags that are fine are refused: %s", messages)
	}
}
