package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"
)

// argumentsKey is the key of the command line among an application's metadata.
const argumentsKey = "arguments"

// exitStatus is the end of a process that has said itself what failed.
type exitStatus int

func (e exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// farewell is how long the others may take to end behind one that failed: they
// learn of it at once, and may have something to write.
const farewell = 30 * time.Second

// startProcesses runs this command line once in each of some processes, and
// passes on what they say. The first signal lets them end in peace, the second
// ends them.
func startProcesses(c *cli.Context, count int) error {
	runtime.LockOSThread() // whose end would be told to the processes as this one's
	defer runtime.UnlockOSThread()
	port, err := freePort()
	if err != nil {
		return err
	}
	arguments, _ := c.App.Metadata[argumentsKey].([]string)
	ended := make(chan end, count)
	var all []*exec.Cmd
	for rank := range count {
		process := exec.Command("/proc/self/exe", arguments...)
		process.Env = append(os.Environ(), memberEnvironment(rank, count, port)...)
		process.Stdout, process.Stderr = os.Stdout, os.Stderr
		if rank == 0 {
			process.Stdin = os.Stdin
		}
		process.SysProcAttr = &syscall.SysProcAttr{Setpgid: rank > 0, Pdeathsig: syscall.SIGTERM}
		if err := process.Start(); err != nil {
			signalAll(all, syscall.SIGKILL)
			return fmt.Errorf("start process %d of %d: %w", rank, count, err)
		}
		all = append(all, process)
		go func() { ended <- end{rank, process.Wait()} }()
	}
	return awaitAll(c, all, ended)
}

// memberEnvironment is what a launcher would say to a process, and its part of
// the processors where the user has not divided them.
func memberEnvironment(rank, count, port int) []string {
	variables := []string{
		fmt.Sprint("RANK=", rank), fmt.Sprint("LOCAL_RANK=", rank), fmt.Sprint("WORLD_SIZE=", count),
		"MASTER_ADDR=127.0.0.1", fmt.Sprint("MASTER_PORT=", port),
	}
	each := max(1, runtime.GOMAXPROCS(0)/count)
	for _, name := range []string{"OMP_NUM_THREADS", "GOMAXPROCS"} {
		if os.Getenv(name) == "" {
			variables = append(variables, fmt.Sprintf("%s=%d", name, each))
		}
	}
	return variables
}

// end is how a process ended.
type end struct {
	rank int
	err  error
}

// awaitAll waits for the processes' ends and returns rank 0's failure, or else
// the first.
func awaitAll(c *cli.Context, all []*exec.Cmd, ended <-chan end) error {
	stop, late := c.Context.Done(), (<-chan time.Time)(nil)
	var first error
	for left := len(all); left > 0; {
		select {
		case e := <-ended:
			left--
			if e.err == nil {
				continue
			}
			if first == nil {
				late = time.After(farewell)
			}
			if first == nil || e.rank == 0 {
				first = endOf(e.err)
			}
		case <-stop:
			signalAll(all, syscall.SIGTERM)
			stop = nil
		case <-late:
			signalAll(all, syscall.SIGKILL)
		}
	}
	return first
}

// endOf says how a process ended: as its exit code does where it has one, since
// then it has said why.
func endOf(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() >= 0 {
		return exitStatus(exit.ExitCode())
	}
	return fmt.Errorf("a process ended: %w", err)
}

func signalAll(all []*exec.Cmd, signal syscall.Signal) {
	for _, process := range all {
		_ = process.Process.Signal(signal) // it may have ended
	}
}

// freePort returns a port on which nobody listened just now.
func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}
