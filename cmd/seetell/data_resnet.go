package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/seetell/seetell/hub"
	"github.com/seetell/seetell/internal/terminal"
	"github.com/seetell/seetell/nn/resnet"
)

// downloadResNets are data download resnet18 and the deeper ones.
func downloadResNets() (commands []*cli.Command) {
	for _, name := range resnet.Names() {
		commands = append(commands, &cli.Command{
			Name:  name,
			Usage: "bring torchvision's ImageNet weights of " + name + " into PyTorch's own cache",
			Description: "train brings them by itself where it needs them; with this they are there when\n" +
				"the network is not. TORCH_HOME is heeded, and the sha256 is checked.",
			Action: func(c *cli.Context) error {
				if err := noArguments(c); err != nil {
					return err
				}
				file, err := resnet.Pretrained(name)
				if err != nil {
					return err
				}
				path, err := hub.TorchWeights(c.Context, file)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintln(c.App.Writer, terminal.Line(path))
				return err
			},
		})
	}
	return commands
}
