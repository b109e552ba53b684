package serve

import (
	"encoding/json"
	"image/color"
	"os"
	"regexp"
	"testing"

	"github.com/seetell/seetell/plots/attention"
)

// TestPaletteOfThePage: the page's overlays have the colours of those on paper,
// which leave what the model looked at most as it is.
func TestPaletteOfThePage(t *testing.T) {
	script, err := os.ReadFile("page/attention.js")
	if err != nil {
		t.Fatal(err)
	}
	list := regexp.MustCompile(`const heat = (\[\[.*\]\]);`).FindSubmatch(script)
	if list == nil {
		t.Fatal("page/attention.js has no palette")
	}
	var heat [][4]uint8
	if err := json.Unmarshal(list[1], &heat); err != nil {
		t.Fatal(err)
	}
	if len(heat) != len(attention.Heat) {
		t.Fatalf("the page has %d stops, plots/attention %d", len(heat), len(attention.Heat))
	}
	for i, stop := range heat {
		if got := (color.NRGBA{stop[0], stop[1], stop[2], stop[3]}); got != attention.Heat[i] {
			t.Errorf("stop %d is %v, plots/attention's %v", i, got, attention.Heat[i])
		}
	}
}
