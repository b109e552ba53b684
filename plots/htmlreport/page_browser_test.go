package htmlreport

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const shownCards = `document.querySelectorAll(".card:not([hidden])").length`

func TestPageInBrowser(t *testing.T) {
	b := openPage(t, Source{Run: testRun(t), Evaluation: testEvaluation(t)}, 1280, "light")
	b.shoot("wide-light")

	b.sub("gallery filters", func(t *testing.T) {
		if all := evaluateJS[int](b, shownCards); all != 12 {
			t.Fatalf("%d cards at first, want 12", all)
		}
		b.run(chromedp.Click(chromedp.CSS(`.filter[data-group=worst]`)))
		if n := evaluateJS[int](b, shownCards); n != 3 {
			t.Errorf("%d cards in worst, want 3", n)
		}
		if n := evaluateJS[int](b, `document.querySelectorAll(".card[data-group=worst]:not([hidden])").length`); n != 3 {
			t.Errorf("%d worst cards in worst, want 3", n)
		}
		b.run(chromedp.SendKeys(chromedp.CSS("#find"), "no such caption"))
		if n := evaluateJS[int](b, shownCards); n != 0 {
			t.Errorf("%d cards hold a word that none has", n)
		}
		for range "no such caption" {
			b.run(chromedp.KeyEvent(kb.Backspace))
		}
		b.run(chromedp.Click(chromedp.CSS(`.filter[data-group=""]`)))
		if n := evaluateJS[int](b, shownCards); n != 12 {
			t.Errorf("%d cards after all, want 12", n)
		}
	})

	b.sub("hovering a word shows its map", func(t *testing.T) {
		b.run(chromedp.ScrollIntoView(chromedp.CSS(`.card .word`)))
		box := evaluateJS[[]float64](b, `(() => { const r = document.querySelectorAll(".card .word")[1].getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()`)
		b.run(chromedp.MouseEvent("mouseMoved", box[0], box[1]))
		state := evaluateJS[[]any](b, canvasState)
		if state[0] != true || state[1] != "1" {
			t.Fatalf("canvas on %v for word %q, want word 1", state[0], state[1])
		}
		if low, high := state[2].(float64), state[3].(float64); high-low < 50 {
			t.Errorf("the map's veil is between %v and %v everywhere", low, high)
		}
		if fits := evaluateJS[bool](b, `(() => { const c = document.querySelector(".card canvas").getBoundingClientRect(), p = document.querySelector(".card img").getBoundingClientRect(); return Math.abs(c.x - p.x) < 1 && Math.abs(c.y - p.y) < 1 && Math.abs(c.width - p.width) < 1 && Math.abs(c.height - p.height) < 1; })()`); !fits {
			t.Error("the map does not lie on the picture")
		}
		b.shoot("wide-hover")
		b.run(chromedp.MouseEvent("mouseMoved", 1, 1))
		if evaluateJS[bool](b, `document.querySelector(".card canvas").classList.contains("on")`) {
			t.Error("the map stays when the pointer leaves")
		}
	})

	b.sub("keyboard", func(t *testing.T) {
		b.run(chromedp.Focus(chromedp.CSS(`.card .word`)), chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowRight))
		if word := evaluateJS[string](b, `document.querySelector(".card canvas").dataset.word`); word != "2" {
			t.Errorf("after two steps the map is of word %q, want 2", word)
		}
		if got, want := evaluateJS[string](b, `document.querySelector(".card .numbers").textContent`), "in: p 0.25"; len(got) < len(want) {
			t.Errorf("the word's numbers are %q", got)
		}
	})

	b.sub("tables sort", func(t *testing.T) {
		first := `document.querySelector("#all tbody td:nth-child(6)").textContent`
		b.run(chromedp.Click(chromedp.CSS(`#all th:nth-child(6) button`)))
		high := evaluateJS[string](b, first)
		b.run(chromedp.Click(chromedp.CSS(`#all th:nth-child(6) button`)))
		low := evaluateJS[string](b, first)
		if !(high > low) {
			t.Errorf("the column begins with %s when falling and %s when rising", high, low)
		}
		if rows := evaluateJS[int](b, `document.querySelectorAll("#all tbody tr").length`); rows != 50 {
			t.Errorf("%d rows at first, want 50", rows)
		}
		b.run(chromedp.Click(chromedp.CSS("#more")))
		if rows := evaluateJS[int](b, `document.querySelectorAll("#all tbody tr").length`); rows != 60 {
			t.Errorf("%d rows after more, want 60", rows)
		}
		b.run(chromedp.Click(chromedp.CSS(`#scores th:nth-child(2) button`)))
		if text := evaluateJS[string](b, `document.querySelector("#scores tbody th").textContent`); text != "CIDEr-D" && text != "BLEU-1" {
			t.Errorf("the highest score is said to be %s", text)
		}
	})

	b.sub("a metric at a time", func(t *testing.T) {
		visible := `document.querySelectorAll(".metric:not([hidden])").length`
		if n := evaluateJS[int](b, visible); n != 1 {
			t.Errorf("%d metrics are shown, want 1", n)
		}
		b.run(chromedp.Click(chromedp.CSS(`input[name=metric][value="0"]`)))
		if on := evaluateJS[bool](b, `!document.querySelector('.metric[data-metric="0"]').hidden`); !on {
			t.Error("choosing BLEU-1 does not show it")
		}
	})

	b.sub("names are escaped", func(t *testing.T) {
		if evaluateJS[bool](b, `window.hacked === 1 || document.querySelector("img[src=x]") !== null`) {
			t.Error("a name ran as HTML")
		}
		if !evaluateJS[bool](b, `document.body.textContent.includes("onerror=")`) {
			t.Error("the hostile name is not shown at all")
		}
	})
	b.clean()
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
			b := openPage(t, Source{Run: testRun(t), Evaluation: testEvaluation(t)}, test.width, test.scheme)
			if wide := evaluateJS[int64](b, `document.documentElement.scrollWidth`); wide > test.width {
				t.Errorf("the page is %d pixels wide on a screen of %d", wide, test.width)
			}
			ground := `getComputedStyle(document.body).backgroundColor`
			before := evaluateJS[string](b, ground)
			if dark := before != "rgb(255, 255, 255)"; dark != test.dark {
				t.Errorf("the ground is %s", before)
			}
			b.shoot(test.name)
			b.run(chromedp.Click(chromedp.CSS("#theme")))
			if after := evaluateJS[string](b, ground); after == before {
				t.Errorf("the button leaves the ground %s", after)
			}
			b.clean()
		})
	}
}
