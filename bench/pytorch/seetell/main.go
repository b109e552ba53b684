// Command seetell is our side of the comparison with PyTorch. It writes a model
// and some batches into a folder and then obeys commands on standard input, a
// line each, which lets both sides take turns in one run:
//
//	parity    write what the first steps come to, for ../compare.py to check
//	steps N   take N steps and answer with seconds, loss and memory
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"

	"github.com/seetell/seetell/torch"
	"github.com/seetell/seetell/train"
)

// settings are what both sides run with.
type settings struct {
	config         train.Config
	threads, count int
	device         torch.Device
}

func main() {
	torch.TuneProcess()
	runtime.LockOSThread() // as train.Run does: libtorch keeps threads for each that calls it
	recipe, err := train.Recipe("base")
	if err != nil {
		fmt.Fprintln(os.Stderr, "seetell:", err)
		os.Exit(1)
	}
	s := settings{config: recipe}
	c, batchNorm := &s.config, false
	flag.StringVar(&c.Data, "data", "demo", "data set")
	flag.StringVar(&c.EncoderWeights, "weights", "none", "weights of ResNet-18")
	flag.StringVar(&c.Out, "out", "", "folder of the files that both sides read")
	flag.StringVar((*string)(&c.Precision), "precision", "float32", "float32 or bfloat16")
	flag.StringVar(&c.Device, "device", "cpu", "cpu, cuda or cuda:1")
	flag.BoolVar(&c.Graphs, "graphs", false, "steps as CUDA graphs")
	flag.IntVar(&s.threads, "threads", 2, "threads")
	flag.IntVar(&c.Batch, "batch", 4, "pictures a step, with all their captions")
	flag.IntVar(&s.count, "batches", 10, "batches, taken in turn")
	flag.IntVar(&c.Preprocessing.Size, "size", 224, "side of the pictures")
	flag.BoolVar(&batchNorm, "batch-norm", false, "use the batch's statistics in the backbone")
	flag.Float64Var(&c.Dropout, "dropout", .5, "dropout")
	flag.Float64Var(&c.LearningRate, "learning-rate", 3e-4, "learning rate")
	flag.Float64Var(&c.EncoderLearningRate, "encoder-learning-rate", 3e-5, "learning rate of the backbone")
	flag.Float64Var(&c.ClipNorm, "clip-norm", 5, "largest norm of the gradients")
	flag.Parse()
	if batchNorm {
		c.BatchNorm = train.BatchNormBatch
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := serve(ctx, s, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "seetell:", err)
		os.Exit(1)
	}
}

// serve writes the files that both sides start from, says so, and obeys.
func serve(ctx context.Context, s settings, in io.Reader, out io.Writer) error {
	if err := torch.SetThreads(s.threads); err != nil {
		return err
	}
	var err error
	if s.device, err = torch.ParseDevice(s.config.Device); err != nil {
		return err
	}
	l, err := newLearner(ctx, s)
	if err != nil {
		return err
	}
	defer l.close()
	answer := json.NewEncoder(out)
	if err := answer.Encode(map[string]any{"words": l.vocabulary.Len(), "libtorch": torch.Version()}); err != nil {
		return err
	}
	for lines := bufio.NewScanner(in); lines.Scan(); {
		var count int
		var result any
		if lines.Text() == "parity" {
			result, err = l.parity()
		} else if _, err = fmt.Sscanf(lines.Text(), "steps %d", &count); err == nil {
			result, err = l.steps(count)
		}
		if err != nil {
			return err
		}
		if err := answer.Encode(result); err != nil {
			return err
		}
	}
	return nil
}
