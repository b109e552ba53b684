package modelcard

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/seetell/seetell/captioner/checkpoint"
	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/internal/testpython"
	"github.com/seetell/seetell/picture"
)

// testSource is a model of the hub's Flickr8k, with an evaluation.
func testSource() Source {
	copied := .25
	return Source{
		Name: "owner/captioner", License: "mit", Language: "en",
		Model: checkpoint.Metadata{
			Model: checkpoint.DefaultConfig(), Vocabulary: []string{"<pad>", "<start>", "<end>", "<unk>", "a"}, Tokenizer: "words", Preprocessing: picture.DefaultPreprocessing(),
			Training: []byte(`{"data":"jxie/flickr8k","validation_split":"validation","from":"/home/someone/runs/a|b/best.safetensors","learning_rate":0.0003,"beam":{"Width":5}}`),
			Data:     []byte(`{"source":"jxie/flickr8k@v1","fingerprint":"0123456789abcdef","pictures":6000}`),
			History:  []byte(`[{"epoch":1,"loss":4.1,"validation_loss":3.9,"scores":{"Bleu_4":0.05,"CIDEr":0.12}},{"epoch":2,"loss":3.1,"validation_loss":3.5,"scores":{"Bleu_4":0.11,"CIDEr":0.25}}]`),
		},
		Report: &evaluate.Report{
			Images: 1000, Scores: map[string]float64{"CIDEr": .51, "Bleu_4": .2173}, Intervals: map[string][2]float64{"CIDEr": {.48, .546}},
			Captions: evaluate.Captions{Distinct: .9, Vocabulary: 300, Copied: &copied},
			Model:    map[string]any{"words": 5., "beam": 5., "sizes": map[string]any{"backbone": "resnet18"}},
			Data:     map[string]any{"source": "jxie/flickr8k", "split": "test"},
		},
	}
}

func written(t *testing.T, s Source) string {
	t.Helper()
	text, err := Make(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestMake says what an evaluation measured, and leaves out where files of the
// machine lie.
func TestMake(t *testing.T) {
	card := written(t, testSource())
	for _, want := range []string{
		"---\nlicense: mit\n", "- jxie/flickr8k\n", "split: test", "value: 0.51\n", "# owner/captioner\n",
		"seetell caption --model owner/captioner photo.jpg", "Measured on 1000 pictures of the split `test` of `jxie/flickr8k`, with a beam of 5.",
		"| BLEU-4 | 0.217 | not computed |\n", "| CIDEr-D | 0.510 | 0.480 to 0.546 |\n", "6000 pictures of [jxie/flickr8k@v1]", "0123456789abcdef",
		"| learning_rate | 0.0003 |", "| from | best.safetensors |", "| 2 | 3.1000 | 3.5000 | 0.110 | 0.250 |", "90 % differ", "25 % stand word for word", "its 5 words",
	} {
		if !strings.Contains(card, want) {
			t.Errorf("no %q in\n%s", want, card)
		}
	}
	if strings.Contains(card, "/home/") {
		t.Error("the card says where files lie on the machine that trained")
	}
}

// TestMakeWithoutEvaluation has the run's own scores, of its last epoch; of data
// in a folder it says the name alone.
func TestMakeWithoutEvaluation(t *testing.T) {
	s := testSource()
	s.Report, s.Name, s.License = nil, "photos", ""
	s.Model.Data = []byte(`{"source":"/home/someone/pictures/holidays","fingerprint":"f","pictures":9}`)
	card := written(t, s)
	for _, want := range []string{"The run's own check", "of the split `validation` of `holidays`", "| CIDEr-D | 0.250 | not computed |", "9 pictures of `holidays`", "--model FOLDER photo.jpg"} {
		if !strings.Contains(card, want) {
			t.Errorf("no %q in\n%s", want, card)
		}
	}
	if strings.Contains(card, "/home/") || strings.Contains(card, "license:") || strings.Contains(card, "datasets:") {
		t.Errorf("it says what nobody said:\n%s", card)
	}
	s.Model.History, s.Model.Data, s.Model.Training = nil, nil, nil
	if card := written(t, s); !strings.Contains(card, "Nobody has measured it") || !strings.Contains(card, "does not say what it learned from") {
		t.Errorf("of a model without history:\n%s", card)
	}
}

// TestOtherModel refuses the scores of another model.
func TestOtherModel(t *testing.T) {
	for name, change := range map[string]func(*Source){
		"words":    func(s *Source) { s.Report.Model["words"] = 6. },
		"backbone": func(s *Source) { s.Report.Model["sizes"] = map[string]any{"backbone": "resnet50"} },
		"sums":     func(s *Source) { s.SHA256, s.Report.Model["sha256"] = "aa", "bb" },
		"several":  func(s *Source) { s.Report.Model["file"] = "a.safetensors + b.safetensors" },
		"score's":  func(s *Source) { s.Report.Model = nil },
	} {
		s := testSource()
		change(&s)
		if _, err := Make(s); !errors.Is(err, ErrOtherModel) {
			t.Errorf("%s: %v, want ErrOtherModel", name, err)
		}
	}
	if _, err := Make(Source{Model: testSource().Model}); err == nil {
		t.Error("a card without a name is made")
	}
}

// TestFrontMatter has huggingface_hub read the card, and say what the hub's
// pages would show.
func TestFrontMatter(t *testing.T) {
	python := os.Getenv(testpython.Variable)
	if python == "" {
		t.Skipf("needs a Python with huggingface_hub: set %s, as make test does", testpython.Variable)
	}
	command := exec.Command(python, "-c", `
import sys
from huggingface_hub import ModelCard
data = ModelCard(sys.stdin.read()).data
print(data.license, data.library_name, data.pipeline_tag, data.datasets, data.model_name)
for r in data.eval_results:
    print(r.task_type, r.dataset_type, r.dataset_split, r.metric_type, r.metric_value)
`)
	command.Stdin, command.Stderr = strings.NewReader(written(t, testSource())), new(bytes.Buffer)
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, command.Stderr)
	}
	const want = "mit seetell image-to-text ['jxie/flickr8k'] owner/captioner\n" +
		"image-to-text jxie/flickr8k test bleu 0.2173\nimage-to-text jxie/flickr8k test cider 0.51\n"
	if string(out) != want {
		t.Errorf("huggingface_hub reads\n%s\nwant\n%s", out, want)
	}
}
