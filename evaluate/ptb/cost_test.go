package ptb

import (
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestCost: no text takes much longer than its length in prose does, or than five
// seconds on a machine that does not emulate another.
func TestCost(t *testing.T) {
	allowed := max(5*time.Second, 200*cost(t, "a dog runs on the beach. "))
	for _, part := range []string{"a'", "(", "a dog. ", "a.", "1,", "<", "-", "@a.", "http://", "'", "a\u00ad", " \u00a0", "x@", "&", "$", "1/", "[", "\u0301", "a-", ":", "..", "O'"} {
		if took := cost(t, part); took > allowed {
			t.Errorf("100,000 bytes of %q take %v, more than %v", part, took, allowed)
		}
	}
}

// cost is the time of 100,000 bytes of a text, repeated.
func cost(t *testing.T, part string) time.Duration {
	begin := processorTime(t)
	Tokenize(strings.Repeat(part, 100_000/len(part)))
	return processorTime(t) - begin
}

func processorTime(t *testing.T) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano())
}
