package htmlreport

import (
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/seetell/seetell/internal/testbrowser"
)

// openReport shows the page of a run and an evaluation in a browser.
func openReport(t *testing.T, width int64, scheme string) *testbrowser.Browser {
	t.Helper()
	path := filepath.Join(t.TempDir(), "page.html")
	if err := Save(path, Source{Run: testRun(t), Evaluation: testEvaluation(t)}); err != nil {
		t.Fatal(err)
	}
	return testbrowser.Open(t, "file://"+path, width, scheme, "body")
}

const shownCards = `document.querySelectorAll(".card:not([hidden])").length`

func TestPageInBrowser(t *testing.T) {
	b := openReport(t, 1280, "light")
	b.Shoot("wide-light")

	b.Sub("gallery filters", func(t *testing.T) {
		if all := testbrowser.Evaluate[int](b, shownCards); all != 12 {
			t.Fatalf("%d cards at first, want 12", all)
		}
		b.Run(chromedp.Click(chromedp.CSS(`.filter[data-group=worst]`)))
		if n := testbrowser.Evaluate[int](b, shownCards); n != 3 {
			t.Errorf("%d cards in worst, want 3", n)
		}
		if n := testbrowser.Evaluate[int](b, `document.querySelectorAll(".card[data-group=worst]:not([hidden])").length`); n != 3 {
			t.Errorf("%d worst cards in worst, want 3", n)
		}
		b.Run(chromedp.SendKeys(chromedp.CSS("#find"), "no such caption"))
		if n := testbrowser.Evaluate[int](b, shownCards); n != 0 {
			t.Errorf("%d cards hold a word that none has", n)
		}
		for range "no such caption" {
			b.Run(chromedp.KeyEvent(kb.Backspace))
		}
		b.Run(chromedp.Click(chromedp.CSS(`.filter[data-group=""]`)))
		if n := testbrowser.Evaluate[int](b, shownCards); n != 12 {
			t.Errorf("%d cards after all, want 12", n)
		}
	})

	b.Sub("hovering a word shows its map", func(t *testing.T) {
		b.Run(chromedp.ScrollIntoView(chromedp.CSS(`.card .word`)))
		box := testbrowser.Evaluate[[]float64](b, `(() => { const r = document.querySelectorAll(".card .word")[1].getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()`)
		b.Run(chromedp.MouseEvent("mouseMoved", box[0], box[1]))
		state := testbrowser.Evaluate[[]any](b, canvasState)
		if state[0] != true || state[1] != "1" {
			t.Fatalf("canvas on %v for word %q, want word 1", state[0], state[1])
		}
		if low, high := state[2].(float64), state[3].(float64); high-low < 50 {
			t.Errorf("the map's veil is between %v and %v everywhere", low, high)
		}
		if fits := testbrowser.Evaluate[bool](b, `(() => { const c = document.querySelector(".card canvas").getBoundingClientRect(), p = document.querySelector(".card img").getBoundingClientRect(); return Math.abs(c.x - p.x) < 1 && Math.abs(c.y - p.y) < 1 && Math.abs(c.width - p.width) < 1 && Math.abs(c.height - p.height) < 1; })()`); !fits {
			t.Error("the map does not lie on the picture")
		}
		b.Shoot("wide-hover")
		b.Run(chromedp.MouseEvent("mouseMoved", 1, 1))
		if testbrowser.Evaluate[bool](b, `document.querySelector(".card canvas").classList.contains("on")`) {
			t.Error("the map stays when the pointer leaves")
		}
	})

	b.Sub("keyboard", func(t *testing.T) {
		b.Run(chromedp.Focus(chromedp.CSS(`.card .word`)), chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowRight))
		if word := testbrowser.Evaluate[string](b, `document.querySelector(".card canvas").dataset.word`); word != "2" {
			t.Errorf("after two steps the map is of word %q, want 2", word)
		}
		if got, want := testbrowser.Evaluate[string](b, `document.querySelector(".card .numbers").textContent`), "in: p 0.25"; len(got) < len(want) {
			t.Errorf("the word's numbers are %q", got)
		}
	})

	b.Sub("tables sort", func(t *testing.T) {
		first := `document.querySelector("#all tbody td:nth-child(6)").textContent`
		b.Run(chromedp.Click(chromedp.CSS(`#all th:nth-child(6) button`)))
		high := testbrowser.Evaluate[string](b, first)
		b.Run(chromedp.Click(chromedp.CSS(`#all th:nth-child(6) button`)))
		low := testbrowser.Evaluate[string](b, first)
		if !(high > low) {
			t.Errorf("the column begins with %s when falling and %s when rising", high, low)
		}
		if rows := testbrowser.Evaluate[int](b, `document.querySelectorAll("#all tbody tr").length`); rows != 50 {
			t.Errorf("%d rows at first, want 50", rows)
		}
		b.Run(chromedp.Click(chromedp.CSS("#more")))
		if rows := testbrowser.Evaluate[int](b, `document.querySelectorAll("#all tbody tr").length`); rows != 60 {
			t.Errorf("%d rows after more, want 60", rows)
		}
		b.Run(chromedp.Click(chromedp.CSS(`#scores th:nth-child(2) button`)))
		if text := testbrowser.Evaluate[string](b, `document.querySelector("#scores tbody th").textContent`); text != "CIDEr-D" && text != "BLEU-1" {
			t.Errorf("the highest score is said to be %s", text)
		}
	})

	b.Sub("a metric at a time", func(t *testing.T) {
		visible := `document.querySelectorAll(".metric:not([hidden])").length`
		if n := testbrowser.Evaluate[int](b, visible); n != 1 {
			t.Errorf("%d metrics are shown, want 1", n)
		}
		b.Run(chromedp.Click(chromedp.CSS(`input[name=metric][value="0"]`)))
		if on := testbrowser.Evaluate[bool](b, `!document.querySelector('.metric[data-metric="0"]').hidden`); !on {
			t.Error("choosing BLEU-1 does not show it")
		}
	})

	b.Sub("names are escaped", func(t *testing.T) {
		if testbrowser.Evaluate[bool](b, `window.hacked === 1 || document.querySelector("img[src=x]") !== null`) {
			t.Error("a name ran as HTML")
		}
		if !testbrowser.Evaluate[bool](b, `document.body.textContent.includes("onerror=")`) {
			t.Error("the hostile name is not shown at all")
		}
	})
	b.Quiet()
}

// canvasState tells whether the first card's map is on, of which word, and the
// least and the greatest opacity in it.
const canvasState = `(() => {
	const canvas = document.querySelector(".card canvas");
	const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
	let low = 255, high = 0;
	for (let i = 3; i < pixels.length; i += 4) { low = Math.min(low, pixels[i]); high = Math.max(high, pixels[i]); }
	return [canvas.classList.contains("on"), canvas.dataset.word, low, high];
})()`

func TestPageThemesAndWidths(t *testing.T) {
	for _, test := range []struct {
		name, scheme string
		width        int64
		dark         bool
	}{
		{"wide-dark", "dark", 1280, true},
		{"phone-light", "light", 390, false},
		{"phone-dark", "dark", 390, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := openReport(t, test.width, test.scheme)
			if wide := testbrowser.Evaluate[int64](b, `document.documentElement.scrollWidth`); wide > test.width {
				t.Errorf("the page is %d pixels wide on a screen of %d", wide, test.width)
			}
			ground := `getComputedStyle(document.body).backgroundColor`
			before := testbrowser.Evaluate[string](b, ground)
			if dark := before != "rgb(255, 255, 255)"; dark != test.dark {
				t.Errorf("the ground is %s", before)
			}
			b.Shoot(test.name)
			b.Run(chromedp.Click(chromedp.CSS("#theme")))
			if after := testbrowser.Evaluate[string](b, ground); after == before {
				t.Errorf("the button leaves the ground %s", after)
			}
			b.Quiet()
		})
	}
}
