// Command caption is a program of its own that uses seetell as a library: it
// opens a checkpoint and describes pictures from many goroutines.
//
//	caption MODEL PICTURE…
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"

	"github.com/seetell/seetell/captioner"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: caption MODEL PICTURE…")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "caption:", err)
		os.Exit(1)
	}
}

// run describes every picture, each in a goroutine, and prints the captions in
// the order of the pictures.
func run(ctx context.Context, checkpoint string, paths []string) error {
	model, err := captioner.Open(checkpoint, captioner.Options{})
	if err != nil {
		return err
	}
	defer model.Close()
	lines, failures := make([]string, len(paths)), make([]error, len(paths))
	var group sync.WaitGroup
	for i, path := range paths {
		group.Go(func() { lines[i], failures[i] = describe(ctx, model, path) })
	}
	group.Wait()
	for i, line := range lines {
		if failures[i] == nil {
			fmt.Println(line)
		}
	}
	return errors.Join(failures...)
}

func describe(ctx context.Context, model *captioner.Model, path string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	captions, err := model.CaptionBytes(ctx, data, captioner.DefaultBeam())
	if err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	return path + "\t" + captions[0].Text, nil
}
