package hub

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seetell/seetell/hub/hubtest"
)

// another returns this test's program as a process that downloads the test's
// data set into a cache.
func another(server *hubtest.Server, cache string, variables ...string) *exec.Cmd {
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), "HUB_CHILD=1", "HF_ENDPOINT="+server.URL, "HF_HUB_CACHE="+cache, "HF_TOKEN_PATH="+os.DevNull)
	command.Env = append(command.Env, variables...)
	command.Stderr = new(bytes.Buffer)
	return command
}

func run(t *testing.T, command *exec.Cmd) {
	t.Helper()
	if err := command.Run(); err != nil {
		t.Fatalf("%v: %s", err, command.Stderr)
	}
}

// TestKilled kills a download twenty times at random; the next continues it,
// and it ends whole and right.
func TestKilled(t *testing.T) {
	server, set := serve(t)
	cache := t.TempDir()
	server.Fail(
		&hubtest.Fault{InStore: true, Times: 1, Chunk: 3000, Pause: 50 * time.Millisecond}, // the kill comes before its end, however slow the machine
		&hubtest.Fault{InStore: true, Times: -1, Chunk: 3000, Pause: 2 * time.Millisecond},
	)
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	for kill := range 20 {
		command := another(server, cache)
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		if kill == 0 { // so that there is something to continue, however slow the machine
			awaitPartial(t, cache)
		} else {
			time.Sleep(time.Duration(random.IntN(60)) * time.Millisecond)
		}
		command.Process.Kill()
		if err := command.Wait(); err == nil {
			t.Logf("whole before kill %d", kill)
		}
	}
	requests := server.Requests()
	run(t, another(server, cache))
	checkCache(t, server, cache, set)
	continued := 0
	for _, r := range append(requests, server.Requests()...) {
		if r.Range != "" {
			continued++
		}
	}
	if continued == 0 {
		t.Error("no request continued what an earlier process had")
	}
}

// awaitPartial waits until a part of a file in the store has come: those are named by
// SHA-256. Others come whole at once.
func awaitPartial(t *testing.T, cache string) {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(time.Millisecond) {
		parts, err := filepath.Glob(filepath.Join(cache, "*", "blobs", "*.incomplete"))
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range parts {
			name := strings.TrimSuffix(filepath.Base(part), ".incomplete")
			if info, err := os.Stat(part); err == nil && info.Size() > 0 && sha256Name.MatchString(name) {
				return
			}
		}
	}
	t.Fatal("no part of a file came within a minute")
}

// TestTwoProcesses: both end well, and each large file was sent once.
func TestTwoProcesses(t *testing.T) {
	server, set := serve(t)
	cache := t.TempDir()
	server.Fail(&hubtest.Fault{InStore: true, Times: -1, Chunk: 10_000, Pause: 5 * time.Millisecond})
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			command := another(server, cache)
			if err := command.Run(); err != nil {
				t.Errorf("%v: %s", err, command.Stderr)
			}
		})
	}
	group.Wait()
	checkCache(t, server, cache, set)
	sent := map[string]int{}
	for _, r := range server.Requests() {
		if r.Store && r.Method == "GET" {
			sent[r.Path]++
		}
	}
	for path, n := range sent {
		if n != 1 {
			t.Errorf("%s was sent %d times", path, n)
		}
	}
	if len(sent) != 2 {
		t.Errorf("%d large files were sent, want 2", len(sent))
	}
}

// TestDiskFull: the error says what is kept, and the next process continues there.
func TestDiskFull(t *testing.T) {
	server, set := serve(t)
	cache := t.TempDir()
	command := another(server, cache, "HUB_CHILD_LIMIT=100000")
	if err := command.Run(); err == nil || !strings.Contains(command.Stderr.(*bytes.Buffer).String(), "100000 of 300000 bytes are kept") {
		t.Fatalf("%v: %s, want what is kept", err, command.Stderr)
	}
	server.Requests()
	run(t, another(server, cache))
	checkCache(t, server, cache, set)
	continued := false
	for _, r := range server.Requests() {
		continued = continued || r.Range == "bytes=100000-"
	}
	if !continued {
		t.Error("the next process began again")
	}
}

// TestDamagedPartial: what an earlier process left is not trusted.
func TestDamagedPartial(t *testing.T) {
	server, set := serve(t)
	cache := t.TempDir()
	for _, data := range set.Files {
		path := filepath.Join(cache, "datasets--owner--photos", "blobs", server.Digest(data)+".incomplete")
		os.MkdirAll(filepath.Dir(path), 0o777)
		if err := os.WriteFile(path, bytes.Repeat([]byte("x"), 1000), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	run(t, another(server, cache))
	checkCache(t, server, cache, set)
}

// TestNotWritable: a cache that cannot be written is told.
func TestNotWritable(t *testing.T) {
	server, _ := serve(t)
	c := connect(t, server)
	c.Cache = filepath.Join(t.TempDir(), "file")
	os.WriteFile(c.Cache, nil, 0o666)
	if _, err := download(c, Main); err == nil || !strings.Contains(err.Error(), "cache") {
		t.Errorf("got %v, want the cache named", err)
	}
}
