package main

import (
	"bytes"
	"strings"
	"testing"
)

// Every module that the program links must have its licence in the notices.
func TestPrintAllNamesEveryModule(t *testing.T) {
	t.Chdir("../..")
	var out bytes.Buffer
	if err := printAll(&out); err != nil {
		t.Fatal(err)
	}
	modules, err := linked("./cmd/seetell")
	if err != nil || len(modules) == 0 {
		t.Fatal("no modules", err)
	}
	for _, m := range modules {
		if !strings.Contains(out.String(), "## "+m.Path+" "+m.Version) {
			t.Errorf("%s is not in the notices", m.Path)
		}
	}
	for _, want := range []string{"Independent JPEG Group", "WordNet Release 3.0", "GNU LESSER GENERAL PUBLIC LICENSE", "The LibYuv Project Authors", "Joe Drago", "Alliance for Open Media"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in the notices", want)
		}
	}
}
