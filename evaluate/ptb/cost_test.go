package ptb

import (
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestCost: no text takes much longer than its length in prose does.
func TestCost(t *testing.T) {
	for _, part := range []string{"a'", "(", "a dog. ", "a.", "1,", "<", "-", "@a.", "http://", "'", "a\u00ad", " \u00a0", "x@", "&", "$", "1/", "[", "\u0301", "a-", ":", "..", "O'"} {
		begin := processorTime(t)
		Tokenize(strings.Repeat(part, 100_000/len(part)))
		if took := processorTime(t) - begin; took > 5*time.Second {
			t.Errorf("100,000 bytes of %q take %v", part, took)
		}
	}
}

func processorTime(t *testing.T) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano())
}
