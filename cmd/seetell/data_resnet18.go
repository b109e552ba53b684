package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/seetell/seetell/captioner"
)

// downloadResNet18 is data download resnet18.
func downloadResNet18() *cli.Command {
	return &cli.Command{
		Name:  "resnet18",
		Usage: "bring ResNet-18's ImageNet weights (47 MB) into PyTorch's own cache",
		Description: "train brings them by itself where it needs them; with this they are there when\n" +
			"the network is not. TORCH_HOME is heeded, and the sha256 is checked.",
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			path, err := captioner.ImageNetWeights(c.Context)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(c.App.Writer, path)
			return err
		},
	}
}
