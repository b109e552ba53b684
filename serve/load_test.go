package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image/color"
	"io"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seetell/seetell/internal/memory"
)

// post sends a picture over the network and returns the answer, for which it
// waits a minute.
func post(t testing.TB, client *http.Client, address string, file []byte) (int, []byte, error) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(file))
	if err != nil {
		return 0, nil, err
	}
	answer, err := client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return answer.StatusCode, body, err
}

// captionIn is the best caption of an answer.
func captionIn(body []byte) string {
	var got nativeAnswer
	if err := json.Unmarshal(body, &got); err != nil || len(got.Captions) == 0 {
		return string(body)
	}
	return got.Captions[0].Text
}

// colours returns n that fakeModel tells apart.
func colours(n int) []color.NRGBA {
	all := make([]color.NRGBA, n)
	for i := range all {
		all[i] = color.NRGBA{uint8(32 * (i % 7)), uint8(32 * (i / 7 % 7)), uint8(32 * (i / 49 % 7)), 255}
	}
	return all
}

func TestEachClientGetsItsOwnCaption(t *testing.T) {
	const clients, pictures = 16, 12
	model := &fakeModel{pause: 2 * time.Millisecond}
	address := listen(t, model, nil)
	all := colours(clients * pictures)
	var group sync.WaitGroup
	for i := range clients {
		group.Go(func() {
			for _, c := range all[i*pictures : (i+1)*pictures] {
				status, body, err := post(t, http.DefaultClient, address+"/caption", pngOf(t, plainPicture(c, 30, 20)))
				if err != nil || status != 200 || captionIn(body) != captionOf(c) {
					t.Errorf("client %d: status %d, %v, %q; want %q", i, status, err, captionIn(body), captionOf(c))
				}
			}
		})
	}
	group.Wait()
	if largest := slices.Max(model.batches); largest < 2 || largest > DefaultOptions().MaxBatch {
		t.Errorf("the largest batch held %d pictures, want 2 to %d", largest, DefaultOptions().MaxBatch)
	}
}

func TestMemoryIsFlat(t *testing.T) {
	const pictures = 2000
	s := newServer(t, &fakeModel{}, nil)
	sizes := []int{16, 300, 64, 200, 37, 128, 90, 256, 400, 50}
	files := make([][]byte, len(sizes))
	for i, size := range sizes {
		files[i] = jpegOf(t, plainPicture(red, size, size*3/4+1))
	}
	describe := func(count int) {
		for i := range count {
			if answer := ask(t, s, request{path: "/caption", body: bytes.NewReader(files[i%len(files)])}); answer.Code != 200 {
				t.Fatalf("status %d: %s", answer.Code, answer.Body)
			}
		}
	}
	describe(pictures / 4)
	runtime.GC()
	before := memory.Process().Resident
	routines := runtime.NumGoroutine()
	describe(pictures)
	runtime.GC()
	after := memory.Process().Resident
	t.Logf("resident memory: %d MB before, %d MB after %d pictures", before>>20, after>>20, pictures)
	if after > before+before/20+16<<20 {
		t.Errorf("resident memory grew from %d to %d bytes over %d pictures", before, after, pictures)
	}
	if now := runtime.NumGoroutine(); now > routines {
		t.Errorf("%d goroutines before, %d after", routines, now)
	}
}

func TestFirstRequestIsNoSlower(t *testing.T) {
	m, photo := openModel(t)
	file, err := os.ReadFile(photo)
	if err != nil {
		t.Fatal(err)
	}
	var tried []string
	for range 5 { // the machine may be busy just then
		s := newServer(t, m, nil)
		var times []time.Duration
		for range 11 {
			start := time.Now()
			if answer := ask(t, s, request{path: "/caption", body: bytes.NewReader(file)}); answer.Code != 200 {
				t.Fatalf("status %d: %s", answer.Code, answer.Body)
			}
			times = append(times, time.Since(start))
		}
		first := times[0]
		slices.Sort(times)
		if first <= 2*times[len(times)/2] {
			return
		}
		tried = append(tried, fmt.Sprintf("%v against %v", first, times[len(times)/2]))
	}
	t.Errorf("the first request took more than twice the median, every time: %v", tried)
}

// gated returns a model that describes a batch for each value sent.
func gated() (*fakeModel, chan struct{}) {
	gate := make(chan struct{}, 64)
	for range 3 { // to warm up
		gate <- struct{}{}
	}
	return &fakeModel{gate: gate}, gate
}

// eventually waits for a condition of the server's.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !condition(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

func TestClientThatLeftFreesItsPlace(t *testing.T) {
	model, gate := gated()
	s := newServer(t, model, func(o *Options) { o.Queue = 2; o.MaxBatch = 1 })
	warm := model.begun.Load()
	address := serveOn(t, s)
	first := make(chan string, 1)
	go func() {
		_, body, _ := post(t, http.DefaultClient, address+"/caption", redJPEG(t))
		first <- captionIn(body)
	}()
	eventually(t, "the first is with the model", func() bool { return model.begun.Load() == warm+1 })
	ctx, leave := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address+"/caption", bytes.NewReader(redJPEG(t)))
	if err != nil {
		t.Fatal(err)
	}
	left := make(chan error, 1)
	go func() {
		_, err := http.DefaultClient.Do(r)
		left <- err
	}()
	eventually(t, "the second waits", func() bool { return s.queue.length() == 1 })
	leave()
	if err := <-left; err == nil {
		t.Error("the client that left was answered")
	}
	eventually(t, "its place is free", func() bool { return len(s.queue.places) == 1 })
	gate <- struct{}{}
	gate <- struct{}{}
	if text := <-first; text != captionOf(red) {
		t.Errorf("the first client got %q", text)
	}
	status, body, err := post(t, http.DefaultClient, address+"/caption", jpegOf(t, plainPicture(blue, 30, 30)))
	if err != nil || status != 200 || captionIn(body) != captionOf(blue) {
		t.Errorf("afterwards: status %d, %v, %s", status, err, body)
	}
	if !slices.Equal(model.batches[len(model.batches)-2:], []int{1, 1}) {
		t.Errorf("batches %v: the picture of the client that left was described", model.batches)
	}
}

// TestClientsWhoComeBackTogether: of those that were answered together the first
// to come back is not described alone.
func TestClientsWhoComeBackTogether(t *testing.T) {
	model, gate := gated()
	s := newServer(t, model, func(o *Options) { o.MaxBatch = 4 })
	s.queue.mutex.Lock()
	s.queue.last, s.queue.ended = 3, time.Now()
	s.queue.seconds = 100 // a slow model, whose pictures are worth waiting for
	s.queue.mutex.Unlock()
	var group sync.WaitGroup
	for waiting := range 3 {
		group.Go(func() {
			if answer := ask(t, s, request{path: "/caption", body: bytes.NewReader(redJPEG(t))}); answer.Code != 200 {
				t.Errorf("status %d: %s", answer.Code, answer.Body)
			}
		})
		if waiting < 2 {
			eventually(t, "it waits", func() bool { return s.queue.length() == waiting+1 })
			time.Sleep(10 * time.Millisecond)
		}
	}
	gate <- struct{}{}
	group.Wait()
	if got := model.batches[len(model.batches)-1]; got != 3 {
		t.Errorf("a batch of %d, want all 3", got)
	}
}

func TestFullQueueSaysWhenToComeAgain(t *testing.T) {
	model, gate := gated()
	s := newServer(t, model, func(o *Options) { o.Queue = 2; o.MaxBatch = 1 })
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			if answer := ask(t, s, request{path: "/caption", body: bytes.NewReader(redJPEG(t))}); answer.Code != 200 {
				t.Errorf("status %d of one that had its place", answer.Code)
			}
		})
	}
	eventually(t, "the queue is full", func() bool { return len(s.queue.places) == 2 })
	for name, q := range everyRoute(t, redJPEG(t)) {
		answer := ask(t, s, q)
		if answer.Code != http.StatusTooManyRequests || answer.Header().Get("Retry-After") != "1" {
			t.Errorf("%s: status %d, Retry-After %q; want 429 and a second", name, answer.Code, answer.Header().Get("Retry-After"))
		}
	}
	gate <- struct{}{}
	gate <- struct{}{}
	group.Wait()
	if answer := ask(t, s, request{method: "GET", path: "/metrics"}); !strings.Contains(answer.Body.String(), `seetell_rejected_total{reason="queue full"} 7`) {
		t.Errorf("the metrics do not tell of what was refused: %s", answer.Body)
	}
}

// Beside a model that takes no time, a request costs little.
func TestOverhead(t *testing.T) {
	s := newServer(t, &fakeModel{}, nil)
	address := serveOn(t, s)
	file := redJPEG(t)
	var rests []time.Duration
	for range 200 {
		start := time.Now()
		status, body, err := post(t, http.DefaultClient, address+"/caption", file)
		took := time.Since(start)
		var got nativeAnswer
		if err != nil || status != 200 || json.Unmarshal(body, &got) != nil {
			t.Fatalf("status %d, %v", status, err)
		}
		rests = append(rests, took-time.Duration((got.Seconds.Decode+got.Seconds.Model)*float64(time.Second)))
	}
	slices.Sort(rests)
	t.Logf("a request over decoding and the model: median %v, fastest %v, slowest %v", rests[len(rests)/2], rests[0], rests[len(rests)-1])
	if quartile := rests[len(rests)/4]; quartile > 2*time.Millisecond { // of the median, what else runs has its part
		t.Errorf("a request costs %v over decoding and the model, want under 2 ms", quartile)
	}
}

// length is how many pictures wait that the model has not begun with.
func (q *queue) length() int {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	return len(q.waiting)
}
