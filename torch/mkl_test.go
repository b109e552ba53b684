package torch

import (
	"fmt"
	"strings"
	"testing"
)

func TestAsksMKL(t *testing.T) {
	for _, test := range []struct {
		setting     string
		intel, avx2 bool
		want        bool
	}{
		{"", true, true, false},
		{"", false, true, true},
		{"", false, false, false},
		{"own", false, true, false},
		{"fast", true, true, true},
		{"fast", false, false, false},
	} {
		if got := asksMKL(test.setting, test.intel, test.avx2); got != test.want {
			t.Errorf("asksMKL(%q, Intel %v, AVX2 %v) = %v", test.setting, test.intel, test.avx2, got)
		}
	}
}

// multiply returns what MKL was told, and a product.
func multiply() string {
	var product float64
	err := NoGrad(func(s *Scope) error {
		x := Full(s, 2, Float32, CPU, 200, 200)
		product = x.MatMul(s, x).Mean(s).Item(s)
		return nil
	})
	return fmt.Sprint(MKL(), product, err)
}

// TestMKL asks for the fast kernels on any processor, and that it is seetell's
// library that libtorch asks.
func TestMKL(t *testing.T) {
	if own := child(t, "mkl", "SEETELL_MKL=own"); !strings.Contains(own, "its own choice800 <nil>") {
		t.Errorf("left alone: %s", own)
	}
	fast := child(t, "mkl", "SEETELL_MKL=fast")
	if strings.Contains(fast, "its own choice") {
		t.Skip("this processor has no AVX2")
	}
	if strings.Contains(fast, "asked 0 times") || !strings.HasSuffix(fast, "800 <nil>") {
		t.Errorf("told to be fast: %s", fast)
	}
}
