package distributed

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seetell/seetell/internal/testworld"
)

// markVariable names the file by which a task says that it has begun.
const markVariable = "SEETELL_WORLD_TEST_MARK"

// cut meets the others again and again until that fails.
func cut(w *World) error {
	for {
		if err := w.Barrier(); err != nil {
			return err
		}
		if err := os.WriteFile(os.Getenv(markVariable), nil, 0o600); err != nil {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// TestMachines has two network namespaces, with a cable between them, stand for
// two machines: processes meet over IPv4 and IPv6, and notice that the cable is
// pulled.
func TestMachines(t *testing.T) {
	t.Parallel()
	names := [2]string{fmt.Sprint("seetell-a", os.Getpid()), fmt.Sprint("seetell-b", os.Getpid())}
	cable(t, names)
	port := testworld.FreePort(t)
	for _, address := range []string{"10.77.0.1", "fd77::1"} {
		for rank, text := range said(onMachines(t, names, address, port, taskVariable+"=collectives")) {
			if !strings.Contains(text, "agree") || !strings.Contains(text, "from rank 0 <nil>") {
				t.Errorf("%s, rank %d: %s", address, rank, text)
			}
		}
	}
	mark := filepath.Join(t.TempDir(), "begun")
	members := onMachines(t, names, "10.77.0.1", port, taskVariable+"=cut", markVariable+"="+mark)
	begun := func() bool { _, err := os.Stat(mark); return err == nil }
	if !members[0].Until(begun) {
		t.Error("they do not meet")
	}
	ip(t, "-n", names[0], "link", "set", "cable", "down")
	begin := time.Now()
	for rank, text := range said(members) {
		if !strings.Contains(text, "left") {
			t.Errorf("rank %d says %q, want that one left", rank, text)
		}
	}
	t.Logf("over after %v", time.Since(begin))
}

// onMachines starts a process in each of two namespaces.
func onMachines(t *testing.T, names [2]string, address string, port int, environment ...string) (members []*testworld.Member) {
	t.Helper()
	for rank, name := range names {
		variables := append(testworld.Environment(rank, 2, port), environment...)
		members = append(members, testworld.Start(t, append(variables, "MASTER_ADDR="+address), "ip", "netns", "exec", name, os.Args[0]))
	}
	return members
}

// cable makes two namespaces and what lies between them, or skips the test where
// that is not allowed.
func cable(t *testing.T, names [2]string) {
	t.Helper()
	for _, name := range names {
		if out, err := exec.Command("ip", "netns", "add", name).CombinedOutput(); err != nil {
			t.Skipf("needs network namespaces: %v: %s", err, out)
		}
		t.Cleanup(func() { _ = exec.Command("ip", "netns", "delete", name).Run() })
	}
	if out, err := exec.Command("ip", "-n", names[0], "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", names[1]).CombinedOutput(); err != nil {
		t.Skipf("needs virtual cables: %v: %s", err, out)
	}
	for i, name := range names {
		ip(t, "-n", name, "address", "add", fmt.Sprintf("10.77.0.%d/24", i+1), "dev", "cable")
		ip(t, "-n", name, "address", "add", fmt.Sprintf("fd77::%d/64", i+1), "dev", "cable", "nodad")
		ip(t, "-n", name, "link", "set", "cable", "up")
		ip(t, "-n", name, "link", "set", "lo", "up")
	}
}

func ip(t *testing.T, arguments ...string) {
	t.Helper()
	if out, err := exec.Command("ip", arguments...).CombinedOutput(); err != nil {
		t.Fatalf("ip %s: %v: %s", strings.Join(arguments, " "), err, out)
	}
}
