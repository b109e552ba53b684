package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
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

// ensureSystem installs with apt-get what is absent, as root; anyone else is
// told the line to run.
func ensureSystem(ctx context.Context, needs []need) error {
	missing := absent(needs)
	if len(missing) == 0 {
		return nil
	}
	install := append([]string{"install", "--yes", "--no-install-recommends"}, missing...)
	if os.Geteuid() != 0 || !command("apt-get")() {
		return fmt.Errorf("some Debian packages are missing; run this, then try again: sudo apt-get %s", strings.Join(install, " "))
	}
	say("installing %s", strings.Join(missing, ", "))
	if err := run(ctx, "apt-get", "update", "--quiet"); err != nil {
		return err
	}
	return run(ctx, "env", append([]string{"DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet"}, install...)...)
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
