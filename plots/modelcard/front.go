package modelcard

// front is the front matter, in the hub's words.
type front struct {
	License  string   `yaml:"license,omitempty"`
	Language []string `yaml:"language,omitempty"`
	Library  string   `yaml:"library_name"`
	Task     string   `yaml:"pipeline_tag"`
	Tags     []string `yaml:"tags"`
	Datasets []string `yaml:"datasets,omitempty"`
	Metrics  []string `yaml:"metrics,omitempty"`
	Index    []index  `yaml:"model-index,omitempty"`
}

// index is the hub's model-index: results that its pages and leaderboards read.
type index struct {
	Name    string   `yaml:"name"`
	Results []result `yaml:"results"`
}

type result struct {
	Task    kind    `yaml:"task"`
	Dataset set     `yaml:"dataset"`
	Metrics []value `yaml:"metrics"`
}

type kind struct {
	Type string `yaml:"type"`
	Name string `yaml:"name"`
}

type set struct {
	Type  string `yaml:"type"`
	Name  string `yaml:"name"`
	Split string `yaml:"split,omitempty"`
}

type value struct {
	Type  string  `yaml:"type"`
	Name  string  `yaml:"name"`
	Value float64 `yaml:"value"`
}

// hubTask is the hub's name of captioning.
const hubTask = "image-to-text"

// hubMetrics are the hub's names of our scores.
var hubMetrics = map[string]string{
	"Bleu_1": "bleu", "Bleu_2": "bleu", "Bleu_3": "bleu", "Bleu_4": "bleu",
	"METEOR": "meteor", "METEOR_no_paraphrase": "meteor", "ROUGE_L": "rouge", "CIDEr": "cider",
}

func (c *card) front() front {
	f := front{License: c.License, Library: "seetell", Task: hubTask, Tags: []string{"image-captioning", "seetell"}}
	if c.Language != "" {
		f.Language = []string{c.Language}
	}
	if c.Data.OnHub {
		f.Datasets = []string{withoutRevision(c.Data.Name)}
	}
	var values []value
	seen := map[string]bool{}
	for _, s := range c.Scores {
		name := hubMetrics[s.Key]
		if name == "" {
			name = s.Key
		}
		if values = append(values, value{name, s.Label, s.Value}); !seen[name] {
			seen[name] = true
			f.Metrics = append(f.Metrics, name)
		}
	}
	if len(values) == 0 || c.Measured.Data == "" {
		return f
	}
	of := set{Type: c.Measured.Data, Name: c.Measured.Data, Split: c.Measured.Split}
	if c.Measured.OnHub {
		of.Type = withoutRevision(of.Type)
	}
	f.Index = []index{{c.Name, []result{{kind{hubTask, "image captioning"}, of, values}}}}
	return f
}
