package train

import (
	"math"
	"strings"
	"testing"
)

func TestConfigValidate(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*Config)
		want   string // part of the error; empty for none
	}{
		{"base", func(*Config) {}, ""},
		{"no data", func(c *Config) { c.Data = "" }, "data: name a data set"},
		{"no folder", func(c *Config) { c.Out = "" }, "out: name a folder"},
		{"learning rate 0", func(c *Config) { c.LearningRate = 0 }, "learning rate 0"},
		{"learning rate below 0", func(c *Config) { c.LearningRate = -1 }, "learning rate -1"},
		{"learning rate no number", func(c *Config) { c.LearningRate = math.NaN() }, "learning rate NaN"},
		{"workers", func(c *Config) { c.Workers = 100000 }, "workers 100000"},
		{"some workers", func(c *Config) { c.Workers = 16 }, ""},
		{"random weights, frozen", func(c *Config) { c.EncoderWeights, c.FreezeEncoder = "none", -1 }, "contradict"},
		{"statistics of a frozen backbone", func(c *Config) { c.BatchNorm, c.FreezeEncoder = BatchNormBatch, -1 }, "contradict"},
		{"new schedule of a new run", func(c *Config) { c.NewSchedule = true }, "new schedule without resume"},
		{"micro batch", func(c *Config) { c.MicroBatch = "half" }, `micro batch "half"`},
		{"beta2", func(c *Config) { c.Beta2 = 1 }, "beta2 1"},
		{"accumulate", func(c *Config) { c.Accumulate = 0 }, "accumulate 0"},
		{"one split for both", func(c *Config) { c.ValidationSplit = c.TrainSplit }, "different splits"},
		{"from and resume", func(c *Config) { c.From, c.Resume = "x", true }, "contradict"},
		{"best by", func(c *Config) { c.BestBy = "spice" }, `best by "spice"`},
		{"plateau without patience", func(c *Config) { c.Schedule = SchedulePlateau }, "patience 0"},
		{"frozen layers that are random", func(c *Config) { c.FrozenLayers, c.EncoderWeights = 1, "none" }, "see nothing"},
		{"more self-critical epochs than epochs", func(c *Config) { c.SelfCritical = c.Epochs + 1 }, "self-critical epochs 15"},
		{"one sample has no others", func(c *Config) { c.Samples = 1 }, "samples 1"},
		{"two at once", func(c *Config) { c.Epochs, c.Batch = 0, 0 }, "epochs 0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			cfg := DefaultConfig()
			cfg.Data, cfg.Out = "demo", "run"
			test.change(&cfg)
			err := cfg.Validate()
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("Validate() = %v, want %q", err, test.want)
			}
		})
	}
}

func TestDifferences(t *testing.T) {
	before := DefaultConfig()
	for _, test := range []struct {
		name   string
		change func(*Config)
		want   int
	}{
		{"none", func(*Config) {}, 0},
		{"more epochs", func(c *Config) { c.Epochs++ }, 0},
		{"more epochs under a new schedule", func(c *Config) { c.Epochs, c.Schedule, c.NewSchedule = c.Epochs+1, ScheduleCosine, true }, 0},
		{"where the data lies", func(c *Config) { c.Data, c.MicroBatch = "elsewhere", "2" }, 0},
		{"sizes of the model", func(c *Config) { c.Model.Hidden, c.Model.Grid = 7, 14 }, 2},
		{"where it runs", func(c *Config) { c.Device, c.Workers, c.Keep = "cuda", 7, 9 }, 0},
		{"more epochs under cosine", func(c *Config) { c.Epochs, c.Schedule = c.Epochs+1, ScheduleCosine }, 2},
		{"seed and batch", func(c *Config) { c.Seed, c.Batch = 2, 9 }, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			now := before
			test.change(&now)
			if _, got := differences(before, now); len(got) != test.want {
				t.Errorf("differences %q, want %d", got, test.want)
			}
		})
	}
}

func TestWarnings(t *testing.T) {
	for _, test := range []struct {
		name     string
		epoch    Epoch
		pictures int
		want     int
	}{
		{"healthy after an epoch", Epoch{Distinct: 46, DeadChannels: .02}, 1000, 0},
		{"the encoder died", Epoch{Distinct: 10, DeadChannels: .38}, 1000, 2},
		{"too few pictures to tell", Epoch{Distinct: 1}, 20, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := warnings(test.epoch, test.pictures); len(got) != test.want {
				t.Errorf("warnings %q, want %d", got, test.want)
			}
		})
	}
}

// TestSettingsKeepTheirNames reads settings as a run of an earlier version left
// them: a name in JSON that follows a field's would change what it resumes with.
func TestSettingsKeepTheirNames(t *testing.T) {
	st, err := parseState(`{"config":{"beam":{"Width":3,"Best":1,"Words":8,"LengthPenalty":0.5}},"progress":{"faults":2,"part":4}}`)
	if err != nil {
		t.Fatal(err)
	}
	if b := st.Config.Beam; b.Width != 3 || b.MaxWords != 8 || b.LengthPenalty != .5 {
		t.Errorf("beam %+v", b)
	}
	if p := st.Progress; p.SkippedInARow != 2 || p.MicroBatch != 4 {
		t.Errorf("progress %+v", p)
	}
}
