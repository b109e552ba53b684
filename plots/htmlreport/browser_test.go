package htmlreport

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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

// browser is a headless Chromium that notes what it complains about and asks
// the network for.
type browser struct {
	context.Context
	t        *testing.T
	mutex    sync.Mutex
	problems []string
}

// openPage shows the page of source in a browser, width pixels wide.
func openPage(t *testing.T, source Source, width int64, scheme string) *browser {
	t.Helper()
	path := filepath.Join(t.TempDir(), "page.html")
	if err := Save(path, source); err != nil {
		t.Fatal(err)
	}
	b := startBrowser(t)
	must(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 900, DeviceScaleFactor: 1, Mobile: width < 600})
	must(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	b.run(chromedp.Navigate("file://"+path), chromedp.WaitReady(chromedp.CSS("body")))
	return b
}

func startBrowser(t *testing.T) *browser {
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
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.WSURLReadTimeout(time.Minute))
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	ctx, stop := chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(stop)
	ctx, leave := chromedp.NewContext(ctx)
	t.Cleanup(leave)
	b := &browser{Context: ctx, t: t}
	b.run()
	if err := chromedp.Listen(ctx, b.note); err != nil {
		t.Fatal(err)
	}
	must(b, log.Enable, cdp.Empty{})
	must(b, network.Enable, network.EnableParams{})
	return b
}

func (b *browser) note(event any) {
	text := ""
	switch event := event.(type) {
	case *runtime.EventExceptionThrown:
		text = "exception: " + event.ExceptionDetails.Text
	case *runtime.EventConsoleAPICalled:
		text = fmt.Sprintf("console %s: %s", event.Type, event.Args[0].Value)
	case *log.EventEntryAdded:
		text = "log: " + event.Entry.Text
	case *network.EventRequestWillBeSent:
		if u := event.Request.URL; !strings.HasPrefix(u, "data:") && !strings.HasPrefix(u, "file:") {
			text = "request: " + u
		}
	}
	if text != "" {
		b.mutex.Lock()
		defer b.mutex.Unlock()
		b.problems = append(b.problems, text)
	}
}

func (b *browser) run(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// must runs a command of the browser's protocol.
func must[P, R any](b *browser, command cdp.Command[P, R], params P) {
	b.t.Helper()
	if _, err := chromedp.Call(b, command, params); err != nil {
		b.t.Fatal(err)
	}
}

// evaluateJS evaluates a JavaScript expression.
func evaluateJS[T any](b *browser, expression string) T {
	b.t.Helper()
	out, err := chromedp.Run(b, chromedp.Evaluate[T](expression))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return out
}

// clean fails the test where the browser complained or asked for anything.
func (b *browser) clean() {
	b.t.Helper()
	b.mutex.Lock()
	defer b.mutex.Unlock()
	for _, problem := range b.problems {
		b.t.Errorf("the page is not quiet: %s", problem)
	}
}

// sub runs f as a subtest, which then owns what fails.
func (b *browser) sub(name string, f func(t *testing.T)) {
	whole := b.t
	defer func() { b.t = whole }()
	whole.Run(name, func(t *testing.T) {
		b.t = t
		f(t)
	})
}

// shoot keeps a screenshot of the whole page in SEETELL_SCREENSHOTS, where that
// is set, to be looked at.
func (b *browser) shoot(name string) {
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
