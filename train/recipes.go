package train

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/dataset/loader"
)

// DefaultRecipe is the recipe that the command train follows unless told
// otherwise.
const DefaultRecipe = "best"

// recipes are the named settings. Each gives a value to every setting that
// another one does, so that one recipe after another is the last alone.
var recipes = []struct {
	name  string
	apply func(*Config)
}{
	{"base", base},
	{"best", best},
	{"demo", demo},
	{"literal", literal},
	{"quick", quickLook},
}

// Recipe returns DefaultConfig with the settings of a recipe.
func Recipe(name string) (Config, error) {
	c := DefaultConfig()
	return c, c.Apply(name)
}

// Recipes returns the names of the recipes.
func Recipes() []string {
	var names []string
	for _, r := range recipes {
		names = append(names, r.name)
	}
	return names
}

// Apply gives c the settings of a recipe. Those of which it says nothing stay.
func (c *Config) Apply(recipe string) error {
	for _, r := range recipes {
		if r.name == recipe {
			r.apply(c)
			return nil
		}
	}
	return fmt.Errorf("recipe %q: there are %s", recipe, strings.Join(Recipes(), ", "))
}

// ShareEpochs changes the number of epochs and gives the self-critical ones
// their share of them.
func (c *Config) ShareEpochs(epochs int) {
	c.SelfCritical = epochs * c.SelfCritical / c.Epochs
	c.Epochs = epochs
}

// ShareRate changes the learning rate and keeps the backbone's in proportion to
// it.
func (c *Config) ShareRate(rate float64) {
	if c.EncoderLearningRate >= 0 {
		c.EncoderLearningRate = tidy(rate * (c.EncoderLearningRate / c.LearningRate))
	}
	c.LearningRate = rate
}

// tidy rounds to twelve digits, so that a proportion is written as people do.
func tidy(x float64) float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 12, 64), 64)
	if err != nil {
		return x
	}
	return rounded
}

// base is the paper-like one: an encoder pretrained on ImageNet, trained end to
// end, slowly, with its BatchNorm statistics as they came; nothing beside it
// but dropout.
func base(c *Config) {
	c.Epochs, c.SelfCritical, c.SelfCriticalRate = 14, 0, 5e-5
	c.Batch = 4
	c.LearningRate, c.EncoderLearningRate = 3e-4, 3e-5
	c.FrozenLayers, c.BatchNorm = 0, BatchNormFrozen
	c.Schedule, c.WarmUp = ScheduleConstant, 0
	c.ClipNorm, c.AverageDecay, c.Beta2 = 5, 0, .999
	c.Dropout, c.EmbeddingDropout, c.FeatureDropout, c.LabelSmoothing = .5, 0, 0, 0
	c.Augmentation.Flip, c.Augmentation.CropScale = "", 0
	c.MinimumCount, c.Beam.LengthPenalty = 3, 0
	c.Model.Layers, c.Model.Output, c.Model.FeatureNorm = checkpoint.Layers4, checkpoint.OutputDeep, checkpoint.FeatureNormNone
	c.WordDetector, c.AttentionGuide, c.GuideTemperature, c.SelfCriticalWords, c.SelfCriticalApart = 0, 0, .25, 0, 0
}

// literal is base with one learning rate for every parameter, BatchNorm in
// training mode, also behind the projection, and the plain output.
func literal(c *Config) {
	base(c)
	c.Model.Output, c.Model.FeatureNorm = checkpoint.OutputPlain, checkpoint.FeatureNormBatch
	c.EncoderLearningRate, c.BatchNorm = c.LearningRate, BatchNormBatch
}

// best has better captions than base: pictures are cropped at random and
// mirrored; the backbone's first three layers stay as they came; an average of
// the weights is kept; the last epochs raise CIDEr-D of drawn captions.
// docs/experiments.md says what each was worth.
func best(c *Config) {
	c.Epochs, c.SelfCritical, c.SelfCriticalRate = 21, 7, 2e-4
	c.Batch = 16
	c.LearningRate, c.EncoderLearningRate = 1e-3, 5e-5
	c.FrozenLayers, c.BatchNorm = 3, BatchNormFrozen
	c.Schedule, c.WarmUp = ScheduleCosine, 100
	c.ClipNorm, c.AverageDecay, c.Beta2 = 5, .998, .999
	c.Dropout, c.EmbeddingDropout, c.FeatureDropout, c.LabelSmoothing = .5, .25, 0, .1
	c.Augmentation.Flip, c.Augmentation.CropScale = loader.FlipSwap, .6
	c.MinimumCount, c.Beam.LengthPenalty = 5, 0
	c.Model.Layers, c.Model.Output, c.Model.FeatureNorm = checkpoint.Layers4, checkpoint.OutputDeep, checkpoint.FeatureNormNone
	c.WordDetector, c.AttentionGuide, c.GuideTemperature, c.SelfCriticalWords, c.SelfCriticalApart = 0, 0, .25, 0, 0
}

// quickLook is for a first look, within minutes on two cores: best without what needs
// many epochs. What pictures are in the backbone's first three layers, which stay as
// they came, is computed once; the rest learns for a few epochs, at twice the rates.
// So young a model writes too short where a caption's probability alone ranks it.
func quickLook(c *Config) {
	c.Epochs, c.SelfCritical, c.SelfCriticalRate = 3, 0, 2e-4
	c.Batch = 16
	c.LearningRate, c.EncoderLearningRate = 2e-3, 1e-4
	c.FrozenLayers, c.BatchNorm = 3, BatchNormFrozen
	c.Schedule, c.WarmUp = ScheduleCosine, 100
	c.ClipNorm, c.AverageDecay = 5, .998
	c.Dropout, c.EmbeddingDropout, c.FeatureDropout, c.LabelSmoothing = .3, .1, 0, .1
	c.Augmentation.Flip, c.Augmentation.CropScale = "", 0
	c.MinimumCount, c.Beam.LengthPenalty = 5, 1
	c.Model.Layers, c.Model.Output, c.Model.FeatureNorm = checkpoint.Layers4, checkpoint.OutputDeep, checkpoint.FeatureNormNone
	c.WordDetector, c.AttentionGuide, c.GuideTemperature, c.SelfCriticalWords, c.SelfCriticalApart = 0, 0, .25, 0, 0
}

// demo learns the built-in set of drawn scenes, from random weights, in a few
// minutes on two cores: small pictures and a small decoder. Of 84 pixels layer3 makes
// 6 × 6 places, 16 pixels apart from side to side. Adam's short memory lets the
// step grow again once colours and places are learned, whose gradients were large:
// what a thing is comes last.
func demo(c *Config) {
	c.Epochs, c.SelfCritical, c.SelfCriticalRate = 4, 0, 5e-5
	c.Batch = 16
	c.EncoderWeights = "none"
	c.LearningRate, c.EncoderLearningRate = 1e-3, 1e-3
	c.FrozenLayers, c.BatchNorm = 0, BatchNormBatch
	c.Schedule, c.WarmUp = ScheduleConstant, 50
	c.ClipNorm, c.AverageDecay, c.Beta2 = 5, .98, .95
	c.Dropout, c.EmbeddingDropout, c.FeatureDropout, c.LabelSmoothing = .1, 0, 0, 0
	c.Augmentation.Flip, c.Augmentation.CropScale = "", 0
	c.Preprocessing.Size, c.Model.Grid = 84, 6
	c.Model.Layers, c.Model.Output, c.Model.FeatureNorm = checkpoint.Layers34, checkpoint.OutputDeep, checkpoint.FeatureNormBatch
	c.WordDetector, c.AttentionGuide, c.GuideTemperature, c.SelfCriticalWords, c.SelfCriticalApart = 0, 0, .25, 0, 0
	c.Model.Features, c.Model.Embedding, c.Model.Attention, c.Model.Hidden = 128, 128, 128, 256
	c.MinimumCount, c.Beam.LengthPenalty = 1, 0
	c.Keep = 1
}
