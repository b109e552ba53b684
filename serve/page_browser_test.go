package serve

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// transfer is JavaScript for a DataTransfer that holds a file.
func transfer(name, kind string, data []byte) string {
	return fmt.Sprintf(`(() => { const t = new DataTransfer(), b = Uint8Array.from(atob(%q), c => c.charCodeAt(0)); t.items.add(new File([b], %q, { type: %q })); return t; })()`,
		base64.StdEncoding.EncodeToString(data), name, kind)
}

// drop lets a file fall on the page, as the browser tells of it.
func (b *browser) drop(name, kind string, data []byte) {
	b.t.Helper()
	js[bool](b, `(() => { const t = `+transfer(name, kind, data)+`;
		for (const type of ["dragenter", "dragover", "drop"]) document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: t }));
		return true; })()`)
}

const firstCaption = `document.querySelector(".card .caption").textContent`

func TestPageInBrowser(t *testing.T) {
	model := &fakeModel{}
	b := openPage(t, listen(t, model, nil), 1440, "light")
	b.shoot("empty")

	b.sub("drop", func(t *testing.T) {
		js[bool](b, `document.body.dispatchEvent(new DragEvent("dragenter", { bubbles: true, cancelable: true }))`)
		if !js[bool](b, `!document.getElementById("veil").hidden`) {
			t.Error("a file over the window is not welcomed")
		}
		js[bool](b, `document.body.dispatchEvent(new DragEvent("dragleave", { bubbles: true }))`)
		b.drop("holiday.jpg", "image/jpeg", redJPEG(t))
		b.eventually(firstCaption)
		if got := js[string](b, firstCaption); got != captionOf(red) {
			t.Errorf("the caption is %q, want %q", got, captionOf(red))
		}
		if n := js[int](b, `document.querySelectorAll(".others button").length`); n != 3 {
			t.Errorf("%d captions to choose from, want 3", n)
		}
		if alt := js[string](b, `document.querySelector(".card img").alt`); alt != captionOf(red) {
			t.Errorf("the picture's alternative text is %q", alt)
		}
		if !js[bool](b, `document.getElementById("veil").hidden`) {
			t.Error("the veil stays")
		}
	})

	b.sub("paste", func(t *testing.T) {
		js[bool](b, `document.dispatchEvent(new ClipboardEvent("paste", { bubbles: true, clipboardData: `+transfer("", "image/png", pngOf(t, plainPicture(blue, 40, 40)))+` }))`)
		b.eventually(`document.querySelectorAll(".card .caption .word").length === 6`)
		if got := js[string](b, firstCaption); got != captionOf(blue) {
			t.Errorf("the newest caption is %q, want %q", got, captionOf(blue))
		}
	})

	b.sub("hover", func(t *testing.T) {
		b.hover(`.card .word:nth-child(2)`)
		b.eventually(`document.querySelector(".card canvas").classList.contains("on")`)
		if word := js[string](b, `document.querySelector(".card canvas").dataset.word`); word != "1" {
			t.Errorf("the map is of word %q, want 1", word)
		}
		b.clearMap()
		if fits := js[bool](b, `(() => { const c = document.querySelector(".card canvas").getBoundingClientRect(), p = document.querySelector(".card img").getBoundingClientRect(); return Math.abs(c.x - p.x) < 1 && Math.abs(c.y - p.y) < 1 && Math.abs(c.width - p.width) < 1 && Math.abs(c.height - p.height) < 1; })()`); !fits {
			t.Error("the map does not lie on the picture")
		}
		b.run(chromedp.MouseEvent("mouseMoved", 1, 1))
		b.eventually(`!document.querySelector(".card canvas").classList.contains("on")`)
	})

	b.sub("keyboard", func(t *testing.T) {
		b.run(chromedp.Focus(chromedp.CSS(`.card .word`)), chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowRight))
		if word := js[string](b, `document.querySelector(".card canvas").dataset.word`); word != "2" {
			t.Errorf("after two steps the map is of word %q, want 2", word)
		}
		if about := js[string](b, `document.querySelector(".card .about").textContent`); !strings.Contains(about, "74 % likely") {
			t.Errorf("the word's numbers are %q, want its probability of 74 %%", about)
		}
		b.run(chromedp.KeyEvent(kb.Escape))
		if js[bool](b, `document.querySelector(".card canvas").classList.contains("on")`) {
			t.Error("the map stays after Escape")
		}
	})

	b.sub("settings", func(t *testing.T) {
		js[bool](b, `(() => { const r = document.querySelector("input[name=best][value='5']"); r.click(); return true; })()`)
		b.eventually(`document.querySelectorAll(".others button").length === 10`)
		b.run(chromedp.Click(chromedp.CSS(`.others li:nth-child(2) button`)))
		if got := js[string](b, firstCaption); got != captionOf(blue)+" rank1" {
			t.Errorf("the second caption is %q", got)
		}
	})

	b.sub("error", func(t *testing.T) {
		b.drop("notes.txt", "text/plain", []byte("this is no picture"))
		b.eventually(`!document.querySelector(".card .error").hidden`)
		if text := js[string](b, `document.querySelector(".card .error").textContent`); len(text) < 20 {
			t.Errorf("the refusal is %q", text)
		}
		if !js[bool](b, `!document.querySelector(".card .again").hidden && document.querySelector(".card .busy").hidden`) {
			t.Error("a failed card is busy, or cannot be tried again")
		}
		// Chromium itself logs an answer of 4xx.
		b.mutex.Lock()
		for i, problem := range b.problems {
			if strings.Contains(problem, "status of 4") {
				b.problems = append(b.problems[:i:i], b.problems[i+1:]...)
				break
			}
		}
		b.mutex.Unlock()
		b.run(chromedp.Click(chromedp.CSS(`.card .remove`)))
		if n := js[int](b, `document.querySelectorAll(".card").length`); n != 2 {
			t.Errorf("%d cards are left, want 2", n)
		}
	})
	b.quiet()
}

// hover moves the pointer to the middle of an element.
func (b *browser) hover(selector string) {
	b.t.Helper()
	box := js[[]float64](b, fmt.Sprintf(`(() => { const e = document.querySelector(%q); e.scrollIntoView({ block: "nearest" }); const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()`, selector))
	b.run(chromedp.MouseEvent("mouseMoved", box[0], box[1]))
}

// clearMap fails where a map is the same everywhere.
func (b *browser) clearMap() {
	b.t.Helper()
	spread := js[[]float64](b, `(() => {
		const canvas = document.querySelector(".card canvas");
		const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
		let low = 255, high = 0;
		for (let i = 3; i < pixels.length; i += 4) { low = Math.min(low, pixels[i]); high = Math.max(high, pixels[i]); }
		return [low, high];
	})()`)
	if spread[1]-spread[0] < 50 {
		b.t.Errorf("the map's veil is between %v and %v everywhere", spread[0], spread[1])
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
			b := openPage(t, listen(t, model, nil), test.width, test.scheme)
			narrow := func(state string) {
				t.Helper()
				if wide := js[int64](b, `document.documentElement.scrollWidth`); wide > test.width {
					t.Errorf("%s: the page is %d pixels wide on a screen of %d", state, wide, test.width)
				}
				b.shoot(test.name + "-" + state)
			}
			if ground := js[string](b, `getComputedStyle(document.body).backgroundColor`); ground != test.ground {
				t.Errorf("the ground is %s, want %s", ground, test.ground)
			}
			narrow("empty")
			b.drop("panorama.jpg", "image/jpeg", jpegOf(t, plainPicture(blue, 1600, 400)))
			b.drop("tower.jpg", "image/jpeg", jpegOf(t, plainPicture(red, 400, 1600)))
			b.eventually(`document.querySelectorAll(".card.working .busy:not([hidden])").length === 2`)
			narrow("busy")
			close(gate)
			b.eventually(`document.querySelectorAll(".caption .word").length === 6`)
			b.hover(`.card .word`)
			time.Sleep(300 * time.Millisecond) // the map fades in
			narrow("described")
			b.drop("notes.txt", "text/plain", []byte("this is no picture"))
			b.eventually(`document.querySelector(".card.failed")`)
			narrow("error")
		})
	}
}
