package serve

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// clientsVariable names the folder of the clients; `make test` sets it.
const clientsVariable = "SEETELL_TEST_CLIENTS"

// client returns a path within the folder of clients that are not ours.
func client(t *testing.T, name ...string) string {
	t.Helper()
	dir := os.Getenv(clientsVariable)
	if dir == "" {
		t.Skipf("needs clients of other makers: run `make test`, or set %s to what `go run ./cmd/setup clients` prints", clientsVariable)
	}
	path := filepath.Join(append([]string{dir}, name...)...)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("needs a client: %v", err)
	}
	return path
}

// answersOf runs a script with the server's address and a photo, and returns
// the JSON that it prints.
func answersOf(t *testing.T, program string, args ...string) map[string]any {
	t.Helper()
	command := exec.CommandContext(t.Context(), program, args...)
	command.Env = append(os.Environ(), "CLIENTS="+filepath.Join(os.Getenv(clientsVariable), "node"),
		"HF_HUB_DISABLE_TELEMETRY=1", "HF_HUB_OFFLINE=0", "NO_PROXY=*", "no_proxy=*")
	out, err := command.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		t.Fatalf("%v: %v\n%s", args, err, exit.Stderr)
	}
	if err != nil {
		t.Fatal(err)
	}
	var answers map[string]any
	if err := json.Unmarshal(out, &answers); err != nil {
		t.Fatalf("%v: %v in %s", args, err, out)
	}
	return answers
}

// same compares what a client understood.
func same(t *testing.T, answers map[string]any, want map[string]any) {
	t.Helper()
	for name, value := range want {
		if answers[name] != value {
			t.Errorf("%s: the client understood %v, want %v", name, answers[name], value)
		}
	}
}

func photo(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "photo.jpg")
	if err := os.WriteFile(path, redJPEG(t), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPythonClients(t *testing.T) {
	text, prose := captionOf(red), sentence(captionOf(red))
	for _, test := range []struct {
		name, environment, script string
		want                      map[string]any
	}{
		{"huggingface_hub 2.4.0", "hub-2.4", "hub.py", map[string]any{"version": "2.4.0", "path": text, "bytes": text, "v1": text, "refused": true}},
		{"huggingface_hub 0.36.2", "hub-0.36", "hub.py", map[string]any{"version": "0.36.2", "path": text, "bytes": text, "v1": text, "refused": true}},
		{"huggingface_hub 0.25.2", "hub-0.25", "hub.py", map[string]any{"version": "0.25.2", "path": text, "bytes": text, "v1": text, "refused": true}},
		{"openai", "others", "openai_client.py", map[string]any{"version": "3.57.0", "models": "seetell", "whole": prose, "stream": prose, "usage": 3., "refused": true}},
		{"ollama", "others", "ollama_client.py", map[string]any{"models": "seetell:latest", "vision": true, "generate": prose, "chat": prose, "stream": prose, "refused": true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			python := client(t, test.environment, "bin", "python")
			address := listen(t, &fakeModel{}, nil)
			same(t, answersOf(t, python, filepath.Join("testdata", "clients", test.script), address, photo(t)), test.want)
		})
	}
}

func TestJavaScriptClients(t *testing.T) {
	text, prose := captionOf(red), sentence(captionOf(red))
	for _, test := range []struct {
		name string
		want map[string]any
	}{
		{"inference", map[string]any{"text": text, "refused": true}},
		{"inference-4.13.14", map[string]any{"text": text, "refused": true}},
		{"openai", map[string]any{"whole": prose, "stream": prose}},
		{"ollama", map[string]any{"generate": prose, "stream": prose}},
		{"ai", map[string]any{"whole": prose, "stream": prose}},
	} {
		t.Run(test.name, func(t *testing.T) {
			node := node(t)
			address := listen(t, &fakeModel{}, nil)
			same(t, answersOf(t, node, filepath.Join("testdata", "clients", "clients.mjs"), address, photo(t), test.name), test.want)
		})
	}
}

func node(t *testing.T) string {
	t.Helper()
	client(t, "node", "node_modules")
	path, err := exec.LookPath("node")
	if err != nil {
		t.Skip("needs Node: apt-get install nodejs")
	}
	return path
}

// The client of JavaScript tries a 503 again at once, for ever; told 429, it
// stops.
func TestFullQueueStopsTheClient(t *testing.T) {
	node := node(t)
	model, gate := gated()
	s := newServer(t, model, func(o *Options) { o.Queue = 1; o.MaxBatch = 1 })
	address := serveOn(t, s)
	first := make(chan int, 1)
	go func() { first <- ask(t, s, request{path: "/caption", body: bytes.NewReader(redJPEG(t))}).Code }()
	eventually(t, "the queue is full", func() bool { return len(s.queue.places) == 1 })
	same(t, answersOf(t, node, filepath.Join("testdata", "clients", "clients.mjs"), address, photo(t), "busy"), map[string]any{"refused": true})
	metrics := ask(t, s, request{method: "GET", path: "/metrics"}).Body.String()
	if !strings.Contains(metrics, `seetell_rejected_total{reason="queue full"} 1`) {
		t.Errorf("the client asked more than once: %s", metrics)
	}
	gate <- struct{}{}
	if status := <-first; status != 200 {
		t.Errorf("the first request: status %d", status)
	}
}

// schemathesis asks what the description allows, and what it does not, and
// holds the answers to it.
func TestSchemathesis(t *testing.T) {
	program := client(t, "others", "bin", "schemathesis")
	address := listen(t, &fakeModel{}, nil)
	config, err := filepath.Abs(filepath.Join("testdata", "clients", "schemathesis.toml"))
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), program, "--config-file", config,
		"run", address+"/openapi.json", "--phases", "coverage,fuzzing", "--max-examples", "3", "--seed", "1", "--no-color")
	command.Dir = t.TempDir() // where it keeps what it found
	command.Env = append(os.Environ(), "NO_PROXY=*", "no_proxy=*", "HYPOTHESIS_STORAGE_DIRECTORY="+t.TempDir())
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("schemathesis found something: %v\n%s", err, tail(out))
	}
	t.Logf("%s", tail(out))
}

// tail returns the end of a long text.
func tail(text []byte) string {
	const most = 6000
	if len(text) > most {
		return fmt.Sprintf("… %s", text[len(text)-most:])
	}
	return string(text)
}
