package train

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/sirupsen/logrus"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/dataset"
	"github.com/seetell/seetell/dataset/loader"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/predict"
	"github.com/seetell/seetell/torch"
	"github.com/seetell/seetell/train/tensorboard"
)

// session is a run in progress.
type session struct {
	cfg        Config
	log        *logrus.Entry
	set        *dataset.Set
	train      *dataset.Split
	validation *dataset.Split
	vocabulary *captioner.Vocabulary
	network    *captioner.Network
	optimiser  *nn.Adam
	trained    []*torch.Tensor // what the optimiser moves
	average    *nn.EMA         // of the weights; nil for none
	features   *featureCache   // of frozen layers; nil for none
	pictures   *loader.Cache   // of decoded pictures; nil for none
	critic     *critic         // of self-critical epochs
	precision  captioner.Precision
	progress   progress
	history    []Epoch
	saves      saves
	events     *tensorboard.Writer // nil for none
	bar        Progress
	try        func(lesson) (outcome, error) // tryGradients; tests let it fail
}

func newSession(cfg Config, log *logrus.Entry, bar Progress) *session {
	if bar == nil {
		bar = silent{}
	}
	r := &session{cfg: cfg, log: log, bar: bar}
	r.try = r.tryGradients
	return r
}

// progress is how far a run has come; a resumed run goes on from here.
type progress struct {
	Epochs  int     `json:"epochs"`  // done
	Batches int     `json:"batches"` // done of the running epoch
	Steps   int     `json:"steps"`   // since the run began
	Best    float64 `json:"best"`    // score of best.safetensors
	Running sums    `json:"running"` // over the running epoch

	Critical   bool       `json:"critical"`    // whether the self-critical epochs have begun
	PhaseStart int        `json:"phase_start"` // the first step of the epochs that are, or are not
	Plateau    nn.Plateau `json:"plateau"`

	Faults int `json:"faults"` // last steps in a row that were skipped
	Part   int `json:"part"`   // pictures worked through at once; 0 for a batch
}

// Progress shows a user how far a run has come. Its methods are called from
// one goroutine.
type Progress interface {
	Begin(what string, total int)
	Done(count int)
	End()
}

// Table is a Progress that also shows what epochs came to; their lines are left
// out of the log then.
type Table interface {
	Epoch(e Epoch, best bool)
}

// Run trains as cfg says and leaves its checkpoints and history in cfg.Out.
// When ctx ends it saves what was done and returns ctx's error. Bar may be
// nil.
func Run(ctx context.Context, cfg Config, log *logrus.Entry, bar Progress) error {
	if err := cfg.Validate(); err != nil {
		return err
	}
	runtime.LockOSThread() // libtorch keeps a pool of threads for each thread that calls it
	defer runtime.UnlockOSThread()
	release, err := lock(cfg.Out)
	if err != nil {
		return err
	}
	defer release()
	if err := removeUnfinished(cfg.Out); err != nil {
		return err
	}
	r := newSession(cfg, log, bar)
	defer r.close()
	if err := r.open(ctx); err != nil {
		return err
	}
	return r.epochs(ctx)
}

type silent struct{}

func (silent) Begin(string, int) {}
func (silent) Done(int)          {}
func (silent) End()              {}

func (r *session) close() {
	r.features.close()
	r.releasePictures()
	if r.events != nil {
		_ = r.events.Close()
	}
	if r.average != nil {
		r.average.Close()
	}
	if r.optimiser != nil {
		r.optimiser.Close()
	}
	if r.network != nil {
		r.network.Close()
	}
	if r.set != nil {
		_ = r.set.Close()
	}
}

func (r *session) open(ctx context.Context) error {
	device, err := torch.ParseDevice(r.cfg.Device)
	if err != nil {
		return err
	}
	if r.precision, err = r.cfg.Precision.Resolve(device); err != nil {
		return err
	}
	if err := r.openData(ctx); err != nil {
		return err
	}
	if err := r.begin(ctx, device); err != nil {
		return err
	}
	if err := r.checkMemory(); err != nil {
		return err
	}
	if err := r.keepPictures(); err != nil {
		return err
	}
	r.openEvents()
	r.log.WithFields(logrus.Fields{
		"device": device, "precision": r.precision, "threads": torch.Threads(),
		"pictures": r.train.Len(), "validation": r.validation.Len(), "words": r.vocabulary.Len(),
	}).Info("training")
	if share := r.unlearned(); share > .1 {
		r.log.Warnf("%.0f %% of the captions' words stand fewer than %d times and will not be learned; lower --minimum-count to keep more", 100*share, r.cfg.MinimumCount)
	}
	return nil
}

func (r *session) openData(ctx context.Context) (err error) {
	options := dataset.Options{Seed: r.cfg.Seed, Pictures: r.cfg.Pictures, Limit: r.cfg.Limit}
	if r.set, err = dataset.Open(ctx, r.cfg.Data, options); err != nil {
		return err
	}
	if left := r.set.Problems.Err(); left != nil {
		r.log.WithError(left).Warn("parts of the data set are left out")
	}
	if r.train, err = r.set.Split(r.cfg.TrainSplit); err != nil {
		return fmt.Errorf("%w; name the one to learn from with --train-split", err)
	}
	if r.validation, err = r.set.Split(r.cfg.ValidationSplit); err != nil {
		return fmt.Errorf("%w; name the one to check on with --validation-split", err)
	}
	for _, split := range []*dataset.Split{r.train, r.validation} {
		if split.Len() == 0 {
			return fmt.Errorf("split %s of %s holds no pictures", split.Name, r.cfg.Data)
		}
	}
	return nil
}

// begin makes the network and its optimiser: anew, from a checkpoint, or as a
// stopped run left them.
func (r *session) begin(ctx context.Context, device torch.Device) error {
	if err := torch.ManualSeed(r.cfg.Seed); err != nil {
		return err
	}
	if r.cfg.Resume {
		return r.resume(device)
	}
	if _, err := os.Stat(r.path(resumeFile)); err == nil {
		return fmt.Errorf("%s holds a run already; give --resume to go on with it, or another folder with --out", r.cfg.Out)
	} else if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := r.create(ctx, device); err != nil {
		return err
	}
	r.optimise()
	r.startAverage()
	return nil
}

func (r *session) create(ctx context.Context, device torch.Device) (err error) {
	if r.cfg.From != "" {
		return r.startFrom(device)
	}
	if r.vocabulary, err = checkpoint.BuildVocabulary(r.cfg.Words, predict.Captions(r.train), r.cfg.MinimumCount); err != nil {
		return err
	}
	if r.network, err = captioner.NewNetwork(r.cfg.Model, r.vocabulary.Len(), device); err != nil {
		return err
	}
	return r.network.LoadBackbone(ctx, r.cfg.EncoderWeights)
}

// startFrom takes the network of a checkpoint, its vocabulary extended by the
// words of the training captions.
func (r *session) startFrom(device torch.Device) error {
	network, meta, err := captioner.Load(r.cfg.From, device)
	if err != nil {
		return err
	}
	r.network, r.cfg.Model, r.cfg.Preprocessing = network, meta.Model, meta.Preprocessing
	old, err := meta.NewVocabulary()
	if err != nil {
		return err
	}
	if r.vocabulary, err = old.Extend(predict.Captions(r.train), r.cfg.MinimumCount); err != nil {
		return err
	}
	return network.Grow(r.vocabulary.Len())
}

// unlearned returns the share of the training captions' words that the
// vocabulary lacks.
func (r *session) unlearned() float64 {
	words, lacking := 0, 0
	for _, caption := range predict.Captions(r.train) {
		encoded := r.vocabulary.Encode(caption, r.cfg.CaptionWords)
		for _, word := range encoded[:len(encoded)-1] { // <end> is no word of the caption
			words++
			if word == checkpoint.Unknown {
				lacking++
			}
		}
	}
	return float64(lacking) / float64(max(words, 1))
}

// optimise makes the optimiser: Adam over two groups, the backbone at its own
// rate and the rest.
func (r *session) optimise() {
	backbone := nn.Group{LearningRate: r.cfg.backboneRate(), WeightDecay: r.cfg.WeightDecay}
	rest := nn.Group{LearningRate: r.cfg.LearningRate, WeightDecay: r.cfg.WeightDecay}
	for _, entry := range r.network.Named() {
		if !entry.Trainable {
			continue
		}
		group := &rest
		if captioner.InBackbone(entry.Name) {
			group = &backbone
		}
		group.Parameters = append(group.Parameters, nn.Parameter{Name: entry.Name, Tensor: entry.Tensor})
		r.trained = append(r.trained, entry.Tensor)
	}
	config := nn.DefaultAdamConfig()
	config.Decoupled = true
	r.optimiser = nn.NewAdam([]nn.Group{rest, backbone}, config)
}

// epochs trains what is left of the run.
func (r *session) epochs(ctx context.Context) error {
	if r.cfg.SelfCritical > 0 {
		r.critic = newCritic(r.train, r.vocabulary, r.cfg.CaptionWords)
	}
	for !r.done() {
		if r.critical() != r.progress.Critical {
			if err := r.beginPhase(); err != nil {
				return err
			}
		}
		if err := r.epoch(ctx); err != nil {
			return err
		}
	}
	if r.progress.Epochs < r.cfg.Epochs {
		r.log.WithFields(logrus.Fields{"epoch": r.progress.Epochs, "patience": r.cfg.Patience}).Info("stopped: no better score for so many epochs")
	}
	return r.saveLast(ctx)
}

// path returns the path of a file of the run.
func (r *session) path(name string) string { return filepath.Join(r.cfg.Out, name) }
