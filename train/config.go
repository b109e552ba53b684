package train

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"strconv"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/dataset/loader"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/picture"
	"github.com/seetell/seetell/torch/distributed"
)

// Config is everything that decides a run. Its JSON form stands in the run's
// checkpoints under the key "training".
type Config struct {
	Data            string `json:"data"`             // data set, as dataset.Open takes it
	Pictures        string `json:"pictures"`         // folder of a COCO file's pictures
	Outside         bool   `json:"outside"`          // captions files may name pictures outside that folder
	Out             string `json:"-"`                // folder of the run
	TrainSplit      string `json:"train_split"`      // split to learn from
	ValidationSplit string `json:"validation_split"` // split to check on
	Limit           int    `json:"limit"`            // pictures of each split; 0 for all

	Epochs          int    `json:"epochs"`
	Batch           int    `json:"batch"`             // pictures a step, or captions with CaptionsPerStep "1"
	CaptionsPerStep string `json:"captions_per_step"` // "all" or "1"
	Accumulate      int    `json:"accumulate"`        // batches a step
	MicroBatch      string `json:"micro_batch"`       // pictures of a batch in memory at once; "0" for all, "auto" for as many as fit
	Seed            int64  `json:"seed"`
	Workers         int    `json:"-"` // goroutines that decode pictures; 0 for one more than cores

	World     *distributed.World  `json:"-"` // of processes that share each batch, the caller's; nil for one
	Device    string              `json:"-"`
	Graphs    bool                `json:"-"` // steps are captured once for each size of batch and replayed: CUDA graphs
	Precision captioner.Precision `json:"precision"`

	LearningRate        float64 `json:"learning_rate"`
	EncoderLearningRate float64 `json:"encoder_learning_rate"` // of the backbone; negative for a tenth of LearningRate
	WeightDecay         float64 `json:"weight_decay"`          // decoupled, as AdamW
	Beta2               float64 `json:"beta2"`                 // Adam's, of the mean of squared gradients; lower follows a short run's faster
	ClipNorm            float64 `json:"clip_norm"`             // largest total norm of the gradients; 0 for no limit
	Schedule            string  `json:"schedule"`              // "constant", "cosine" or "plateau"
	WarmUp              int     `json:"warm_up"`               // steps over which the learning rate rises
	BatchNorm           string  `json:"batch_norm"`            // the backbone's statistics: "frozen" or "batch"
	FreezeEncoder       int     `json:"freeze_encoder"`        // first epochs in which the backbone stays as it is; negative for all
	FrozenLayers        int     `json:"frozen_layers"`         // of the backbone that never learn: 1 its stem and layer1, up to 4 for all
	FeatureMemory       int     `json:"-"`                     // megabytes for what pictures come to in frozen layers; negative for half of what is free
	AverageDecay        float64 `json:"average_decay"`         // of the average of the weights that is checked and saved; 0 for none
	Patience            int     `json:"patience"`              // epochs without a better score before the run stops, or with plateau the rates fall; 0 for never
	PlateauFactor       float64 `json:"plateau_factor"`        // of the rates at each fall

	Dropout           float64 `json:"dropout"`
	EmbeddingDropout  float64 `json:"embedding_dropout"`
	FeatureDropout    float64 `json:"feature_dropout"` // of pictures' features, also of those that captions are drawn from
	LabelSmoothing    float64 `json:"label_smoothing"`
	AttentionPenalty  float64 `json:"attention_penalty"`  // α_c of Xu et al. 2015, equation 14
	WordDetector      float64 `json:"word_detector"`      // weight of the loss of a captioner.WordDetector, which learns beside the captions; 0 for none
	AttentionGuide    float64 `json:"attention_guide"`    // weight of what draws attention to the places where that sees the word, captioner.LossOptions.Guide
	GuideTemperature  float64 `json:"guide_temperature"`  // of its maps
	ScheduledSampling float64 `json:"scheduled_sampling"` // share of the words read that are the model's own, in the last epoch

	SelfCritical      int     `json:"self_critical"`       // last epochs, which raise the reward of drawn captions
	SelfCriticalRate  float64 `json:"self_critical_rate"`  // learning rate of those epochs
	SelfCriticalWords float64 `json:"self_critical_words"` // weight of the references' loss beside the reward, which keeps words alive
	SelfCriticalApart float64 `json:"self_critical_apart"` // weight of what a caption would earn for other pictures, which its reward loses
	Samples           int     `json:"samples"`             // captions drawn of each picture in them

	EncoderWeights string `json:"encoder_weights"` // "imagenet", "none", a file, or a name on the hub
	From           string `json:"from"`            // checkpoint to start from
	MinimumCount   int    `json:"minimum_count"`   // of a word of the vocabulary
	CaptionWords   int    `json:"caption_words"`   // words of a training caption
	Tokenizer      string `json:"words"`           // what splits captions: checkpoint.WordTokenizer or CharacterTokenizer

	Model         captioner.Config      `json:"model"`
	Preprocessing picture.Preprocessing `json:"preprocessing"`
	Augmentation  loader.Augmentation   `json:"augmentation"`
	FastDecode    bool                  `json:"fast_decode"` // scale JPEGs of the training split while they are decoded

	PictureMemory    int    `json:"-"` // megabytes for decoded training pictures
	PictureCache     string `json:"-"` // file for them
	PictureCacheSize int    `json:"-"` // megabytes that it may take

	Keep            int            `json:"-"`       // epoch files kept; 0 for all
	BestBy          string         `json:"best_by"` // the score that best.safetensors follows
	Beam            captioner.Beam `json:"beam"`    // search on the validation split
	CheckpointEvery Interval       `json:"-"`       // between checkpoints within an epoch
	Resume          bool           `json:"-"`
	NewSchedule     bool           `json:"-"` // a resumed run may follow another schedule from there on
}

// DefaultConfig returns the recipe "base", plain and without the settings that
// "best", the command's default, adds to it.
func DefaultConfig() Config {
	return Config{
		TrainSplit:          "train",
		ValidationSplit:     "validation",
		Epochs:              14,
		Batch:               4,
		CaptionsPerStep:     "all",
		Accumulate:          1,
		MicroBatch:          microBatchAuto,
		Seed:                1,
		Device:              "auto",
		Precision:           captioner.PrecisionAuto,
		LearningRate:        3e-4,
		EncoderLearningRate: -1,
		Beta2:               nn.DefaultAdamConfig().Beta2,
		ClipNorm:            5,
		Schedule:            ScheduleConstant,
		PlateauFactor:       .5,
		FeatureMemory:       -1,
		SelfCriticalRate:    5e-5,
		Samples:             5,
		GuideTemperature:    .25,
		BatchNorm:           BatchNormFrozen,
		Dropout:             .5,
		EncoderWeights:      "imagenet",
		MinimumCount:        3,
		CaptionWords:        28,
		Tokenizer:           checkpoint.WordTokenizer,
		Model:               captioner.DefaultConfig(),
		Preprocessing:       picture.DefaultPreprocessing(),
		PictureCacheSize:    20_000,
		Keep:                3,
		BestBy:              "cider",
		Beam:                captioner.DefaultBeam(),
	}
}

// The values of Config.BatchNorm.
const (
	BatchNormFrozen = "frozen" // the backbone keeps its running statistics
	BatchNormBatch  = "batch"  // it uses and follows the batch's
)

// The values of Config.Schedule.
const (
	ScheduleConstant = "constant"
	ScheduleCosine   = "cosine"  // Loshchilov and Hutter 2017, equation 5, without restarts
	SchedulePlateau  = "plateau" // lower where the score has not risen for Config.Patience epochs
)

// microBatchAuto is the value of Config.MicroBatch that splits batches where
// memory does not hold them.
const microBatchAuto = "auto"

// bestScores maps the values of Config.BestBy to the report's names.
var bestScores = map[string]string{"cider": "CIDEr", "bleu": "Bleu_4", "rouge": "ROUGE_L"}

// backboneRate returns the learning rate of the backbone.
func (c Config) backboneRate() float64 {
	if c.EncoderLearningRate < 0 {
		return c.LearningRate / 10
	}
	return c.EncoderLearningRate
}

// Validate says everything that is wrong with the settings, if anything.
func (c Config) Validate() error {
	wrong := []error{c.Model.Validate(), c.Preprocessing.Validate(), c.Beam.Validate(), c.Augmentation.Validate()}
	check := func(ok bool, format string, values ...any) {
		if !ok {
			wrong = append(wrong, fmt.Errorf(format, values...))
		}
	}
	check(c.Data != "", "data: name a data set")
	check(c.Out != "", "out: name a folder for the run")
	check(c.Epochs >= 1, "epochs %d: must be 1 or more", c.Epochs)
	check(c.Batch >= 1 && c.Batch <= 4096, "batch %d: must be from 1 to 4096", c.Batch)
	check(c.Batch < 1 || c.Batch >= c.World.Size(), "batch %d: %d processes share it, and each needs a picture of it", c.Batch, c.World.Size())
	check(c.World.Size() == 1 || c.PictureCache == "", "picture cache: one process fills it, and there are %d; let them have picture memory instead", c.World.Size())
	check(c.CaptionsPerStep == "all" || c.CaptionsPerStep == "1", "captions per step %q: give all or 1", c.CaptionsPerStep)
	check(c.PictureMemory >= 0 && (c.PictureMemory == 0 || c.PictureCache == ""), "picture memory %d: must be 0 or more, and 0 beside a picture cache", c.PictureMemory)
	check(c.PictureCacheSize >= 1, "picture cache size %d: must be 1 or more", c.PictureCacheSize)
	check(c.Accumulate >= 1 && c.Accumulate <= 4096, "accumulate %d: must be from 1 to 4096 batches", c.Accumulate)
	check(c.MicroBatch == microBatchAuto || wholeNumber(c.MicroBatch), "micro batch %q: give auto, a number of pictures, or 0 for whole batches", c.MicroBatch)
	check(!c.Graphs || c.World.Size() == 1, "graphs and %d processes contradict each other: these sum gradients within a step; train without graphs", c.World.Size())
	check(!c.Graphs || c.Accumulate == 1, "graphs and accumulate %d contradict each other: a graph is a step of one batch; let accumulate be 1", c.Accumulate)
	check(!c.Graphs || c.MicroBatch == microBatchAuto || c.MicroBatch == "0", "graphs and micro batch %s contradict each other: a graph's batch is in memory at once; let it be 0", c.MicroBatch)
	for _, beside := range []struct {
		name  string
		value float64
	}{{"word detector", c.WordDetector}, {"attention penalty", c.AttentionPenalty}, {"scheduled sampling", c.ScheduledSampling}} {
		check(!c.Graphs || beside.value == 0, "graphs and %s %v contradict each other: a graph learns from words alone; let %s be 0", beside.name, beside.value, beside.name)
	}
	check(!c.Graphs || c.SelfCritical == 0 || c.SelfCritical < c.Epochs, "graphs and self-critical %d of %d epochs contradict each other: those draw captions, whose lengths nobody knows before; train without graphs", c.SelfCritical, c.Epochs)
	check(c.Workers >= 0 && c.Workers <= mostWorkers(), "workers %d: must be from 0 to %d on %d processors; leave it out for one more than processors", c.Workers, mostWorkers(), runtime.GOMAXPROCS(0))
	check(positive(c.LearningRate), "learning rate %v: must be above 0, such as 3e-4", c.LearningRate)
	check(!math.IsNaN(c.EncoderLearningRate) && !math.IsInf(c.EncoderLearningRate, 0), "encoder learning rate %v: must be a number", c.EncoderLearningRate)
	check(c.WeightDecay >= 0, "weight decay %v: must be 0 or more", c.WeightDecay)
	check(c.Beta2 > 0 && c.Beta2 < 1, "beta2 %v: must be between 0 and 1", c.Beta2)
	check(c.ClipNorm >= 0, "clip norm %v: must be 0 or more", c.ClipNorm)
	check(c.Schedule == ScheduleConstant || c.Schedule == ScheduleCosine || c.Schedule == SchedulePlateau, "schedule %q: give constant, cosine or plateau", c.Schedule)
	check(c.Schedule != SchedulePlateau || c.Patience >= 1, "patience %d: with the schedule plateau, say after how many epochs without a better score the rates fall", c.Patience)
	check(c.Patience >= 0, "patience %d: must be 0 epochs or more", c.Patience)
	check(c.PlateauFactor > 0 && c.PlateauFactor < 1, "plateau factor %v: must be between 0 and 1", c.PlateauFactor)
	check(c.FrozenLayers >= 0 && c.FrozenLayers <= 4, "frozen layers %d: must be from 0 to 4", c.FrozenLayers)
	check(c.FrozenLayers == 0 && c.FreezeEncoder == 0 || c.EncoderWeights != "none" || c.From != "", "encoder weights none and a frozen encoder contradict each other: layers that are random and do not learn see nothing; let frozen layers and freeze encoder be 0")
	check(fraction(c.AverageDecay), "average decay %v: must be from 0 to below 1", c.AverageDecay)
	check(c.ScheduledSampling >= 0 && c.ScheduledSampling <= 1, "scheduled sampling %v: must be from 0 to 1", c.ScheduledSampling)
	check(c.Epochs < 1 || c.SelfCritical >= 0 && c.SelfCritical <= c.Epochs, "self-critical epochs %d: must be from 0 to all %d epochs", c.SelfCritical, c.Epochs)
	check(positive(c.SelfCriticalRate), "self-critical rate %v: must be above 0", c.SelfCriticalRate)
	check(c.Samples >= 2 && c.Samples <= 100, "samples %d: must be from 2 to 100, since each is measured against the others", c.Samples)
	check(c.SelfCritical == 0 || c.CaptionsPerStep == "all", "captions per step 1 and self-critical epochs contradict each other: those draw captions of pictures; let self-critical be 0")
	check(c.WarmUp >= 0, "warm-up %d: must be 0 steps or more", c.WarmUp)
	check(c.BatchNorm == BatchNormFrozen || c.BatchNorm == BatchNormBatch, "batch norm %q: give frozen or batch", c.BatchNorm)
	check(fraction(c.Dropout), "dropout %v: must be from 0 to below 1", c.Dropout)
	check(fraction(c.EmbeddingDropout), "embedding dropout %v: must be from 0 to below 1", c.EmbeddingDropout)
	check(fraction(c.FeatureDropout), "feature dropout %v: must be from 0 to below 1", c.FeatureDropout)
	check(fraction(c.LabelSmoothing), "label smoothing %v: must be from 0 to below 1", c.LabelSmoothing)
	check(c.AttentionPenalty >= 0, "attention penalty %v: must be 0 or more", c.AttentionPenalty)
	check(c.AttentionGuide >= 0, "attention guide %v: must be 0 or more", c.AttentionGuide)
	check(c.WordDetector >= 0, "word detector %v: must be 0 or more", c.WordDetector)
	check(c.AttentionGuide == 0 || c.WordDetector > 0, "attention guide %v and word detector %v contradict each other: the detector says where a word is; let its weight be above 0, such as .1", c.AttentionGuide, c.WordDetector)
	check(positive(c.GuideTemperature), "guide temperature %v: must be above 0", c.GuideTemperature)
	check(c.SelfCriticalWords >= 0, "self-critical words %v: must be 0 or more", c.SelfCriticalWords)
	check(c.SelfCriticalApart >= 0, "self-critical apart %v: must be 0 or more", c.SelfCriticalApart)
	check(c.MinimumCount >= 1, "minimum count %d: must be 1 or more", c.MinimumCount)
	check(c.Tokenizer == checkpoint.WordTokenizer || c.Tokenizer == checkpoint.CharacterTokenizer, "words %q: give words or characters", c.Tokenizer)
	check(c.CaptionWords >= 1 && c.CaptionWords <= 1000, "caption words %d: must be from 1 to 1000", c.CaptionWords)
	check(c.Keep >= 0, "keep %d: must be 0 or more", c.Keep)
	check(c.Limit >= 0, "limit %d: must be 0 or more", c.Limit)
	_, known := bestScores[c.BestBy]
	check(known, "best by %q: give cider, bleu or rouge", c.BestBy)
	check(c.TrainSplit != c.ValidationSplit, "split %q: training and validation must be different splits", c.TrainSplit)
	check(!c.NewSchedule || c.Resume, "new schedule without resume: only a run that is resumed can turn to one")
	check(c.FreezeEncoder >= 0 || c.BatchNorm == BatchNormFrozen, "batch norm batch and freeze encoder %d contradict each other: a frozen backbone keeps its statistics", c.FreezeEncoder)
	check(c.From == "" || !c.Resume, "from and resume contradict each other: give one")
	return errors.Join(wrong...)
}

func positive(x float64) bool { return x > 0 && !math.IsInf(x, 0) }

// mostWorkers is more goroutines than decode faster: they wait for processors,
// and for reading no more than a few do.
func mostWorkers() int { return max(16, 8*runtime.GOMAXPROCS(0)) }

func wholeNumber(text string) bool {
	number, err := strconv.Atoi(text)
	return err == nil && number >= 0
}

func fraction(x float64) bool { return x >= 0 && x < 1 }
