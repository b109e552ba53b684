package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"image"
	"image/png"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"
)

var servedAt = regexp.MustCompile(`address="?(http://[^" ]+)`)

// served starts `seetell serve` with a model of a few steps and returns the
// command and its address.
func served(t *testing.T, more ...string) (*exec.Cmd, string) {
	t.Helper()
	program, run := must(t, plain), filepath.Join(t.TempDir(), "run")
	if text, code := execute(t, nil, program, training(run)...); code != 0 {
		t.Fatalf("exit code %d: %s", code, text)
	}
	command := exec.Command(program, append([]string{"serve", "--model", run, "--listen", "127.0.0.1:0"}, more...)...)
	messages, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = command.Process.Kill() }) // it may have ended
	lines := bufio.NewScanner(messages)
	for lines.Scan() {
		if found := servedAt.FindStringSubmatch(lines.Text()); found != nil {
			go func() {
				for lines.Scan() {
				}
			}()
			return command, found[1]
		}
	}
	t.Fatal("the server does not say where it serves")
	return nil, ""
}

// asked sends a picture and returns the best caption.
func asked(client *http.Client, address string, file []byte) (int, string, error) {
	answer, err := client.Post(address+"/caption", "image/png", bytes.NewReader(file))
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	var body struct{ Captions []struct{ Text string } }
	err = json.NewDecoder(answer.Body).Decode(&body)
	if err != nil || len(body.Captions) == 0 {
		return answer.StatusCode, "", err
	}
	return answer.StatusCode, body.Captions[0].Text, nil
}

// TestServeEndsUnderLoad kills a server softly while clients ask: each of their
// requests is answered until nobody listens any more.
func TestServeEndsUnderLoad(t *testing.T) {
	command, address := served(t)
	var file bytes.Buffer
	if err := png.Encode(&file, image.NewRGBA(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	var mutex sync.Mutex
	answered := 0
	for range 16 {
		group.Go(func() {
			client := &http.Client{Transport: &http.Transport{}}
			defer client.CloseIdleConnections()
			for {
				status, text, err := asked(client, address, file.Bytes())
				if errors.Is(err, syscall.ECONNREFUSED) {
					return
				}
				if err != nil || status != http.StatusOK || text == "" {
					t.Errorf("status %d, %v, caption %q", status, err, text)
					return
				}
				mutex.Lock()
				answered++
				mutex.Unlock()
			}
		})
	}
	time.Sleep(time.Second)
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	group.Wait()
	if err := command.Wait(); err != nil {
		t.Errorf("the server ended with %v", err)
	}
	t.Logf("%d requests answered", answered)
	if answered < 16 {
		t.Errorf("%d requests were answered: there was no load", answered)
	}
}

// TestServeSecondSignal ends a server at once that waits for its drain delay.
func TestServeSecondSignal(t *testing.T) {
	command, _ := served(t, "--drain-delay", "1m")
	begin := time.Now()
	for range 2 {
		if err := command.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		time.Sleep(200 * time.Millisecond)
	}
	_ = command.Wait() // how it ended is its own affair
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("it took %v to end after a second signal", took)
	}
}
