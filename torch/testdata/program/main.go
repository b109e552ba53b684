// Command program multiplies two matrices and makes one mistake; a test builds
// it with the linker's hardening on.
package main

import (
	"fmt"
	"os"

	"github.com/seetell/seetell/torch"
)

func main() {
	err := torch.Run(func(s *torch.Scope) error {
		x := torch.Ones(s, torch.Float32, torch.CPU, 2, 3)
		y := torch.Ones(s, torch.Float32, torch.CPU, 3, 2)
		fmt.Println(x.MatMul(s, y).Float32s(s))
		x.MatMul(s, x)
		return nil
	})
	fmt.Println(err)
	if torch.Live() != 0 {
		os.Exit(1)
	}
}
