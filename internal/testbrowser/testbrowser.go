// Package testbrowser shows pages in a headless Chromium, for tests of what they
// do there.
package testbrowser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Browser is one that shows a page, and notes what it complains about and what
// it asks others than the page's own server for.
type Browser struct {
	context.Context
	t        *testing.T
	address  string
	mutex    sync.Mutex
	problems []string
}

// Open shows the page at address, width pixels wide, in the colour scheme "light"
// or "dark", and waits for the element of a CSS selector. The test skips without
// Chromium.
func Open(t *testing.T, address string, width int64, scheme, ready string) *Browser {
	t.Helper()
	b := start(t)
	b.address = address
	b.Resize(width, 900)
	must(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	b.Run(chromedp.Navigate(address), chromedp.WaitReady(chromedp.CSS(ready)))
	return b
}

func start(t *testing.T) *Browser {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("needs Chromium: apt-get install chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Env("TMPDIR="+t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.WSURLReadTimeout(time.Minute))
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	ctx, stop := chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(stop)
	ctx, leave := chromedp.NewContext(ctx)
	t.Cleanup(leave)
	b := &Browser{Context: ctx, t: t}
	b.Run()
	if err := chromedp.Listen(ctx, b.note); err != nil {
		t.Fatal(err)
	}
	must(b, log.Enable, cdp.Empty{})
	must(b, network.Enable, network.EnableParams{})
	return b
}

func (b *Browser) note(event any) {
	text := ""
	switch event := event.(type) {
	case *runtime.EventExceptionThrown:
		text = "exception: " + event.ExceptionDetails.Text
	case *runtime.EventConsoleAPICalled:
		text = fmt.Sprintf("console %s: %s", event.Type, event.Args[0].Value)
	case *log.EventEntryAdded:
		text = "log: " + event.Entry.Text
	case *network.EventRequestWillBeSent:
		if !b.own(event.Request.URL) {
			text = "request: " + event.Request.URL
		}
	}
	if text != "" {
		b.mutex.Lock()
		defer b.mutex.Unlock()
		b.problems = append(b.problems, text)
	}
}

// own tells whether an address is the page's own: of its server, or within it.
func (b *Browser) own(address string) bool {
	return slices.ContainsFunc([]string{"data:", "file:", "blob:", b.address}, func(start string) bool { return strings.HasPrefix(address, start) })
}

// Resize makes the page so many pixels large.
func (b *Browser) Resize(width, height int64) {
	must(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1, Mobile: width < 600})
}

// Run does actions, one after the other.
func (b *Browser) Run(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// must runs a command of the browser's protocol.
func must[P, R any](b *Browser, command cdp.Command[P, R], params P) {
	b.t.Helper()
	if _, err := chromedp.Call(b, command, params); err != nil {
		b.t.Fatal(err)
	}
}

// Evaluate evaluates a JavaScript expression.
func Evaluate[T any](b *Browser, expression string) T {
	b.t.Helper()
	out, err := chromedp.Run(b, chromedp.Evaluate[T](expression))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return out
}

// Eventually waits for a JavaScript condition.
func (b *Browser) Eventually(condition string) {
	b.t.Helper()
	for end := time.Now().Add(20 * time.Second); !Evaluate[bool](b, "!!("+condition+")"); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			b.t.Fatalf("never true: %s", condition)
		}
	}
}

// Forgive forgets what the browser complained about where that contains a text.
func (b *Browser) Forgive(text string) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.problems = slices.DeleteFunc(b.problems, func(problem string) bool { return strings.Contains(problem, text) })
}

// Quiet fails the test where the browser complained or asked others for anything
// since it was asked last.
func (b *Browser) Quiet() {
	b.t.Helper()
	b.mutex.Lock()
	defer b.mutex.Unlock()
	for _, problem := range b.problems {
		b.t.Errorf("the page is not quiet: %s", problem)
	}
	b.problems = nil
}

// Sub runs f as a subtest, which then owns what fails.
func (b *Browser) Sub(name string, f func(t *testing.T)) {
	whole := b.t
	defer func() { b.t = whole }()
	whole.Run(name, func(t *testing.T) {
		b.t = t
		f(t)
	})
}

// Shoot keeps a screenshot of the whole page in SEETELL_SCREENSHOTS, where that
// is set, to be looked at.
func (b *Browser) Shoot(name string) {
	b.t.Helper()
	dir := os.Getenv("SEETELL_SCREENSHOTS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(b, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o666); err != nil {
		b.t.Fatal(err)
	}
}
