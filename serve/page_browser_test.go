package serve

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/seetell/seetell/internal/testbrowser"
)

// transfer is JavaScript for a DataTransfer that holds a file.
func transfer(name, kind string, data []byte) string {
	return fmt.Sprintf(`(() => { const t = new DataTransfer(), b = Uint8Array.from(atob(%q), c => c.charCodeAt(0)); t.items.add(new File([b], %q, { type: %q })); return t; })()`,
		base64.StdEncoding.EncodeToString(data), name, kind)
}

// drop lets a file fall on the page, as the browser tells of it.
func drop(b *testbrowser.Browser, name, kind string, data []byte) {
	testbrowser.Evaluate[bool](b, `(() => { const t = `+transfer(name, kind, data)+`;
		for (const type of ["dragenter", "dragover", "drop"]) document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: t }));
		return true; })()`)
}

const firstCaption = `document.querySelector(".card .caption").textContent`

func TestPageInBrowser(t *testing.T) {
	model := &fakeModel{}
	b := testbrowser.Open(t, listen(t, model, nil), 1440, "light", "#browse")
	b.Shoot("empty")

	b.Sub("drop", func(t *testing.T) {
		testbrowser.Evaluate[bool](b, `document.body.dispatchEvent(new DragEvent("dragenter", { bubbles: true, cancelable: true }))`)
		if !testbrowser.Evaluate[bool](b, `!document.getElementById("veil").hidden`) {
			t.Error("a file over the window is not welcomed")
		}
		testbrowser.Evaluate[bool](b, `document.body.dispatchEvent(new DragEvent("dragleave", { bubbles: true }))`)
		drop(b, "holiday.jpg", "image/jpeg", redJPEG(t))
		b.Eventually(firstCaption)
		if got := testbrowser.Evaluate[string](b, firstCaption); got != captionOf(red) {
			t.Errorf("the caption is %q, want %q", got, captionOf(red))
		}
		if n := testbrowser.Evaluate[int](b, `document.querySelectorAll(".others button").length`); n != 3 {
			t.Errorf("%d captions to choose from, want 3", n)
		}
		if alt := testbrowser.Evaluate[string](b, `document.querySelector(".card img").alt`); alt != captionOf(red) {
			t.Errorf("the picture's alternative text is %q", alt)
		}
		if !testbrowser.Evaluate[bool](b, `document.getElementById("veil").hidden`) {
			t.Error("the veil stays")
		}
	})

	b.Sub("paste", func(t *testing.T) {
		testbrowser.Evaluate[bool](b, `document.dispatchEvent(new ClipboardEvent("paste", { bubbles: true, clipboardData: `+transfer("", "image/png", pngOf(t, plainPicture(blue, 40, 40)))+` }))`)
		b.Eventually(`document.querySelectorAll(".card .caption .word").length === 6`)
		if got := testbrowser.Evaluate[string](b, firstCaption); got != captionOf(blue) {
			t.Errorf("the newest caption is %q, want %q", got, captionOf(blue))
		}
	})

	b.Sub("hover", func(t *testing.T) {
		hover(b, `.card .word:nth-child(2)`)
		b.Eventually(`document.querySelector(".card canvas").classList.contains("on")`)
		if word := testbrowser.Evaluate[string](b, `document.querySelector(".card canvas").dataset.word`); word != "1" {
			t.Errorf("the map is of word %q, want 1", word)
		}
		clearMap(t, b)
		if fits := testbrowser.Evaluate[bool](b, `(() => { const c = document.querySelector(".card canvas").getBoundingClientRect(), p = document.querySelector(".card img").getBoundingClientRect(); return Math.abs(c.x - p.x) < 1 && Math.abs(c.y - p.y) < 1 && Math.abs(c.width - p.width) < 1 && Math.abs(c.height - p.height) < 1; })()`); !fits {
			t.Error("the map does not lie on the picture")
		}
		b.Run(chromedp.MouseEvent("mouseMoved", 1, 1))
		b.Eventually(`!document.querySelector(".card canvas").classList.contains("on")`)
	})

	b.Sub("keyboard", func(t *testing.T) {
		b.Run(chromedp.Focus(chromedp.CSS(`.card .word`)), chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowRight))
		if word := testbrowser.Evaluate[string](b, `document.querySelector(".card canvas").dataset.word`); word != "2" {
			t.Errorf("after two steps the map is of word %q, want 2", word)
		}
		if about := testbrowser.Evaluate[string](b, `document.querySelector(".card .about").textContent`); !strings.Contains(about, "74 % likely") {
			t.Errorf("the word's numbers are %q, want its probability of 74 %%", about)
		}
		b.Run(chromedp.KeyEvent(kb.Escape))
		if testbrowser.Evaluate[bool](b, `document.querySelector(".card canvas").classList.contains("on")`) {
			t.Error("the map stays after Escape")
		}
	})

	b.Sub("settings", func(t *testing.T) {
		testbrowser.Evaluate[bool](b, `(() => { const r = document.querySelector("input[name=best][value='5']"); r.click(); return true; })()`)
		b.Eventually(`document.querySelectorAll(".others button").length === 10`)
		b.Run(chromedp.Click(chromedp.CSS(`.others li:nth-child(2) button`)))
		if got := testbrowser.Evaluate[string](b, firstCaption); got != captionOf(blue)+" rank1" {
			t.Errorf("the second caption is %q", got)
		}
	})

	b.Sub("error", func(t *testing.T) {
		drop(b, "notes.txt", "text/plain", []byte("this is no picture"))
		b.Eventually(`!document.querySelector(".card .error").hidden`)
		if text := testbrowser.Evaluate[string](b, `document.querySelector(".card .error").textContent`); len(text) < 20 {
			t.Errorf("the refusal is %q", text)
		}
		if !testbrowser.Evaluate[bool](b, `!document.querySelector(".card .again").hidden && document.querySelector(".card .busy").hidden`) {
			t.Error("a failed card is busy, or cannot be tried again")
		}
		// Chromium itself logs an answer of 4xx.
		b.Forgive("status of 4")
		b.Run(chromedp.Click(chromedp.CSS(`.card .remove`)))
		if n := testbrowser.Evaluate[int](b, `document.querySelectorAll(".card").length`); n != 2 {
			t.Errorf("%d cards are left, want 2", n)
		}
	})
	b.Quiet()
}

// hover moves the pointer to the middle of an element.
func hover(b *testbrowser.Browser, selector string) {
	box := testbrowser.Evaluate[[]float64](b, fmt.Sprintf(`(() => { const e = document.querySelector(%q); e.scrollIntoView({ block: "nearest" }); const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()`, selector))
	b.Run(chromedp.MouseEvent("mouseMoved", box[0], box[1]))
}

// clearMap fails where a map is the same everywhere.
func clearMap(t *testing.T, b *testbrowser.Browser) {
	t.Helper()
	spread := testbrowser.Evaluate[[]float64](b, `(() => {
		const canvas = document.querySelector(".card canvas");
		const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
		let low = 255, high = 0;
		for (let i = 3; i < pixels.length; i += 4) { low = Math.min(low, pixels[i]); high = Math.max(high, pixels[i]); }
		return [low, high];
	})()`)
	if spread[1]-spread[0] < 50 {
		t.Errorf("the map's veil is between %v and %v everywhere", spread[0], spread[1])
	}
}

func TestPageThemesAndWidths(t *testing.T) {
	for _, test := range []struct {
		name, scheme string
		width        int64
		ground       string
	}{
		{"wide-light", "light", 1440, "rgb(250, 248, 244)"},
		{"wide-dark", "dark", 1440, "rgb(19, 18, 17)"},
		{"phone-light", "light", 390, "rgb(250, 248, 244)"},
		{"phone-dark", "dark", 390, "rgb(19, 18, 17)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			model, gate := gated()
			b := testbrowser.Open(t, listen(t, model, nil), test.width, test.scheme, "#browse")
			narrow := func(state string) {
				t.Helper()
				if wide := testbrowser.Evaluate[int64](b, `document.documentElement.scrollWidth`); wide > test.width {
					t.Errorf("%s: the page is %d pixels wide on a screen of %d", state, wide, test.width)
				}
				b.Shoot(test.name + "-" + state)
			}
			if ground := testbrowser.Evaluate[string](b, `getComputedStyle(document.body).backgroundColor`); ground != test.ground {
				t.Errorf("the ground is %s, want %s", ground, test.ground)
			}
			narrow("empty")
			mouse := testbrowser.Evaluate[bool](b, `matchMedia("(hover: hover)").matches`) // there may be none beside a headless browser
			if said := testbrowser.Evaluate[string](b, `document.querySelector("#drop h2").innerText`); strings.HasPrefix(said, "Drop") != mouse {
				t.Errorf("with a mouse: %v, the page says %q", mouse, said)
			}
			drop(b, "panorama.jpg", "image/jpeg", jpegOf(t, plainPicture(blue, 1600, 400)))
			drop(b, "tower.jpg", "image/jpeg", jpegOf(t, plainPicture(red, 400, 1600)))
			b.Eventually(`document.querySelectorAll(".card.working .busy:not([hidden])").length === 2`)
			narrow("busy")
			close(gate)
			b.Eventually(`document.querySelectorAll(".caption .word").length === 6`)
			hover(b, `.card .word`)
			time.Sleep(300 * time.Millisecond) // the map fades in
			narrow("described")
			drop(b, "notes.txt", "text/plain", []byte("this is no picture"))
			b.Eventually(`document.querySelector(".card.failed")`)
			narrow("error")
		})
	}
}
