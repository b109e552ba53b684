package checkpoint

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

const testHistory = `{"epoch":1,"step":150,"loss":4.1,"validation_loss":3.9,"scores":{"Bleu_4":0.05,"CIDEr":0.12},"learning_rate":0.0003,"gradient_norm":4.1,"pictures_per_second":21.5,"data_wait":0.02,"peak_memory":2100000000,"seconds":300,"distinct":212,"dead_channels":0.02}
{"epoch":2,"step":300,"loss":3.4,"validation_loss":3.5,"scores":{"Bleu_4":0.11,"CIDEr":0.25},"learning_rate":0.0002,"gradient_norm":3.2,"pictures_per_second":22.5,"data_wait":0.01,"peak_memory":2100000000,"seconds":290,"distinct":260,"dead_channels":0.02}
{"epoch":3,"step":450,"loss":3.0,"validation_loss":3.4,"scores":{"Bleu_4":0.13,"CIDEr":0.31},"learning_rate":0.0001,"gradient_norm":2.9,"pictures_per_second":22.1,"data_wait":0.01,"peak_memory":2100000000,"seconds":291,"distinct":281,"dead_channels":0.03}
`

func TestParseHistory(t *testing.T) {
	whole, err := ParseHistory([]byte(testHistory))
	if err != nil {
		t.Fatal(err)
	}
	if len(whole) != 3 || whole[2].Scores["CIDEr"] != .31 || whole[1].LearningRate != 2e-4 || whole[0].ValidationLoss != 3.9 {
		t.Errorf("read %+v", whole)
	}
	for _, test := range []struct {
		name, text string
		epochs     int
		last       float64 // loss of the last epoch
	}{
		{"cut short by a kill", testHistory + `{"epoch":4,"lo`, 3, 3},
		{"an epoch again after a resume", testHistory + `{"epoch":2,"loss":1.5}` + "\n", 2, 1.5},
		{"blank lines", "\n\n" + testHistory + "\n", 3, 3},
		{"Windows line ends", strings.ReplaceAll(testHistory, "\n", "\r\n"), 3, 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			epochs, err := ParseHistory([]byte(test.text))
			if err != nil {
				t.Fatal(err)
			}
			last := epochs[len(epochs)-1].Loss
			if len(epochs) != test.epochs || last != test.last {
				t.Errorf("%d epochs, the last with loss %v; want %d and %v", len(epochs), last, test.epochs, test.last)
			}
		})
	}
}

// TestEpochHas tells what a line lacks from what is zero, and writes what it
// read.
func TestEpochHas(t *testing.T) {
	epochs, err := ParseHistory([]byte(`{"epoch":1,"loss":null,"seconds":0,"scores":{"CIDEr":null,"Bleu_4":0}}`))
	if err != nil {
		t.Fatal(err)
	}
	e := epochs[0]
	for key, want := range map[string]bool{"loss": false, "seconds": true, "distinct": false, "reward": false, "scores": true} {
		if e.Has(key) != want {
			t.Errorf("Has(%q) = %v, want %v", key, !want, want)
		}
	}
	if want := map[string]float64{"Bleu_4": 0}; !reflect.DeepEqual(e.Scores, want) {
		t.Errorf("scores %v, want %v", e.Scores, want)
	}
	whole := Epoch{Epoch: 3, Loss: 1.5, Scores: map[string]float64{"CIDEr": .4}, Warnings: []string{"x"}}
	if !whole.Has("distinct") || whole.Has("reward") {
		t.Error("an epoch that was not read lacks a number, or has a reward of 0")
	}
	again, err := ParseHistory(MarshalHistory([]Epoch{whole}))
	if err != nil || !reflect.DeepEqual(again, []Epoch{whole}) {
		t.Errorf("read %+v, %v, and %+v was written", again, err, whole)
	}
	var list []Epoch
	if err := json.Unmarshal([]byte(`[{"epoch":2,"loss":"x"}]`), &list); err == nil {
		t.Error("a loss that is no number is read")
	}
}

func FuzzParseHistory(f *testing.F) {
	f.Add([]byte(testHistory))
	f.Add([]byte(`{"epoch":1000000000,"loss":-1e308,"seconds":1e-300}` + "\n" + `{"epoch":2`))
	f.Fuzz(func(t *testing.T, data []byte) {
		epochs, err := ParseHistory(data)
		if err != nil {
			return
		}
		for i := 1; i < len(epochs); i++ {
			if epochs[i].Epoch <= epochs[i-1].Epoch {
				t.Fatalf("epoch %v follows %v", epochs[i].Epoch, epochs[i-1].Epoch)
			}
		}
	})
}
