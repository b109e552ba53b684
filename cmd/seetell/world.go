package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/seetell/seetell/torch"
	"github.com/seetell/seetell/torch/distributed"
)

// worldFlags are those of commands that processes share.
func worldFlags() []cli.Flag {
	return []cli.Flag{
		&cli.IntFlag{Name: "processes", Usage: "start `N` processes of this machine that share the work: one for each GPU, or the CPU's threads divided among them; torchrun and Slurm start them themselves"},
		&cli.DurationFlag{Name: "world-timeout", Usage: "how long processes wait for one another", Value: 10 * time.Minute, EnvVars: []string{"SEETELL_WORLD_TIMEOUT"}},
	}
}

// processesOfProcessor is how many processes may share a processor.
const processesOfProcessor = 8

// inWorld does a command's work in the processes that a launcher started with
// this one, nil for none, or in as many as --processes asks for. Device becomes
// this process's own GPU where it leaves that open. An error of work is told to
// the others.
func inWorld(c *cli.Context, device *string, work func(*distributed.World) error) error {
	options, launched, err := distributed.FromEnvironment()
	if err != nil {
		return err
	}
	switch processes, most := c.Int("processes"), processesOfProcessor*runtime.NumCPU(); {
	case processes < 0 || processes > most:
		return usage(fmt.Errorf("--processes %d: give a number from 1 to %d on %d processors", processes, most, runtime.NumCPU()))
	case c.Duration("world-timeout") <= 0:
		return usage(fmt.Errorf("--world-timeout %v: give a time above 0", c.Duration("world-timeout")))
	case launched && processes > 1 && processes != options.Size:
		return usage(fmt.Errorf("--processes %d: a launcher has started %d already; leave --processes out", processes, options.Size))
	case !launched && processes > 1:
		return startProcesses(c, processes)
	case !launched:
		return work(nil)
	}
	if *device, err = ownDevice(*device, options, torch.CUDACount()); err != nil {
		return err
	}
	options.Timeout = c.Duration("world-timeout")
	options.JoinTimeout = options.Timeout / 2
	world, err := join(c.Context, options)
	if err != nil {
		return err
	}
	defer world.Leave()
	if err = work(world); err != nil && !errors.Is(err, distributed.ErrStopped) {
		writeErrorFile(err)
		world.Note(err)
	}
	return err
}

// join waits for the other processes, which may never come, until all are there
// or this one is asked to stop.
func join(ctx context.Context, options distributed.Options) (*distributed.World, error) {
	type meeting struct {
		world *distributed.World
		err   error
	}
	met := make(chan meeting, 1)
	go func() {
		world, err := distributed.Join(options)
		met <- meeting{world, err}
	}()
	select {
	case m := <-met:
		return m.world, m.err
	case <-ctx.Done(): // the process ends, and the call with it
		return nil, fmt.Errorf("stopped while it waited for %d processes to come: %w", options.Size, ctx.Err())
	}
}

// ownDevice returns the GPU of this process's number where the machine has GPUs,
// or the only one where Slurm shows each process no more than its own.
func ownDevice(device string, o distributed.Options, count int) (string, error) {
	if device != "auto" && device != "cuda" {
		return device, nil
	}
	switch {
	case count > o.LocalRank:
		return fmt.Sprint("cuda:", o.LocalRank), nil
	case count == 1 && (os.Getenv("SLURM_GPUS_PER_TASK") != "" || strings.Contains(os.Getenv("SLURM_TRES_PER_TASK"), "gpu")):
		return "cuda:0", nil
	case count > 0:
		return "", fmt.Errorf("this is process %d of this machine, which has GPUs for %d: start fewer, or give --device cpu", o.LocalRank+1, count)
	}
	return device, nil
}

// writeErrorFile tells torchrun why this process fails, in the file where it
// looks for that.
func writeErrorFile(err error) {
	path := os.Getenv("TORCHELASTIC_ERROR_FILE")
	var left *distributed.LeftError
	if path == "" || errors.As(err, &left) { // it tells of the process that failed first
		return
	}
	text, _ := json.Marshal(map[string]any{"message": map[string]any{
		"message": err.Error(), "extraInfo": map[string]string{"timestamp": strconv.FormatInt(time.Now().Unix(), 10)},
	}})
	_ = os.WriteFile(path, text, 0o644) // the exit code says that it failed
}

// startedAgain tells whether a launcher has started these processes once more
// after some failed.
func startedAgain() bool {
	for _, name := range []string{"TORCHELASTIC_RESTART_COUNT", "SLURM_RESTART_COUNT"} {
		if n, err := strconv.Atoi(os.Getenv(name)); err == nil && n > 0 {
			return true
		}
	}
	return false
}
