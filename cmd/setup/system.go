package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"golang.org/x/sys/unix"
)

// A need is something of the operating system, with the Debian package that
// brings it.
type need struct {
	debian string
	there  func() bool
}

// buildNeeds is what building takes; testNeeds is what the tests take besides.
var (
	buildNeeds = []need{
		{"g++", command("g++")},
		{"cmake", command("cmake")},
		{"ninja-build", command("ninja")},
		{"libjpeg62-turbo-dev", header("jmorecfg.h")},
	}
	testNeeds = []need{
		{"chromium", command("chromium", "chromium-browser", "google-chrome")},
		{"fonts-dejavu-core", installed("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")}, // Chromium ends where there is no font
	}
)

func installed(path string) func() bool {
	return func() bool {
		_, err := os.Stat(path)
		return err == nil
	}
}

func command(names ...string) func() bool {
	return func() bool {
		for _, name := range names {
			if _, err := exec.LookPath(name); err == nil {
				return true
			}
		}
		return false
	}
}

// header asks the compiler, which knows where it looks.
func header(name string) func() bool {
	return func() bool {
		check := exec.Command("g++", "-E", "-x", "c++", "-")
		check.Stdin = strings.NewReader("#include <" + name + ">\n")
		return check.Run() == nil
	}
}

// ensureSystem installs with apt-get what is absent, as root, once it has said
// what; where somebody sits at a terminal it asks before. Anyone else is told
// the line to run.
func ensureSystem(ctx context.Context, needs []need) error {
	missing := absent(needs)
	if len(missing) == 0 {
		return nil
	}
	install := append([]string{"install", "--yes", "--no-install-recommends"}, missing...)
	line := "apt-get " + strings.Join(install, " ")
	if os.Geteuid() != 0 || !command("apt-get")() {
		return fmt.Errorf("some Debian packages are missing; run this, then try again: sudo %s", line)
	}
	if err := consent(ctx, line, os.Stdin); err != nil {
		return err
	}
	if err := run(exec.CommandContext(ctx, "apt-get", "update", "--quiet")); err != nil {
		return err
	}
	return run(exec.CommandContext(ctx, "env", append([]string{"DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet"}, install...)...))
}

// consent says what is about to be run, and waits for a yes where input is a
// terminal. Elsewhere, in a container's build say, nobody could answer.
func consent(ctx context.Context, line string, input *os.File) error {
	if !isTerminal(input) {
		say("nobody to ask, so this is run: %s", line)
		return nil
	}
	say("Debian packages are missing. Run this? [y/N] %s", line)
	answer := make(chan string, 1)
	go func() {
		text, _ := bufio.NewReader(input).ReadString('\n')
		answer <- text
	}()
	select {
	case text := <-answer:
		return agreed(text, line)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// agreed is nil for a yes.
func agreed(answer, line string) error {
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	}
	return fmt.Errorf("nothing was installed; run this, then try again: %s", line)
}

// isTerminal tells terminals from other character devices, such as /dev/null.
func isTerminal(file *os.File) bool {
	_, err := unix.IoctlGetTermios(int(file.Fd()), unix.TCGETS)
	return err == nil
}

func absent(needs []need) []string {
	var missing []string
	for _, n := range needs {
		if !n.there() {
			missing = append(missing, n.debian)
		}
	}
	return missing
}
