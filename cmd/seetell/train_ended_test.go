package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seetell/seetell/train"
)

// TestEnded reads what a run says at its end, and one that was finished before.
func TestEnded(t *testing.T) {
	cfg := train.Config{Out: "runs/my run", Data: "jxie/flickr8k", ValidationSplit: "validation"}
	r := train.Result{
		History: []train.Epoch{{Epoch: 1, Scores: map[string]float64{"Bleu_4": .2, "ROUGE_L": .4, "CIDEr": .5}}, {Epoch: 2}, {Epoch: 3}},
		Best:    0, BestModel: "runs/my run/best.safetensors", Splits: []string{"train", "validation", "test"}, Done: 3,
	}
	var out bytes.Buffer
	if err := ended(&out, cfg, r); err != nil {
		t.Fatal(err)
	}
	const want = `Best of 3 epochs: epoch 1, with BLEU-4 0.200, ROUGE-L 0.400, CIDEr-D 0.500 on validation
runs/my run/best.safetensors

Next:
  seetell evaluate --model 'runs/my run' --data jxie/flickr8k --split test --out 'runs/my run-test'
  seetell caption --model 'runs/my run' photo.jpg
`
	if out.String() != want {
		t.Errorf("it says\n%s\nwant\n%s", &out, want)
	}
	out.Reset()
	r.Done, r.Splits = 0, []string{"train", "validation"}
	cfg.Beam.LengthPenalty = .7
	if err := ended(&out, cfg, r); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"was finished before: all of its 3 epochs", "--new-schedule --epochs 4 --out 'runs/my run'", "--split validation",
		"seetell caption --model 'runs/my run' --length-penalty 0.7 photo.jpg"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
}

// TestFinishedRunIsResumed resumes a run that has nothing left to do.
func TestFinishedRunIsResumed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	if text, code := execute(t, nil, must(t, plain), training(dir, "--recipe", "demo")...); code != 0 || !strings.Contains(text, "seetell caption --model "+dir) {
		t.Fatalf("exit code %d: %s", code, text)
	}
	if text, code := execute(t, nil, must(t, plain), "train", "--resume", "--out", dir); code != 0 || !strings.Contains(text, "was finished before: all of its 2 epochs are done") || !strings.Contains(text, "recipe=demo") {
		t.Errorf("exit code %d: %s", code, text)
	}
}

func TestExampleLine(t *testing.T) {
	for _, test := range []struct{ id, caption, want string }{
		{"a.jpg", "a dog", "      a.jpg                    a dog"},
		{strings.Repeat("n", 30), strings.Repeat("ü", 80), "      " + strings.Repeat("n", 23) + "… " + strings.Repeat("ü", 67) + "…"},
	} {
		got := exampleLine(test.id, test.caption)
		if got != test.want || len([]rune(got)) > 100 {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}
