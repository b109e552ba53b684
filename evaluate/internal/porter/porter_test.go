package porter

import (
	"bufio"
	"strings"
	"testing"

	"github.com/seetell/seetell/internal/testshared"
)

func TestStem(t *testing.T) {
	for _, test := range []struct{ word, want string }{ // Porter 1980, and NLTK's changes
		{"caresses", "caress"}, {"ponies", "poni"}, {"ties", "tie"}, {"cats", "cat"},
		{"feed", "feed"}, {"agreed", "agre"}, {"plastered", "plaster"}, {"sing", "sing"}, {"motoring", "motor"},
		{"conflated", "conflat"}, {"hopping", "hop"}, {"falling", "fall"}, {"filing", "file"}, {"died", "die"}, {"spied", "spi"},
		{"happy", "happi"}, {"enjoy", "enjoy"}, {"relational", "relat"}, {"radically", "radic"}, {"geology", "geolog"},
		{"electrical", "electr"}, {"adoption", "adopt"}, {"controlling", "control"}, {"rate", "rate"}, {"cease", "ceas"},
		{"skies", "sky"}, {"as", "as"}, {"", ""}, {"naïves", "naïv"}, {"syzygy", "syzygi"},
	} {
		t.Run(test.word, func(t *testing.T) {
			if got := Stem(test.word); got != test.want {
				t.Errorf("Stem(%q) = %q, want %q", test.word, got, test.want)
			}
		})
	}
}

func TestGoldenStems(t *testing.T) {
	lines := bufio.NewScanner(testshared.Golden(t, "meteor", "stems.tsv.gz"))
	lines.Scan() // the heading
	count := 0
	for ; lines.Scan(); count++ {
		cells := strings.Split(lines.Text(), "\t")
		if got := Stem(strings.ToLower(cells[0])); got != cells[2] {
			t.Errorf("Stem(%q) = %q, want %q", cells[0], got, cells[2])
		}
	}
	t.Logf("%d words", count)
}

func BenchmarkStem(b *testing.B) {
	for b.Loop() {
		Stem("controlling")
	}
}
