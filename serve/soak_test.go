package serve

import (
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seetell/seetell/internal/memory"
)

// soakVariable says how long TestManyClientsForLong goes on; `make load` sets
// ten minutes.
const soakVariable = "SEETELL_TEST_LOAD"

func handles(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skipf("needs /proc: %v", err)
	}
	return len(entries)
}

// 64 clients, each with its own pictures and captions: memory, goroutines and
// handles are after it what they were after its beginning.
func TestManyClientsForLong(t *testing.T) {
	length := 3 * time.Second
	if text := os.Getenv(soakVariable); text != "" {
		var err error
		if length, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
	}
	const clients = 64
	model := &fakeModel{pause: time.Millisecond}
	address := listen(t, model, func(o *Options) { o.Queue = clients })
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	all := colours(clients)
	files := make([][]byte, clients)
	for i, c := range all {
		files[i] = pngOf(t, plainPicture(c, 200+i, 150))
	}
	var described atomic.Int64
	during := func(length time.Duration) {
		end := time.Now().Add(length)
		var group sync.WaitGroup
		for i := range clients {
			group.Go(func() {
				for time.Now().Before(end) {
					status, body, err := post(t, client, address+"/caption", files[i])
					if err != nil || status != 200 || captionIn(body) != captionOf(all[i]) {
						t.Errorf("client %d: status %d, %v, %q", i, status, err, captionIn(body))
						return
					}
					described.Add(1)
				}
			})
		}
		group.Wait()
		client.CloseIdleConnections()
		model.batches = nil
		time.Sleep(200 * time.Millisecond)
		debug.FreeOSMemory() // what the fake model noted of its batches, too
	}
	during(length / 4)
	resident, routines, open := memory.Process().Resident, runtime.NumGoroutine(), handles(t)
	during(length)
	t.Logf("%d captions; resident memory %d and %d MB, goroutines %d and %d, handles %d and %d", described.Load(),
		resident>>20, memory.Process().Resident>>20, routines, runtime.NumGoroutine(), open, handles(t))
	if after := memory.Process().Resident; length >= time.Minute && after > resident+resident/20 {
		t.Errorf("resident memory grew from %d to %d bytes", resident, after)
	}
	if now := runtime.NumGoroutine(); now > routines+8 {
		t.Errorf("%d goroutines, %d afterwards", routines, now)
	}
	if now := handles(t); now > open+8 {
		t.Errorf("%d handles, %d afterwards", open, now)
	}
}
