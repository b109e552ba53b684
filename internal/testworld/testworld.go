// Package testworld starts the processes of a world for tests: copies of the
// test program, or other programs.
package testworld

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"
)

// Long tells whether tests of minutes are asked for, as by make test-world.
func Long() bool { return os.Getenv("SEETELL_TEST_WORLD") != "" }

// Member is a process of a world.
type Member struct {
	*exec.Cmd
	out   bytes.Buffer
	ended chan struct{} // closed at its end
}

// FreePort returns a port of this machine that nobody listened on just now.
func FreePort(t testing.TB) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// Environment returns the variables that a launcher gives a process.
func Environment(rank, size, port int) []string {
	return []string{
		fmt.Sprint("RANK=", rank), fmt.Sprint("LOCAL_RANK=", rank), fmt.Sprint("WORLD_SIZE=", size),
		"MASTER_ADDR=127.0.0.1", fmt.Sprint("MASTER_PORT=", port), "OMP_NUM_THREADS=1",
	}
}

// Start starts a process, which is killed at the end of the test.
func Start(t testing.TB, environment []string, program string, arguments ...string) *Member {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute) // on a busy machine
	t.Cleanup(cancel)
	m := &Member{Cmd: exec.CommandContext(ctx, program, arguments...), ended: make(chan struct{})}
	m.Env = append(os.Environ(), environment...)
	m.Stdout, m.Stderr = &m.out, &m.out
	if err := m.Cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = m.Wait() // the exit code says it
		close(m.ended)
	}()
	return m
}

// World starts the processes of a world of a size on this machine, each with
// the environment besides.
func World(t testing.TB, size int, environment []string, program string, arguments ...string) []*Member {
	t.Helper()
	port, members := FreePort(t), make([]*Member, size)
	for rank := range members {
		members[rank] = Start(t, append(Environment(rank, size, port), environment...), program, arguments...)
	}
	return members
}

// Until waits until something has happened, however slow the machine is, and
// reports that; not where the process has ended before.
func (m *Member) Until(happened func() bool) bool {
	for {
		select {
		case <-m.ended:
			return happened()
		case <-time.After(10 * time.Millisecond):
			if happened() {
				return true
			}
		}
	}
}

// End waits for the end of the process and returns what it wrote and its exit
// code, -1 where a signal ended it.
func (m *Member) End() (text string, code int) {
	<-m.ended
	return m.out.String(), m.ProcessState.ExitCode()
}
