// Command loader loads a split of a data set and says how many pictures a
// second came out, for loader.py.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"log"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/seetell/seetell/dataset"
	"github.com/seetell/seetell/dataset/loader"
	"github.com/seetell/seetell/picture"
)

func main() {
	data := flag.String("data", "", "source of the pictures")
	split := flag.String("split", "train", "its split")
	epochs := flag.Int("epochs", 1, "how often to load it")
	prep := picture.DefaultPreprocessing()
	config := loader.Config{Shuffle: true}
	flag.IntVar(&config.Batch, "batch", 32, "pictures a batch")
	flag.IntVar(&config.Workers, "workers", 2, "decoding goroutines")
	flag.IntVar(&prep.Size, "size", prep.Size, "side of the pictures in pixels")
	flag.BoolVar(&config.FastDecode, "fast-decode", false, "scale while decoding")
	flag.Parse()
	config.Preprocessing = prep
	if err := run(*data, *split, *epochs, config); err != nil {
		log.Fatal(err)
	}
}

// result is what one epoch gave.
type result struct {
	Pictures      int     `json:"pictures"`
	Seconds       float64 `json:"seconds"`
	ResidentBytes int64   `json:"resident_bytes"`
}

func run(source, name string, epochs int, config loader.Config) error {
	ctx := context.Background()
	set, err := dataset.Open(ctx, source, dataset.Options{})
	if err != nil {
		return err
	}
	defer set.Close()
	split, err := set.Split(name)
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	for config.Epoch = range epochs {
		start := time.Now()
		n, err := load(ctx, split, config)
		if err != nil {
			return err
		}
		if err := out.Encode(result{n, time.Since(start).Seconds(), resident()}); err != nil {
			return err
		}
	}
	return nil
}

// load reads an epoch to its end and returns the number of pictures.
func load(ctx context.Context, split *dataset.Split, config loader.Config) (n int, err error) {
	loader, err := loader.New(ctx, split, config)
	if err != nil {
		return 0, err
	}
	defer loader.Close()
	for {
		batch, err := loader.Next()
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		n += len(batch.Rows)
		loader.Recycle(batch)
	}
}

// resident returns the process's resident memory, or 0 where it is not known.
func resident() int64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	pages, err := strconv.ParseInt(strings.Fields(string(text))[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}
