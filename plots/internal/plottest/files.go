package plottest

import (
	"os"
	"testing"
)

// History is the history of three epochs.
const History = `{"epoch":1,"step":150,"loss":4.1,"validation_loss":3.9,"scores":{"Bleu_4":0.05,"CIDEr":0.12},"learning_rate":0.0003,"gradient_norm":4.1,"pictures_per_second":21.5,"data_wait":0.02,"peak_memory":2100000000,"seconds":300,"distinct":212,"dead_channels":0.02}
{"epoch":2,"step":300,"loss":3.4,"validation_loss":3.5,"scores":{"Bleu_4":0.11,"CIDEr":0.25},"learning_rate":0.0002,"gradient_norm":3.2,"pictures_per_second":22.5,"data_wait":0.01,"peak_memory":2100000000,"seconds":290,"distinct":260,"dead_channels":0.02}
{"epoch":3,"step":450,"loss":3.0,"validation_loss":3.4,"scores":{"Bleu_4":0.13,"CIDEr":0.31},"learning_rate":0.0001,"gradient_norm":2.9,"pictures_per_second":22.1,"data_wait":0.01,"peak_memory":2100000000,"seconds":291,"distinct":281,"dead_channels":0.03}
`

// Hostile is a name that would run as a script were it not escaped.
const Hostile = `<img src=x onerror="window.hacked=1">'</script><script>window.hacked=1</script>`

// WriteFile writes text to path.
func WriteFile(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}
