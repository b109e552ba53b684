"""The program seetell, and the libtorch that it finds here."""

import importlib.util
import os
import subprocess
import sys

PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bin", "seetell")


def environment():
    """Returns the environment of the program: LIBTORCH names PyTorch's folder,
    unless it names one already."""
    variables = dict(os.environ)
    torch = importlib.util.find_spec("torch")
    if torch is not None and torch.submodule_search_locations:
        variables.setdefault("LIBTORCH", list(torch.submodule_search_locations)[0])
    return variables


def run(*arguments):
    """Runs the program and returns what it prints. What it warns of goes to
    standard error; a failure is a RuntimeError with its words."""
    done = subprocess.run([PROGRAM, *map(str, arguments)], env=environment(),
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip() or f"seetell ended with code {done.returncode}")
    sys.stderr.write(done.stderr)
    return done.stdout


def main():
    """Is the command seetell."""
    os.execve(PROGRAM, ["seetell", *sys.argv[1:]], environment())
