package main

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v2"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/torch/distributed"
	"github.com/seetell/seetell/train"
)

func trainCommand() *cli.Command {
	cfg, err := train.Recipe(train.DefaultRecipe)
	if err != nil {
		panic(err) // it is part of the program
	}
	return trainWith(&cfg)
}

// helpOfRecipe has the help of train show the defaults of the recipe that is
// named beside --help.
func helpOfRecipe(app *cli.App, args []string) error {
	at := slices.IndexFunc(app.Commands, func(c *cli.Command) bool { return c.Name == "train" })
	name := recipeIn(args)
	if at < 0 || !slices.Contains(args, "train") || !slices.ContainsFunc(args, isHelp) {
		return nil
	}
	cfg, err := train.Recipe(name)
	if err != nil {
		return usage(fmt.Errorf("--%w", err))
	}
	command := trainWith(&cfg)
	for _, flag := range command.Flags {
		if recipe, ok := flag.(*cli.StringFlag); ok && recipe.Name == "recipe" {
			recipe.Value = name
		}
	}
	setUsageError(command)
	app.Commands[at] = command
	return nil
}

func isHelp(arg string) bool { return slices.Contains([]string{"--help", "-help", "-h", "--h"}, arg) }

// recipeIn returns the value of --recipe among arguments, the default without
// one.
func recipeIn(args []string) string {
	for i, arg := range args {
		if value, ok := strings.CutPrefix(strings.TrimLeft(arg, "-"), "recipe="); ok && arg[0] == '-' {
			return value
		}
		if strings.TrimLeft(arg, "-") == "recipe" && arg[0] == '-' && i+1 < len(args) {
			return args[i+1]
		}
	}
	return train.DefaultRecipe
}

// trainWith is the command train, whose flags are fields of cfg.
func trainWith(cfg *train.Config) *cli.Command {
	flags := slices.Concat(
		under("Data", append(dataFlags(cfg), pictureFlags()...)), under("The run", runFlags(cfg)),
		under("Learning", optimiserFlags(cfg)), under("The model", modelSizeFlags(cfg)))
	return &cli.Command{
		Name:      "train",
		Usage:     "train a captioner and write checkpoints",
		ArgsUsage: " ",
		Description: "Trains on a data set and leaves in --out last.safetensors, best.safetensors,\n" +
			"epoch-NN.safetensors, last.resume.safetensors, history.jsonl and settings.toml, which\n" +
			"--config reads. Ctrl-C saves and stops; train --resume --out DIR goes on from there, with the run's own settings.",
		Flags: flags,
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			if err := readConfig(c); err != nil {
				return err
			}
			if c.Bool("dry-run") {
				return dryRun(c, cfg)
			}
			if n := c.Int("processes"); n > cfg.Batch && !cfg.Resume { // which each of them would say
				return usage(fmt.Errorf("--processes %d: a batch of %d has no picture for some of them; start fewer, or give a larger --batch", n, cfg.Batch))
			}
			return inWorld(c, &cfg.Device, func(world *distributed.World) error {
				cfg.World = world
				return trainOnce(c, cfg)
			})
		},
	}
}

// dryRun prints the settings that a run would have.
func dryRun(c *cli.Context, cfg *train.Config) error {
	if err := settings(c, cfg); err != nil {
		return err
	}
	text, err := settingsText(c)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(c.App.Writer, text)
	return err
}

// trainOnce trains, and shows how it goes where this process is rank 0. A run
// whose processes a launcher has started again goes on where one is.
func trainOnce(c *cli.Context, cfg *train.Config) error {
	device := cfg.Device // this process's own
	again, err := cfg.GoesOn(startedAgain())
	if err != nil {
		return err
	}
	if again {
		cfg.Resume = true
	}
	if err := settings(c, cfg); err != nil {
		return err
	}
	if cfg.World != nil {
		cfg.Device = device
	}
	text, err := settingsText(c)
	if err != nil {
		return err
	}
	if err := flagged(cfg.Validate(), c.Command); err != nil {
		return usage(err)
	}
	var hearing []train.Listener
	if cfg.World.Rank() == 0 {
		if cfg.From != "" {
			if err := findModel(c, &cfg.From); err != nil {
				return err
			}
		}
		logrus.WithFields(logrus.Fields{
			"recipe": c.String("recipe"), "learning_rate": cfg.LearningRate, "batch": cfg.Batch, "epochs": cfg.Epochs,
		}).Info("settings")
		log := train.Log(slog.New(logrusHandler{}).With("data", cfg.Data))
		hearing = append(watching(c, log), train.TensorBoard(cfg.Out), settingsListener{text})
	}
	result, err := train.Run(c.Context, *cfg, hearing...)
	if err != nil || cfg.World.Rank() != 0 {
		return err
	}
	return ended(c.App.Writer, *cfg, result)
}

// settings completes the flags from --recipe; those of a run
// that is resumed from what it was left with, and from a recipe if it is asked
// for.
func settings(c *cli.Context, cfg *train.Config) error {
	given, epochs, rate := givenFlags(c), cfg.Epochs, cfg.LearningRate
	if cfg.Resume && !c.Bool("resume") { // started again: what it began from is behind it
		delete(given, "from")
	}
	if cfg.Resume && cfg.Out != "" {
		if err := cfg.LoadRunConfig(); err != nil {
			return err
		}
	}
	if !cfg.Resume || c.IsSet("recipe") {
		if err := cfg.Apply(c.String("recipe")); err != nil {
			return usage(flagged(err, c.Command))
		}
		if c.IsSet("epochs") {
			cfg.ShareEpochs(epochs)
		}
	}
	if c.IsSet("learning-rate") && rate > 0 {
		cfg.ShareRate(rate)
	}
	for name, value := range given {
		if err := c.Set(name, value); err != nil {
			return usage(err)
		}
	}
	if began := beganWith(cfg.Out); cfg.Resume && !c.IsSet("recipe") && began != "" {
		return c.Set("recipe", began)
	}
	return nil
}

// beganWith returns the recipe that a run's settings name, if they do.
func beganWith(out string) string {
	text, err := readSettings(filepath.Join(out, settingsFile))
	if err != nil {
		return ""
	}
	var values struct{ Recipe string }
	if _, err := toml.Decode(text, &values); err != nil || !slices.Contains(train.Recipes(), values.Recipe) {
		return ""
	}
	return values.Recipe
}

// givenFlags returns the texts of the flags that are set, by name.
func givenFlags(c *cli.Context) map[string]string {
	given := map[string]string{}
	for _, flag := range c.Command.Flags {
		if name := flag.Names()[0]; c.IsSet(name) {
			given[name] = c.String(name) // the text of any flag
		}
	}
	return given
}

func dataFlags(cfg *train.Config) []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "data", Usage: "data set `SOURCE`: a name on the hub, a folder, a file, or demo", Destination: &cfg.Data, EnvVars: []string{"SEETELL_DATA"}},
		&cli.PathFlag{Name: "pictures", Usage: "`DIR` of a COCO or Karpathy file's pictures", Value: cfg.Pictures, Destination: &cfg.Pictures},
		&cli.BoolFlag{Name: "outside", Usage: "captions files may name pictures outside their folder", Value: cfg.Outside, Destination: &cfg.Outside},
		&cli.StringFlag{Name: "train-split", Usage: "split to learn from", Value: cfg.TrainSplit, Destination: &cfg.TrainSplit},
		&cli.StringFlag{Name: "validation-split", Usage: "split to check on", Value: cfg.ValidationSplit, Destination: &cfg.ValidationSplit},
		&cli.IntFlag{Name: "limit", Usage: "pictures of each split; 0 for all", Value: cfg.Limit, Destination: &cfg.Limit},
		&cli.IntFlag{Name: "minimum-count", Usage: "times that a word of the vocabulary stands in the captions", Value: cfg.MinimumCount, Destination: &cfg.MinimumCount},
		&cli.IntFlag{Name: "caption-words", Usage: "words of a caption learned; the rest is cut", Value: cfg.CaptionWords, Destination: &cfg.CaptionWords},
		&cli.StringFlag{Name: "words", Usage: "what splits captions: words or characters", Value: cfg.Tokenizer, Destination: &cfg.Tokenizer},
		&cli.StringFlag{Name: "flip", Usage: "mirror every other picture: keep those whose captions name left or right as they are, or swap the words; empty for none", Value: cfg.Augmentation.Flip, Destination: &cfg.Augmentation.Flip},
		&cli.Float64Flag{Name: "crop-scale", Usage: "least share of a picture that a random crop takes; 0 for no crops", Value: cfg.Augmentation.CropScale, Destination: &cfg.Augmentation.CropScale},
		&cli.Float64Flag{Name: "jitter", Usage: "largest change of brightness, contrast and saturation; 0 for none", Value: cfg.Augmentation.Jitter, Destination: &cfg.Augmentation.Jitter},
		&cli.IntFlag{Name: "workers", Usage: "goroutines that decode pictures; 0 for one more than cores", Value: cfg.Workers, Destination: &cfg.Workers},
		&cli.BoolFlag{Name: "fast-decode", Usage: "scale JPEGs of the training split while they are decoded, which blurs them a little", Destination: &cfg.FastDecode},
		&cli.IntFlag{Name: "picture-memory", Usage: "`MB` for decoded training pictures, kept from epoch to epoch; random crops are not", Value: cfg.PictureMemory, Destination: &cfg.PictureMemory},
		&cli.PathFlag{Name: "picture-cache", Usage: "`FILE` for decoded training pictures in place of --picture-memory, for later runs too", Value: cfg.PictureCache, Destination: &cfg.PictureCache},
		&cli.IntFlag{Name: "picture-cache-size", Usage: "`MB` that --picture-cache may take", Value: cfg.PictureCacheSize, Destination: &cfg.PictureCacheSize},
	}
}

func runFlags(cfg *train.Config) []cli.Flag {
	return append([]cli.Flag{
		&cli.PathFlag{Name: "out", Usage: "`DIR` of the run", Destination: &cfg.Out},
		configFlag(),
		&cli.StringFlag{Name: "recipe", Usage: "named settings: " + strings.Join(train.Recipes(), ", ") + "; --recipe NAME --help shows its own", Value: train.DefaultRecipe},
		&cli.BoolFlag{Name: "dry-run", Usage: "print the settings that a run would have, as TOML, and what differs from the recipe's"},
		&cli.BoolFlag{Name: "resume", Usage: "go on with the run in --out, with its settings where no others are given", Destination: &cfg.Resume},
		&cli.BoolFlag{Name: "new-schedule", Usage: "with --resume: follow other epochs, learning rates and schedule from there on", Destination: &cfg.NewSchedule},
		&cli.PathFlag{Name: "from", Usage: "start from a " + modelHelp, Value: cfg.From, Destination: &cfg.From},
		&cli.Int64Flag{Name: "seed", Usage: "of initial values, order and dropout", Value: cfg.Seed, Destination: &cfg.Seed},
		&cli.IntFlag{Name: "keep", Usage: "newest epoch files kept; 0 for all", Value: cfg.Keep, Destination: &cfg.Keep},
		&cli.GenericFlag{Name: "checkpoint-every", Usage: "`STEPS` or time (10m) between checkpoints within an epoch; 0 for none", Value: &cfg.CheckpointEvery},
		&cli.StringFlag{Name: "best-by", Usage: "score that best.safetensors follows: cider, bleu or rouge", Value: cfg.BestBy, Destination: &cfg.BestBy},
	}, append(deviceFlags(&cfg.Device, &cfg.Precision, cfg.Precision), append(beamFlags(&cfg.Beam), worldFlags()...)...)...)
}

func optimiserFlags(cfg *train.Config) []cli.Flag {
	return []cli.Flag{
		&cli.IntFlag{Name: "epochs", Usage: "epochs of the run", Value: cfg.Epochs, Destination: &cfg.Epochs},
		&cli.IntFlag{Name: "batch", Usage: "pictures a step, with all their captions", Value: cfg.Batch, Destination: &cfg.Batch},
		&cli.IntFlag{Name: "accumulate", Usage: "`BATCHES` whose gradients a step joins, the loss the mean over all their words", Value: cfg.Accumulate, Destination: &cfg.Accumulate},
		&cli.StringFlag{Name: "micro-batch", Usage: "pictures of a batch in memory at once, for the same gradients: a `NUMBER`, 0 for all, or auto for as many as fit", Value: cfg.MicroBatch, Destination: &cfg.MicroBatch},
		&cli.BoolFlag{Name: "graphs", Usage: "on a CUDA device: capture a step once for each size of batch and replay it; no GPU has tried it yet", Destination: &cfg.Graphs},
		&cli.StringFlag{Name: "captions-per-step", Usage: "captions of a picture in a step: all, or 1, and then a batch is pairs", Value: cfg.CaptionsPerStep, Destination: &cfg.CaptionsPerStep},
		&cli.Float64Flag{Name: "learning-rate", Usage: "step size of Adam", Value: cfg.LearningRate, Destination: &cfg.LearningRate},
		&cli.Float64Flag{Name: "encoder-learning-rate", Usage: "step size for the backbone; where it is not given, it moves with --learning-rate in the recipe's proportion; negative for a tenth of that", Value: cfg.EncoderLearningRate, Destination: &cfg.EncoderLearningRate},
		&cli.Float64Flag{Name: "weight-decay", Usage: "decoupled weight decay, as AdamW", Value: cfg.WeightDecay, Destination: &cfg.WeightDecay},
		&cli.Float64Flag{Name: "clip-norm", Usage: "largest total norm of the gradients; 0 for no limit", Value: cfg.ClipNorm, Destination: &cfg.ClipNorm},
		&cli.StringFlag{Name: "schedule", Usage: "of the learning rates: constant, cosine or plateau", Value: cfg.Schedule, Destination: &cfg.Schedule},
		&cli.IntFlag{Name: "warm-up", Usage: "`STEPS` over which the learning rates rise, half of a cosine's at most", Value: cfg.WarmUp, Destination: &cfg.WarmUp},
		&cli.StringFlag{Name: "batch-norm", Usage: "statistics of the backbone's BatchNorm: frozen or batch", Value: cfg.BatchNorm, Destination: &cfg.BatchNorm},
		&cli.IntFlag{Name: "patience", Usage: "`EPOCHS` without a better score before the run stops or, with the schedule plateau, the rates fall; 0 for never", Value: cfg.Patience, Destination: &cfg.Patience},
		&cli.Float64Flag{Name: "plateau-factor", Usage: "of the learning rates at each fall of the schedule plateau", Value: cfg.PlateauFactor, Destination: &cfg.PlateauFactor},
		&cli.IntFlag{Name: "freeze-encoder", Usage: "first `EPOCHS` in which the backbone stays as it is; -1 for all", Value: cfg.FreezeEncoder, Destination: &cfg.FreezeEncoder},
		&cli.IntFlag{Name: "frozen-layers", Usage: "layers of the backbone that never learn: 1 its stem and layer1, up to 4 for all", Value: cfg.FrozenLayers, Destination: &cfg.FrozenLayers},
		&cli.IntFlag{Name: "feature-memory", Usage: "`MB` for what pictures come to in frozen layers, computed once and kept; -1 for half of what is free", Value: cfg.FeatureMemory, Destination: &cfg.FeatureMemory},
		&cli.Float64Flag{Name: "beta2", Usage: "of Adam, for the mean of squared gradients: lower follows them faster", Value: cfg.Beta2, Destination: &cfg.Beta2},
		&cli.Float64Flag{Name: "average-decay", Usage: "of the average of the weights that is checked and saved, such as .999; 0 for none", Value: cfg.AverageDecay, Destination: &cfg.AverageDecay},
		&cli.Float64Flag{Name: "dropout", Usage: "before the output layer", Value: cfg.Dropout, Destination: &cfg.Dropout},
		&cli.Float64Flag{Name: "embedding-dropout", Usage: "behind the word embeddings", Value: cfg.EmbeddingDropout, Destination: &cfg.EmbeddingDropout},
		&cli.Float64Flag{Name: "feature-dropout", Usage: "of a picture's features, each at all its places or none, in self-critical epochs too", Value: cfg.FeatureDropout, Destination: &cfg.FeatureDropout},
		&cli.Float64Flag{Name: "label-smoothing", Usage: "share of a word's probability dealt to all words", Value: cfg.LabelSmoothing, Destination: &cfg.LabelSmoothing},
		&cli.Float64Flag{Name: "attention-penalty", Usage: "weight of doubly stochastic attention", Value: cfg.AttentionPenalty, Destination: &cfg.AttentionPenalty},
		&cli.Float64Flag{Name: "word-detector", Usage: "weight of a detector of the captions' words, which learns beside them and tells the backbone what a picture shows", Value: cfg.WordDetector, Destination: &cfg.WordDetector},
		&cli.Float64Flag{Name: "attention-guide", Usage: "weight of what draws attention to the places that speak for a word, as the detector of words tells them; with --word-detector", Value: cfg.AttentionGuide, Destination: &cfg.AttentionGuide},
		&cli.Float64Flag{Name: "guide-temperature", Usage: "of those maps: lower is sharper", Value: cfg.GuideTemperature, Destination: &cfg.GuideTemperature},
		&cli.Float64Flag{Name: "scheduled-sampling", Usage: "share of the words read that the model drew itself, rising to this by the last epoch", Value: cfg.ScheduledSampling, Destination: &cfg.ScheduledSampling},
		&cli.IntFlag{Name: "self-critical", Usage: "last `EPOCHS`, which raise CIDEr-D of drawn captions; a recipe's are a share of --epochs", Value: cfg.SelfCritical, Destination: &cfg.SelfCritical},
		&cli.Float64Flag{Name: "self-critical-rate", Usage: "step size of Adam in self-critical epochs", Value: cfg.SelfCriticalRate, Destination: &cfg.SelfCriticalRate},
		&cli.Float64Flag{Name: "self-critical-words", Usage: "weight of the references' loss beside the reward in self-critical epochs, which keeps words alive", Value: cfg.SelfCriticalWords, Destination: &cfg.SelfCriticalWords},
		&cli.Float64Flag{Name: "self-critical-apart", Usage: "weight of what a drawn caption would earn for other pictures, which its reward loses, so that captions tell pictures apart", Value: cfg.SelfCriticalApart, Destination: &cfg.SelfCriticalApart},
		&cli.IntFlag{Name: "samples", Usage: "captions drawn of each picture in self-critical epochs", Value: cfg.Samples, Destination: &cfg.Samples},
	}
}

func modelSizeFlags(cfg *train.Config) []cli.Flag {
	model, pictures := &cfg.Model, &cfg.Preprocessing
	return []cli.Flag{
		&cli.StringFlag{Name: "encoder-weights", Usage: "the backbone's first weights: imagenet, none, a `FILE`, or a name on the hub (timm/resnet18.tv_in1k)", Value: cfg.EncoderWeights, Destination: &cfg.EncoderWeights},
		&cli.StringFlag{Name: "backbone", Usage: "network that sees: " + strings.Join(checkpoint.Backbones, ", "), Value: model.Backbone, Destination: &model.Backbone},
		&cli.IntFlag{Name: "grid", Usage: "side of the square of places", Value: model.Grid, Destination: &model.Grid},
		&cli.StringFlag{Name: "places", Usage: "what a place is made of: layer4, or layer3+4, layer3's channels beside it and its finer places", Value: model.Layers, Destination: &model.Layers},
		&cli.StringFlag{Name: "output", Usage: "what the words are read off: plain, the LSTM's state, or deep, what attention looked at and the last word too", Value: model.Output, Destination: &model.Output},
		&cli.StringFlag{Name: "feature-norm", Usage: "behind the projection: batch, relu or none", Value: model.FeatureNorm, Destination: &model.FeatureNorm},
		&cli.IntFlag{Name: "features", Usage: "size of a place's feature", Value: model.Features, Destination: &model.Features},
		&cli.IntFlag{Name: "embedding", Usage: "size of a word's embedding", Value: model.Embedding, Destination: &model.Embedding},
		&cli.IntFlag{Name: "hidden", Usage: "size of the LSTM's state", Value: model.Hidden, Destination: &model.Hidden},
		&cli.IntFlag{Name: "attention", Usage: "size of the attention's space", Value: model.Attention, Destination: &model.Attention},
		&cli.IntFlag{Name: "size", Usage: "pixels of a picture's side", Value: pictures.Size, Destination: &pictures.Size},
		&cli.StringFlag{Name: "mode", Usage: "squash the whole picture, or crop its middle", Value: pictures.Mode, Destination: &pictures.Mode},
	}
}

// noArguments refuses arguments that are no flags.
func noArguments(c *cli.Context) error {
	if c.Args().Present() {
		return usage(fmt.Errorf("%s takes no argument %q; %s %s --help lists the flags", c.Command.Name, c.Args().First(), c.App.Name, c.Command.Name))
	}
	return nil
}
