// Command setup brings what seetell is built and tested with, each file
// pinned and kept in the user's cache.
//
// A program outside this repository gets libtorch and our libraries, which
// package torch then finds, with one command:
//
//	go run github.com/seetell/seetell/cmd/setup@latest
//
// The repository's Makefile uses the others:
//
//	setup [-cuda] [-verify] libtorch   bring libtorch, print its folder
//	setup [-cuda] build                build the checkout's libraries into build/lib
//	setup clang-format                 bring clang-format, print its path
//	setup python                       bring the tests' Python, print its path
//	setup clients                      bring the clients that the server is tested with, print their folder
//	setup [-version V] wheel           pack bin/seetell, build/lib and build/NOTICES for pip, print the path of the wheel
//
// Standard output holds only what is printed as an answer. Set LIBTORCH to use
// a libtorch that is there, PYTHON to name the Python whose pip downloads.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

type options struct {
	cuda    bool   // CUDA's libraries and headers too
	verify  bool   // compare every byte in the cache, not only sizes
	version string // of what is packed, as git describe has it
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var o options
	flag.BoolVar(&o.cuda, "cuda", false, "bring and build what CUDA needs too")
	flag.BoolVar(&o.verify, "verify", false, "hash every file of libtorch in the cache, repair it if one has changed")
	flag.StringVar(&o.version, "version", "development", "of the wheel, as git describe prints it")
	flag.Parse()
	answer, err := setUp(ctx, flag.Arg(0), o)
	if err != nil {
		say("%v", err)
		os.Exit(1)
	}
	fmt.Println(answer)
}

// setUp does what one command line asks for and returns what to print.
func setUp(ctx context.Context, what string, o options) (string, error) {
	user, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	cache := filepath.Join(user, "seetell")
	switch what {
	case "clang-format":
		return ensureClangFormat(ctx, cache)
	case "python":
		if err := ensureSystem(ctx, testNeeds); err != nil {
			return "", err
		}
		return ensurePython(ctx, cache)
	case "clients":
		if err := ensureSystem(ctx, testNeeds); err != nil {
			return "", err
		}
		return ensureClients(ctx, cache)
	case "libtorch":
		return ensureLibtorch(ctx, cache, o)
	case "wheel":
		return packWheel(o.version)
	case "build", "":
	default:
		return "", fmt.Errorf("nothing is called %q: give libtorch, build, clang-format, python, clients, wheel or nothing", what)
	}
	if err := ensureSystem(ctx, buildNeeds); err != nil {
		return "", err
	}
	libtorch, err := ensureLibtorch(ctx, cache, o)
	if err != nil {
		return "", err
	}
	if what == "build" {
		return "build/lib", buildShim(ctx, ".", "build", libtorch, o.cuda)
	}
	return ensureShim(ctx, cache, libtorch, o.cuda)
}

// packWheel packs what `make build` built.
func packWheel(version string) (string, error) {
	built, err := filepath.Glob(filepath.Join("build", "lib", "libseetell_*.so"))
	if err != nil {
		return "", err
	}
	p := program{version: version, binary: filepath.Join("bin", "seetell"), libraries: built, notices: filepath.Join("build", "NOTICES"), source: "."}
	return p.wheel(filepath.Join("build", "dist"))
}

func ensureClangFormat(ctx context.Context, cache string) (string, error) {
	b := bundle{
		name: "clang-format", dir: filepath.Join(cache, "clang-format", clangFormatWheel.sha256[:12]),
		wheels: []wheel{clangFormatWheel}, keep: []string{"clang_format/data/bin/"}, fetch: fetch,
	}
	return filepath.Join(b.dir, "clang_format", "data", "bin", "clang-format"), b.ensure(ctx, false)
}

// say tells progress and troubles, on standard error.
func say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "setup: "+format+"\n", args...)
}
