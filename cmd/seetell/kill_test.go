package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/seetell/seetell/internal/testrun"
)

// training returns the arguments of a run of a few seconds, which saves after
// each of its four steps. It goes on where one is, and then names those settings
// alone that no run remembers.
func training(out string, more ...string) []string {
	each := strings.Fields("train --device cpu --checkpoint-every 1 --keep 0")
	if _, err := os.Stat(filepath.Join(out, "last.resume.safetensors")); err == nil {
		return append(append(each, "--resume", "--out", out), more...)
	}
	args := append(each, strings.Fields("--data demo --limit 8 --epochs 2 --batch 4 --size 32 --grid 1 --features 16 --embedding 16 --hidden 16 --attention 16"+
		" --self-critical 1 --encoder-weights none --frozen-layers 0 --batch-norm batch --minimum-count 1 --precision float32 --beam 2 --max-words 8")...)
	return append(append(args, "--out", out), more...)
}

// stopped runs a training and sends it signals, one after the other, when it
// has run for a time. It returns the exit code, -1 for the end by a signal.
func stopped(t *testing.T, out string, after time.Duration, signals ...syscall.Signal) (code int, messages string) {
	t.Helper()
	var text bytes.Buffer
	command := exec.Command(must(t, plain), training(out)...)
	command.Stderr = &text
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(after, func() {
		for _, signal := range signals {
			_ = command.Process.Signal(signal) // it may have ended
			time.Sleep(20 * time.Millisecond)
		}
	})
	defer timer.Stop()
	var exit *exec.ExitError
	if err := command.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return command.ProcessState.ExitCode(), text.String()
}

// TestStoppedAnywhere stops trainings again and again, later each time, goes
// on, and compares what they leave with a run that was never stopped.
func TestStoppedAnywhere(t *testing.T) {
	program := must(t, plain)
	out := filepath.Join(t.TempDir(), "whole")
	begin := time.Now()
	if text, code := execute(t, nil, program, training(out)...); code != 0 {
		t.Fatalf("exit code %d: %s", code, text)
	}
	whole, want := time.Since(begin), testrun.Contents(t, out)
	for _, test := range []struct {
		name    string
		signals [][]syscall.Signal // of one stop after the other, in turn
		later   time.Duration
	}{
		{"killed", [][]syscall.Signal{{syscall.SIGKILL}}, whole / 16},
		{"asked to stop", [][]syscall.Signal{{syscall.SIGINT}, {syscall.SIGTERM}, {syscall.SIGINT, syscall.SIGINT}}, whole / 4},
	} {
		t.Run(test.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "run")
			stops, writing, after := 0, 0, whole/4
			for ; ; stops, after = stops+1, after+test.later {
				code, messages := stopped(t, out, after, test.signals[stops%len(test.signals)]...)
				testrun.Contents(t, out) // each file is whole
				if code == 0 {
					break
				}
				if code != -1 && code != exitInterrupted {
					t.Fatalf("exit code %d: %s", code, messages)
				}
				if half, _ := filepath.Glob(filepath.Join(out, ".*.safetensors*")); len(half) > 0 {
					writing++
				}
			}
			t.Logf("stopped %d times, %d of them while a file was being written", stops, writing)
			testrun.Same(t, testrun.Contents(t, out), want)
		})
	}
}

// TestHangUp ends a training's terminal: it saves and stops, and goes on where
// it was told to outlive that.
func TestHangUp(t *testing.T) {
	program := must(t, plain)
	for _, test := range []struct {
		name    string
		command []string
		code    int
	}{
		{"a terminal closed", []string{"env", "--default-signal=HUP", program}, exitInterrupted}, // also where the tests run under nohup
		{"under nohup", []string{"bash", "-c", `trap "" HUP; exec "$0" "$@"`, program}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "run")
			args := append(test.command[1:], training(out)...)
			command := exec.Command(test.command[0], args...)
			messages, err := command.StderrPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := command.Start(); err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewReader(messages)
			if _, err := lines.ReadString('\n'); err != nil { // it trains
				t.Fatal(err)
			}
			if err := command.Process.Signal(syscall.SIGHUP); err != nil {
				t.Fatal(err)
			}
			rest, err := io.ReadAll(lines)
			if err != nil {
				t.Fatal(err)
			}
			_ = command.Wait() // the exit code says it
			if code := command.ProcessState.ExitCode(); code != test.code {
				t.Errorf("exit code %d, want %d: %s", code, test.code, rest)
			}
			if _, err := os.Stat(filepath.Join(out, "last.resume.safetensors")); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestSecondSignal asks a training to stop within a step of many seconds, and
// again: the second time it ends at once, by the signal.
func TestSecondSignal(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	command := exec.Command(must(t, plain), training(out, "--limit", "16", "--batch", "16", "--size", "512")...)
	command.Env = append(os.Environ(), "OMP_NUM_THREADS=1")
	messages, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(messages).ReadString('\n'); err != nil { // the step begins
		t.Fatal(err)
	}
	time.Sleep(1500 * time.Millisecond)
	for range 2 {
		if err := command.Process.Signal(syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		time.Sleep(100 * time.Millisecond)
	}
	err = command.Wait()
	status := command.ProcessState.Sys().(syscall.WaitStatus)
	if !status.Signaled() || status.Signal() != syscall.SIGINT {
		t.Errorf("%v, want the end by the second signal", err)
	}
}

// TestFileSizeLimit trains where a file may take 60 MB: models can be written
// and what resuming needs cannot. The run ends, and says that it failed.
func TestFileSizeLimit(t *testing.T) {
	out := filepath.Join(t.TempDir(), "run")
	shell := []string{"-c", `ulimit -f 61440; exec "$0" "$@"`, must(t, plain)}
	text, code := execute(t, nil, "bash", append(shell, training(out)...)...)
	if code != exitFailed || !strings.Contains(text, "last.resume.safetensors: file too large") || !strings.Contains(text, "could not be saved") {
		t.Errorf("exit code %d, want %d and what could not be saved: %s", code, exitFailed, text)
	}
	for _, name := range []string{"best.safetensors", "last.safetensors", "epoch-02.safetensors"} {
		if _, err := os.Stat(filepath.Join(out, name)); err != nil {
			t.Error(err)
		}
	}
}
