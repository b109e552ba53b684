// Package python starts Python so that nothing of the current folder is
// imported: a folder of pictures that came from elsewhere may hold a torch.py.
// The user's own packages, of the site and of PYTHONPATH, still are.
package python

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// offPath takes the current folder off the path, which `python -c` begins with
// it. From Python 3.11 on PYTHONSAFEPATH, which processes below inherit, has
// kept it off already.
const offPath = "import sys; sys.path[:] = [p for p in sys.path if p]\n"

// Program returns the command that runs a program's text with arguments.
func Program(ctx context.Context, interpreter, program string, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, interpreter, append([]string{"-c", offPath + program}, args...)...)
	command.Env = environment()
	return command
}

// Module returns the command that runs a module as `python -m` does.
func Module(ctx context.Context, interpreter, module string, args ...string) *exec.Cmd {
	return Program(ctx, interpreter, "import runpy; runpy.run_module('"+module+"', run_name='__main__', alter_sys=True)", args...)
}

// environment is the process's, in which PYTHONPATH names whole paths alone:
// an empty one, or one from here, is the current folder or below it.
func environment() []string {
	variables := append(os.Environ(), "PYTHONSAFEPATH=1")
	folders, found := os.LookupEnv("PYTHONPATH")
	if !found {
		return variables
	}
	whole := slices.DeleteFunc(filepath.SplitList(folders), func(path string) bool { return !filepath.IsAbs(path) })
	if len(whole) == 0 {
		return slices.DeleteFunc(variables, func(v string) bool { return strings.HasPrefix(v, "PYTHONPATH=") })
	}
	return append(variables, "PYTHONPATH="+strings.Join(whole, string(filepath.ListSeparator)))
}
