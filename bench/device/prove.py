"""Proves seetell on a device: each check runs whatever became of the others, and
a table says what held, what failed and what was measured.

    prove.py [--device cuda] [--out DIR] [--minutes 5.5]

DIR gets device.md, the table, and a log of each check. `--device cpu` rehearses
it where there is no GPU, in small.
"""

import argparse
import datetime
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

import torch
from safetensors.torch import load_file

TOP = pathlib.Path(__file__).resolve().parents[2]
BIN = TOP / "build" / "device" / "bin"
COMPARE = TOP / "bench" / "pytorch" / "compare.py"

# What a device's sums may differ by from the CPU's, of the largest magnitude.
ALLOWED = {"features": 1e-4, "logits": 1e-4, "gradient": 1e-3, "losses": 1e-3}


class Failed(Exception):
    """What a check found wrong."""


class Prover:
    def __init__(self, options):
        self.options, self.rows = options, []
        self.out = pathlib.Path(options.out)
        self.out.mkdir(parents=True, exist_ok=True)
        self.work = pathlib.Path(tempfile.mkdtemp())
        self.end = time.monotonic() + 60 * options.minutes
        self.environment = {**os.environ, "LIBTORCH": os.path.dirname(torch.__file__), "NO_COLOR": "1"}
        self.small = options.device == "cpu"

    def left(self):
        return self.end - time.monotonic()

    def run(self, name, command, seconds=120, **environment):
        """Runs a command within the time that is left; what it prints goes to name.log too."""
        try:
            done = subprocess.run([str(word) for word in command], cwd=TOP, env={**self.environment, **environment},
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                  timeout=max(1, min(seconds, self.left())))
        except subprocess.TimeoutExpired as late:
            raise Failed(f"took longer than {late.timeout:.0f} s") from late
        with open(self.out / f"{name}.log", "a") as log:
            log.write(f"$ {' '.join(str(word) for word in command)}\n{done.stdout}\n")
        if done.returncode != 0:
            raise Failed(f"exit code {done.returncode}: {done.stdout.strip().splitlines()[-1:]}")
        return done.stdout

    def check(self, name, needs, does):
        """Runs one check, if needs seconds are left, and notes what it says or why it failed."""
        begin = time.monotonic()
        if self.left() < needs:
            result, said = "not run", f"{self.left():.0f} s were left"
        else:
            try:
                result, said = "holds", does()
            except Failed as failed:
                result, said = "FAILED", str(failed)
            except Exception as failed:  # a check that breaks must not end the others
                result, said = "FAILED", f"{type(failed).__name__}: {failed}"
        self.rows.append((name, result, said, time.monotonic() - begin))
        print(f"{name}: {result}: {said} ({self.rows[-1][3]:.0f} s)", flush=True)

    def seetell(self, name, *arguments, seconds=150, **environment):
        return self.run(name, [BIN / "seetell", *arguments], seconds, **environment)

    # The checks.

    def doctor(self):
        said = self.seetell("doctor", "doctor")
        lines = [" ".join(line.split()) for line in said.splitlines() if line.startswith(("libtorch ", "cuda "))]
        if not self.small and (torch.cuda.get_device_name(0) not in said):
            raise Failed("; ".join(lines))
        return "; ".join(lines)

    def operators(self):
        if self.small:
            return "needs a GPU: rehearsed without it"
        said = self.run("operators", [BIN / "nn.test", "-test.run", "^TestToDevice$", "-test.v"])
        if "--- PASS: TestToDevice" not in said:
            raise Failed("the test did not run")
        return "a layer of each kind, its gradients and a step of Adam within 1e-4 of the CPU's"

    def device_tests(self, name, tests):
        """Runs tests of device.test on the device, all of them; how many settings they had."""
        said = self.run(name, [BIN / "device.test", "-test.run", f"^({'|'.join(tests)})$", "-test.v"],
                        SEETELL_TEST_DEVICE=self.options.device, NVIDIA_TF32_OVERRIDE="0")
        missing = [test for test in tests if f"--- PASS: {test} " not in said]
        if missing:
            raise Failed(f"{', '.join(missing)} did not run")
        return said.count("    --- PASS")

    def ways(self):
        """Each way through a step and a search that is of its own, beside the CPU's."""
        tests = ["TestTrain", "TestSearch"] if self.small else ["TestTrain", "TestSearch", "TestUpload", "TestResume"]
        return f"{self.device_tests('ways', tests)} settings of training and searching, batches copied ahead: as the CPU's"

    def graphs(self):
        """Steps as CUDA graphs beside steps without."""
        if self.small:
            return "needs a GPU: rehearsed without it"
        tests = ["TestGraph", "TestGraphs", "TestGraphsResume"]
        return f"{self.device_tests('graphs', tests)} settings, twelve steps of two lengths each, one not finite: as the plain steps; a run resumed"

    def ours(self, device):
        """What our program makes of the same weights and batches on a device."""
        folder = tempfile.mkdtemp(dir=self.work)
        said = subprocess.run(
            [BIN / "bench-seetell", "-out", folder, "-device", device, "-threads", "4", "-dropout", "0",
             "-size", "64" if self.small else "224", "-batches", "3" if self.small else "10"],
            input="parity\n", stdout=subprocess.PIPE, text=True, check=True, timeout=max(1, self.left()),
            env={**self.environment, "NVIDIA_TF32_OVERRIDE": "0"}).stdout
        answer = json.loads(said.splitlines()[1])
        return load_file(answer["file"]), answer["losses"]

    def gradients(self):
        (cpu, cpu_losses), (device, losses) = self.ours("cpu"), self.ours(self.options.device)
        worst = {}
        for name, x in cpu.items():
            kind = name.split(".")[0]
            if kind == "after" or name.endswith("score.bias"):  # its gradient is 0, and what is computed rounding
                continue
            gap = ((x - device[name]).abs().max() / x.abs().max()).item()
            worst[kind] = max(worst.get(kind, 0), gap)
        worst["losses"] = max(abs(a - b) / abs(a) for a, b in zip(cpu_losses, losses))
        return self.within(worst, f"{len(losses)} steps, ")

    def within(self, gaps, before):
        said = before + ", ".join(f"{kind} {gap:.0e} (allowed {ALLOWED[kind]:.0e})" for kind, gap in gaps.items())
        if any(not gap <= ALLOWED[kind] for kind, gap in gaps.items()):
            raise Failed(said)
        return said

    def beside_pytorch(self):
        """Features, logits, gradients and losses beside PyTorch on the same device."""
        found = self.work / "parity.json"
        sizes = ["--size", "64", "--batches", "3"] if self.small else []
        try:
            self.run("pytorch", [sys.executable, COMPARE, "parity", "--seetell", BIN / "bench-seetell", "--device",
                                 self.options.device, "--json", found, *sizes], NVIDIA_TF32_OVERRIDE="0")
        except Failed:
            if not found.exists():  # differences beyond what a CPU is allowed are judged below
                raise
        gaps = {what.split(",")[0].replace("loss", "losses"): gap for what, gap in json.loads(found.read_text()).items()}
        return self.within(gaps, "ten steps, " if not self.small else "three steps, ")

    def demo(self):
        folder = self.work / "demo"
        begin = time.monotonic()
        if self.small:
            self.seetell("demo", "train", "--data", "demo", "--recipe", "demo", "--epochs", "1", "--limit", "64",
                         "--device", self.options.device, "--out", folder / "model")
        else:
            self.seetell("demo", "demo", "--device", self.options.device, "--out", folder)
        self.model = next(folder.rglob("best.safetensors"))
        history = [json.loads(line) for line in next(folder.rglob("history.jsonl")).read_text().splitlines()]
        return (f"in {time.monotonic() - begin:.0f} s: {history[-1]['pictures_per_second']:.0f} pictures a second, "
                f"waiting for data {100 * history[-1]['data_wait']:.1f} % of the time")

    def captions(self):
        found, seconds = {}, {}
        for device in ("cpu", self.options.device):
            if device in found:
                break
            folder = self.work / f"evaluate-{device.replace(':', '')}"
            begin = time.monotonic()
            self.seetell("captions", "evaluate", "--model", self.model, "--data", "demo", "--limit", "100", "--device", device,
                         "--precision", "float32", "--out", folder)
            seconds[device] = time.monotonic() - begin
            found[device] = {c["image_id"]: c["caption"] for c in json.loads((folder / "captions.json").read_text())}
        differ = [i for i, caption in found["cpu"].items() if found[self.options.device][i] != caption]
        said = f"{len(found['cpu']) - len(differ)} of {len(found['cpu'])} the same as the CPU's"
        if len(differ) > 2:  # two words of equal probability may change places
            raise Failed(said)
        return said

    def rate(self):
        """Pictures a second of captioning, beam 5, by two numbers of pictures."""
        seconds = []
        for count in ("8", "16") if self.small else ("30", "430"):
            begin = time.monotonic()
            self.seetell("rate", "evaluate", "--model", self.model, "--data", "demo", "--limit", count, "--device",
                         self.options.device, "--out", self.work / f"rate-{count}")
            seconds.append(time.monotonic() - begin)
        return f"{(8 if self.small else 400) / max(1e-3, seconds[1] - seconds[0]):.1f} pictures a second, beam 5"

    def resume(self):
        """A run that was killed and resumed beside one that was not."""
        common = ["--data", "demo", "--recipe", "demo", "--epochs", "2", "--limit", "64" if self.small else "640", "--keep", "0",
                  "--device", self.options.device, "--precision", "float32", "--beam", "1"]
        self.seetell("resume", "train", *common, "--out", self.work / "straight")
        killed = subprocess.Popen([BIN / "seetell", "train", *common, "--out", self.work / "killed"], cwd=TOP, env=self.environment,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not (self.work / "killed" / "epoch-01.safetensors").exists():
            if killed.poll() is not None or self.left() < 5:
                killed.kill()
                raise Failed("the run to be killed ended before its first epoch")
            time.sleep(.02)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        self.seetell("resume", "train", "--resume", "--out", self.work / "killed", "--device", self.options.device)
        last = [json.loads((self.work / run / "history.jsonl").read_text().splitlines()[-1])["loss"] for run in ("straight", "killed")]
        gap = abs(last[0] - last[1]) / last[0]
        if gap > (0 if self.small else 5e-3):
            raise Failed(f"losses {last[0]} and {last[1]}")
        straight, killed = (load_file(self.work / run / "last.safetensors") for run in ("straight", "killed"))
        same = all(torch.equal(x, killed[name]) for name, x in straight.items())
        return f"losses apart by {gap:.0e}, weights {'the same' if same else 'not the same to the last bit'}"

    def out_of_memory(self):
        """Training where all but 2 GB of the device is taken: it goes in parts, or ends with one clean line."""
        if self.small:
            return "needs a GPU: rehearsed without it"
        free, _ = torch.cuda.mem_get_info()
        taken = torch.empty(max(0, free - (2 << 30)), dtype=torch.uint8, device="cuda")
        try:
            said = self.seetell("memory", "train", "--data", "demo", "--recipe", "base", "--encoder-weights", "none", "--batch", "256",
                                "--limit", "256", "--epochs", "1", "--device", self.options.device, "--out", self.work / "memory")
        finally:
            del taken
            torch.cuda.empty_cache()
        parts = [line for line in said.splitlines() if "parts" in line or "memory" in line.lower()]
        return f"batch 256 in 2 GB was trained: {parts[0].strip() if parts else 'without a word'}"

    def timed(self, precision, batch, peers, graphs):
        found = self.work / f"time-{precision}-{batch}-{peers}.json"
        sizes = ["--size", "64", "--rounds", "1", "--steps", "1", "--batches", "1"] if self.small else \
            ["--rounds", "3", "--steps", "10", "--batches", "2" if batch > 16 else "10", *(["--graphs"] if graphs else [])]
        self.run("time", [sys.executable, COMPARE, "time", "--seetell", BIN / "bench-seetell", "--device", self.options.device,
                          "--precision", precision, "--batch", batch, "--peers", peers, "--json", found, *sizes])
        sides = json.loads(found.read_text())
        mine = sides["seetell"]["milliseconds"]
        return "; ".join(f"{side} {s['milliseconds']:.1f} ms, {s['peak'] / 1e6:.0f} MB" +
                         ("" if side == "seetell" else f" (ratio {mine / s['milliseconds']:.2f})") for side, s in sides.items())

    def table(self):
        device = torch.cuda.get_device_name(0) if not self.small else "rehearsal on a CPU"
        lines = [f"{datetime.date.today()}, {device}, PyTorch {torch.__version__}", "", "| check | result | measured | seconds |",
                 "|---|---|---|---|"]
        lines += [f"| {name} | {result} | {said.replace('|', '/')} | {seconds:.0f} |" for name, result, said, seconds in self.rows]
        (self.out / "device.md").write_text("\n".join(lines) + "\n")
        print("\n".join(lines))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--out", default=os.environ.get("OUT", "build/device-out"))
    parser.add_argument("--minutes", type=float, default=5.5, help="a check that does not fit in them is not run")
    options = parser.parse_args()
    p = Prover(options)
    p.check("what is there", 0, p.doctor)
    p.check("operators and gradients beside the CPU", 5, p.operators)
    p.check("ways through a step and a search", 20, p.ways)
    p.check("steps as graphs beside plain steps", 10, p.graphs)
    p.check("the model's gradients and steps beside the CPU", 10, p.gradients)
    p.check("the same beside PyTorch on the device", 10, p.beside_pytorch)
    p.check("the demo, data included", 20, p.demo)
    p.check("captions beside the CPU", 10, p.captions)
    p.check("captioning", 5, p.rate)
    p.check("resumed after kill -9", 15, p.resume)
    p.check("out of memory", 10, p.out_of_memory)
    for precision, batch, peers, graphs in [
            ("bfloat16", 4, "best,tutorial", True), ("bfloat16", 16, "best,compiled", True), ("float32", 4, "best,tutorial", False),
            ("bfloat16", 256, "best", True), ("float32", 16, "best", False), ("bfloat16", 4, "compiled", False)]:
        p.check(f"a step, {precision}, batch {batch}", 100 if "compiled" in peers else 25, lambda: p.timed(precision, batch, peers, graphs))
    p.table()
    sys.exit(any(result != "holds" for _, result, _, _ in p.rows))


if __name__ == "__main__":
    main()
