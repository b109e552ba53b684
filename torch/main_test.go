package torch

import (
	"fmt"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if live := Live(); live != 0 {
		fmt.Printf("%d tensors are not freed\n", live)
		code = 1
	}
	os.Exit(code)
}
