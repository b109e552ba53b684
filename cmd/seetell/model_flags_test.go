package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/sirupsen/logrus"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/torch"
)

func TestWarnIfSlow(t *testing.T) {
	out := logrus.StandardLogger().Out
	defer logrus.SetOutput(out)
	for _, precision := range []captioner.Precision{captioner.PrecisionAuto, captioner.PrecisionFloat32, captioner.PrecisionBFloat16} {
		var said bytes.Buffer
		logrus.SetOutput(&said)
		warnIfSlow(captioner.Options{Device: "cpu", Precision: precision})
		want := precision == captioner.PrecisionBFloat16 && torch.ImitatesBFloat16(torch.CPU)
		if got := strings.Contains(said.String(), captioner.Imitated); got != want {
			t.Errorf("%s: warned %v, want %v: %s", precision, got, want, said.String())
		}
	}
}
