"""Compares seetell with eager PyTorch: the same weights and batches, in one run.

    compare.py parity --seetell PROGRAM [--data SOURCE --weights FILE]
    compare.py time   --seetell PROGRAM [--data SOURCE --weights FILE]

PROGRAM is ./seetell, built; it writes a model and batches, which this side
reads, and takes turns with it. Features and gradients are also compared with
torchvision's ResNet-18 in place of our Python module's.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

import torch
import torchvision
from safetensors.torch import load_file
from torch.nn import functional

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "python"))
import seetell  # noqa: E402

# Largest differences allowed, over the largest magnitude of each tensor.
TOLERANCE = {"features": 1e-5, "logits": 1e-5, "gradient": 1e-4, "loss": 1e-4}

# Parameters that only shift what a norm or a softmax takes: their gradient is
# zero, and what is computed is rounding. It is compared with their weight's.
SHIFTS = {"encoder.projection.bias": "encoder.projection.weight",
          "decoder.attention.score.bias": "decoder.attention.score.weight"}


class Torchvision(torch.nn.Module):
    """ResNet-18 of torchvision without its pooling and classifier."""

    def __init__(self, state):
        super().__init__()
        self.model = torchvision.models.resnet18()
        self.model.load_state_dict(state, strict=False)
        self.model.fc = torch.nn.Identity()

    def forward(self, x):
        m = self.model
        x = m.maxpool(m.relu(m.bn1(m.conv1(x))))
        return m.layer4(m.layer3(m.layer2(m.layer1(x))))


class Seetell:
    """Our side, in a process of its own."""

    def __init__(self, options, folder):
        self.process = subprocess.Popen(
            [options.seetell, "-out", folder, "-data", options.data, "-weights", options.weights,
             "-precision", options.precision, "-threads", str(options.threads),
             "-batch", str(options.batch), "-batches", str(options.batches), "-size", str(options.size),
             f"-batch-norm={str(options.batch_norm).lower()}", "-dropout", str(options.dropout),
             "-learning-rate", str(options.learning_rate),
             "-encoder-learning-rate", str(options.encoder_learning_rate)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.about = self.read()

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit("seetell stopped")
        return json.loads(line)

    def ask(self, command):
        print(command, file=self.process.stdin, flush=True)
        return self.read()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Learner:
    """The training step in plain PyTorch."""

    def __init__(self, options, folder):
        self.options = options
        self.model, about = seetell.load(os.path.join(folder, "model.safetensors"))
        if options.torchvision:
            self.model.encoder.backbone = Torchvision(self.model.encoder.backbone.state_dict())
        if options.channels_last:
            self.model = self.model.to(memory_format=torch.channels_last)
        self.model.train()
        if not options.batch_norm:
            for module in self.model.encoder.backbone.modules():
                if isinstance(module, torch.nn.BatchNorm2d):
                    module.eval()
        backbone = list(self.model.encoder.backbone.parameters())
        mine = {id(p) for p in backbone}
        rest = [p for p in self.model.parameters() if id(p) not in mine]
        self.optimiser = torch.optim.Adam(
            [{"params": rest}, {"params": backbone, "lr": options.encoder_learning_rate}],
            lr=options.learning_rate, fused=True)
        preprocessing = about["preprocessing"]
        self.mean, self.std = (torch.tensor(preprocessing[k]) for k in ("mean", "std"))
        file = load_file(os.path.join(folder, "batches.safetensors"))
        self.batches = [{k: file[f"{i}.{k}"] for k in ("pixels", "picture", "words")}
                        for i in range(options.batches)]
        self.taken = 0

    def name(self, name):
        return name.replace("backbone.model.", "backbone.")

    def look(self, batch):
        x = ((batch["pixels"].float() * (1 / 255) - self.mean) / self.std).permute(0, 3, 1, 2)
        if not self.options.channels_last:
            x = x.contiguous()
        return self.model.encoder(x)

    def score(self, batch, features):
        words = batch["words"]
        start = torch.full((len(words), 1), seetell.START)
        inputs = torch.cat([start, words[:, :-1]], 1)
        inputs = inputs.masked_fill(inputs == seetell.END, seetell.PAD)
        logits, _ = self.model(features, batch["picture"], inputs, self.options.dropout)
        return logits

    def loss(self, batch):
        bfloat16 = self.options.precision == "bfloat16"
        with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
            features = self.look(batch)
            logits = self.score(batch, features)
        loss = functional.cross_entropy(logits.float().flatten(0, 1), batch["words"].flatten(),
                                        ignore_index=seetell.PAD)
        return loss, features, logits

    def step(self):
        batch = self.batches[self.taken % len(self.batches)]
        self.taken += 1
        self.optimiser.zero_grad()
        loss, _, _ = self.loss(batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 5)
        self.optimiser.step()
        return loss.item()

    def steps(self, count):
        begin = time.perf_counter()
        for _ in range(count):
            loss = self.step()
        return {"seconds": time.perf_counter() - begin, "loss": loss,
                "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}


def difference(ours, theirs, scale=None):
    """The largest difference over the largest magnitude."""
    return ((ours - theirs).abs().max() / (theirs if scale is None else scale).abs().max()).item()


def parity(options, program, learner):
    answer = program.ask("parity")
    ours = load_file(answer["file"])
    batch = learner.batches[0]
    buffers = {name: x.clone() for name, x in learner.model.named_buffers()}
    loss, features, logits = learner.loss(batch)
    loss.backward()
    gradients = {learner.name(name): p.grad.clone() for name, p in learner.model.named_parameters()}
    for name, x in learner.model.named_buffers():
        x.copy_(buffers[name])

    scored = batch["words"].T != seetell.PAD
    rows = [("features", difference(ours["features"], features)),
            ("logits", difference(ours["logits"], logits.transpose(0, 1)[scored]))]
    gaps = {name: difference(ours["gradient." + name], g, gradients[SHIFTS.get(name, name)])
            for name, g in gradients.items()}
    worst = max(gaps, key=gaps.get)
    rows.append((f"gradient, {len(gaps)} tensors, worst {worst}", gaps[worst]))
    losses = [learner.step() for _ in learner.batches]
    rows.append((f"loss, {len(losses)} steps of Adam",
                 max(abs(a - b) / abs(b) for a, b in zip(answer["losses"], losses))))
    print(f"{'what':70} {'difference':>10} {'allowed':>8}")
    good = True
    for what, gap in rows:
        allowed = TOLERANCE[what.split(",")[0]]
        good &= gap <= allowed
        print(f"{what:70} {gap:10.1e} {allowed:8.0e}{'' if gap <= allowed else '  TOO MUCH'}")
    return good


def timing(options, program, learner):
    """Blocks of steps in turn, A B A B; the first of each warms up."""
    blocks = {"seetell": [], "pytorch": []}
    for i in range(options.rounds + 1):
        for side, block in blocks.items():
            answer = (program.ask(f"steps {options.steps}") if side == "seetell"
                      else learner.steps(options.steps))
            if i > 0:
                block.append(answer)
    layout = "channels last" if options.channels_last else "NCHW (PyTorch's side)"
    print(f"{options.precision}, {options.threads} threads, batch {options.batch}, {layout}, "
          f"{options.rounds} blocks of {options.steps} steps each, in turn")
    medians = {}
    for side, block in blocks.items():
        times = [1000 * answer["seconds"] / options.steps for answer in block]
        medians[side] = statistics.median(times)
        print(f"{side:8} {medians[side]:7.1f} ms a step ({min(times):.1f} to {max(times):.1f}), "
              f"peak memory {max(answer['peak'] for answer in block) / 1e6:.0f} MB, "
              f"loss {block[-1]['loss']:.3f}")
    print(f"seetell takes {medians['seetell'] / medians['pytorch']:.2f} of PyTorch's time")
    print("seetell's handles and resident MB after each block:",
          ", ".join(f"{answer['live']} {answer['resident'] / 1e6:.0f}" for answer in blocks["seetell"]))
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", choices=["parity", "time"])
    parser.add_argument("--seetell", required=True)
    parser.add_argument("--data", default="demo")
    parser.add_argument("--weights", default="none")
    parser.add_argument("--precision", default="float32", choices=["float32", "bfloat16"])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--batches", type=int, default=10)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--batch-norm", action="store_true")
    parser.add_argument("--dropout", type=float, default=None, help="0 for parity, .5 for time")
    parser.add_argument("--learning-rate", type=float, default=3e-4)
    parser.add_argument("--encoder-learning-rate", type=float, default=3e-5)
    parser.add_argument("--no-channels-last", dest="channels_last", action="store_false")
    parser.add_argument("--torchvision", action="store_true", help="torchvision's ResNet-18 on this side")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--steps", type=int, default=20)
    options = parser.parse_args()
    if options.dropout is None:
        options.dropout = 0.0 if options.what == "parity" else 0.5
    torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory() as folder:
        ours = Seetell(options, folder)
        if ours.about["libtorch"].split("+")[0] != torch.__version__.split("+")[0]:
            sys.exit(f"libtorch {ours.about['libtorch']} here, {torch.__version__} there")
        learner = Learner(options, folder)
        good = {"parity": parity, "time": timing}[options.what](options, ours, learner)
        ours.close()
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
