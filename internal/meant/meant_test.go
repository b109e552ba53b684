package meant

import "testing"

func TestName(t *testing.T) {
	names := []string{"best", "beam", "max_words", "learning-rate", "batch"}
	for wrong, want := range map[string]string{
		"bestt": "best", "Beam": "beam", "max-words": "max_words", "lr": "learning-rate",
		"batch-size": "batch", "words": "max_words", "colour": "", "": "",
		"ebst": "best", "bach": "batch", "lear": "learning-rate", "le": "",
	} {
		if got := Name(wrong, names); got != want {
			t.Errorf("%q is taken for %q, want %q", wrong, got, want)
		}
	}
}
