package train_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/seetell/seetell/train"
)

// A program trains with a recipe, hears of the run in its own log, and takes
// the best model. One that hears nothing leaves the listeners out.
func ExampleRun() {
	cfg, err := train.Recipe("best")
	if err != nil {
		fmt.Println(err)
		return
	}
	cfg.Data, cfg.Out = "jxie/flickr8k", "runs/flickr8k"
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	result, err := train.Run(context.Background(), cfg, train.Log(log), train.TensorBoard(cfg.Out))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.BestModel, result.History[result.Best].Scores["CIDEr"])
}
