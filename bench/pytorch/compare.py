"""Compares seetell with PyTorch: the same weights and batches, in one run.

    compare.py parity --seetell PROGRAM [--data SOURCE --weights FILE]
    compare.py time   --seetell PROGRAM [--data SOURCE --weights FILE] [--peers best,tutorial,compiled]
    compare.py threads --seetell PROGRAM [--data SOURCE --weights FILE]

PROGRAM is ./seetell, built; it writes a model of recipe base and batches, which
the peers read, and takes turns with them, each in a process of its own:

    best      eager, channels last, autocast, fused Adam, invariant work out of
              the loop over words, one output product over all words, no padding
    tutorial  as tutorials of this model have it: eager, float32, NCHW, features
              projected and words scored again at every step, Adam's own default
    compiled  best, its encoder and a step of its decoder through torch.compile

threads has no peer: it sets seetell with --threads against seetell with one
thread, and two of it at once against one alone.

Features and gradients are also compared with torchvision's ResNet-18 in place
of our Python module's.
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
from safetensors.torch import load_file
from torch.nn import functional

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "python"))
import seetell  # noqa: E402

# Largest differences allowed, over the largest magnitude of each tensor.
TOLERANCE = {"features": 1e-5, "logits": 1e-5, "gradient": 1e-4, "loss": 1e-4}

# Parameters that only shift what a softmax takes: their gradient is zero, and
# what is computed is rounding. It is compared with their weight's.
SHIFTS = {"decoder.attention.score.bias": "decoder.attention.score.weight"}


class Torchvision(torch.nn.Module):
    """ResNet-18 of torchvision without its pooling and classifier."""

    def __init__(self, state):
        import torchvision  # a machine without it compares without this

        super().__init__()
        self.model = torchvision.models.resnet18()
        self.model.load_state_dict(state, strict=False)
        self.model.fc = torch.nn.Identity()

    def forward(self, x):
        m = self.model
        x = m.maxpool(m.relu(m.bn1(m.conv1(x))))
        return m.layer4(m.layer3(m.layer2(m.layer1(x))))


class Side:
    """A side of the comparison, in a process of its own."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.about = self.read()

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{self.process.args[:3]} stopped")
        return json.loads(line)

    def tell(self, command):
        print(command, file=self.process.stdin, flush=True)

    def ask(self, command):
        self.tell(command)
        return self.read()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def seetell_side(options, folder, threads=None, graphs=False):
    return Side([options.seetell, "-out", folder, f"-graphs={str(graphs).lower()}", "-data", options.data, "-weights", options.weights,
                 "-precision", options.precision, "-device", options.device,
                 "-threads", str(threads or options.threads),
                 "-batch", str(options.batch), "-batches", str(options.batches), "-size", str(options.size),
                 f"-batch-norm={str(options.batch_norm).lower()}", "-dropout", str(options.dropout),
                 "-learning-rate", str(options.learning_rate),
                 "-encoder-learning-rate", str(options.encoder_learning_rate)])


def peer_side(kind, folder):
    return Side([sys.executable, __file__, "peer", *sys.argv[2:], "--peers", kind, "--folder", folder])


def packed(words):
    """The captions of words (B, T) by falling length, and how many of them each
    step takes: those that have not ended."""
    lengths = (words != seetell.PAD).sum(1)
    order = lengths.argsort(descending=True, stable=True)
    return order, [int((lengths > t).sum()) for t in range(words.shape[1])]


def unroll(decoder, f, inputs, counts, step):
    """What the output layer reads at each word, by steps, longest caption first:
    inputs (B, T) and the features f (B, L, F) are in that order."""
    words, places, state = decoder.embedding(inputs), decoder.attention.feature(f), decoder.start(f)
    hidden, context, read = [], [], []
    for t, n in enumerate(counts):
        state, gated = step(decoder, f[:n], places[:n], state[0][:n], state[1][:n], words[:n, t])
        hidden.append(state[0])
        context.append(gated)
        read.append(words[:n, t])
    said = torch.cat(hidden)
    if decoder.deep:
        said = said + decoder.output_context(torch.cat(context)) + decoder.output_word(torch.cat(read))
    return said


def step(decoder, f, places, h, c, word):
    alpha = decoder.attention(places, h)
    gated = torch.sigmoid(decoder.gate(h)) * torch.bmm(alpha.unsqueeze(1), f).squeeze(1)
    return decoder.lstm(torch.cat([word, gated], 1), (h, c)), gated


def unroll_again(decoder, f, inputs, counts, dropout):
    """The scores of each word as tutorials compute them."""
    state, scores = decoder.start(f), []
    for t, n in enumerate(counts):
        state, said, _ = decoder.step(f[:n], decoder.attention.feature(f[:n]),
                                      (state[0][:n], state[1][:n]), inputs[:n, t])
        scores.append(decoder.output(functional.dropout(said, dropout)))
    return torch.cat(scores)


class Learner:
    """The training step in plain PyTorch, as a kind of peer takes it."""

    def __init__(self, options, kind, folder):
        self.options, self.tutorial, self.step_of = options, kind == "tutorial", step
        self.channels_last = options.channels_last and not self.tutorial
        self.bfloat16 = options.precision == "bfloat16" and not self.tutorial
        self.model, about = seetell.load(os.path.join(folder, "model.safetensors"))
        if options.torchvision:
            self.model.encoder.backbone = Torchvision(self.model.encoder.backbone.state_dict())
        self.device = torch.device(options.device)
        self.model = self.model.to(self.device)
        if self.channels_last:
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
            lr=options.learning_rate, **({} if self.tutorial else {"fused": True}))
        self.encoder = self.model.encoder
        if kind == "compiled":
            self.encoder = torch.compile(self.encoder)
            self.step_of = torch.compile(step, dynamic=True)
        preprocessing = about["preprocessing"]
        self.mean, self.std = (torch.tensor(preprocessing[k], device=self.device) for k in ("mean", "std"))
        file = load_file(os.path.join(folder, "batches.safetensors"))
        self.batches = [{k: file[f"{i}.{k}"] for k in ("pixels", "picture", "words")}
                        for i in range(options.batches)]
        self.taken = 0

    def name(self, name):
        return name.replace("backbone.model.", "backbone.")

    def look(self, batch):
        x = ((batch["pixels"].to(self.device).float() * (1 / 255) - self.mean) / self.std).permute(0, 3, 1, 2)
        if not self.channels_last:
            x = x.contiguous()
        return self.encoder(x)

    def score(self, batch, features):
        """The scores of each word, by steps, longest caption first, and the words."""
        words = batch["words"]
        order, counts = packed(words)
        start = torch.full((len(words), 1), seetell.START)
        inputs = torch.cat([start, words[:, :-1]], 1)[order].to(self.device)
        f, decoder = features[batch["picture"][order].to(self.device)], self.model.decoder
        if self.tutorial:
            logits = unroll_again(decoder, f, inputs, counts, self.options.dropout)
        else:
            said = unroll(decoder, f, inputs, counts, self.step_of)
            logits = decoder.output(functional.dropout(said, self.options.dropout))
        return logits, torch.cat([words[order[:n], t] for t, n in enumerate(counts)]).to(self.device)

    def loss(self, batch):
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bfloat16):
            features = self.look(batch)
            logits, words = self.score(batch, features)
        return functional.cross_entropy(logits.float(), words), features, logits

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
        seconds = time.perf_counter() - begin  # loss.item() waits for the device
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        if self.device.type == "cuda":
            peak = torch.cuda.max_memory_allocated(self.device)
        return {"seconds": seconds, "loss": loss, "peak": peak}


def difference(ours, theirs, scale=None):
    """The largest difference over the largest magnitude."""
    return ((ours - theirs).abs().max() / (theirs if scale is None else scale).abs().max()).item()


def note(options, found):
    if options.json:
        with open(options.json, "w") as file:
            json.dump(found, file)


def parity(options, program, learner, other):
    answer = program.ask("parity")
    ours = load_file(answer["file"])
    batch = learner.batches[0]
    buffers = {name: x.clone() for name, x in learner.model.named_buffers()}
    loss, features, logits = learner.loss(batch)
    loss.backward()
    features, logits = features.cpu(), logits.cpu()
    gradients = {learner.name(name): p.grad.cpu().clone() for name, p in learner.model.named_parameters()}
    for name, x in learner.model.named_buffers():
        x.copy_(buffers[name])

    order, counts = packed(batch["words"])  # ours are by steps, then captions as they came
    place = torch.cat([order[:n] + t * len(order) for t, n in enumerate(counts)]).argsort()
    rows = [("features", difference(ours["features"], features)),
            ("logits", difference(ours["logits"], logits[place]))]
    gaps = {name: difference(ours["gradient." + name], g, gradients[SHIFTS.get(name, name)])
            for name, g in gradients.items()}
    worst = max(gaps, key=gaps.get)
    rows.append((f"gradient, {len(gaps)} tensors, worst {worst}", gaps[worst]))
    losses = [learner.step() for _ in learner.batches]
    def apart(steps):
        return max(abs(a - b) / abs(b) for a, b in zip(steps, losses))

    rows.append((f"loss, {len(losses)} steps of Adam", apart(answer["losses"])))
    # Adam's first steps follow the sign of the smallest gradients, so what differs
    # in the last bits moves apart: in the other layout PyTorch does so from itself.
    own = apart([other.step() for _ in other.batches])
    note(options, {what: gap for what, gap in rows} | {"PyTorch's own loss": own})
    print(f"{'what':70} {'difference':>10} {'allowed':>8}")
    good = True
    for what, gap in rows:
        allowed = TOLERANCE[what.split(",")[0]]
        if what.startswith("loss"):
            allowed = max(allowed, own)
        good &= gap <= allowed
        print(f"{what:70} {gap:10.1e} {allowed:8.0e}{'' if gap <= allowed else '  TOO MUCH'}")
    print(f"{'loss, PyTorch in its other layout from itself':70} {own:10.1e}")
    return good


def timing(options, sides):
    """Blocks of steps in turn, A B A B; the first of each warms up."""
    blocks = {side: [] for side in sides}
    for i in range(options.rounds + 1):
        for side, block in blocks.items():
            steps = options.steps
            if i == 0 and side == "graphs":  # each batch's size is captured at its fourth step at the latest
                steps = max(steps, 4 * options.batches)
            answer = sides[side].ask(f"steps {steps}")
            if i > 0:
                block.append(answer)
    print(f"{options.device}, {options.precision}, {options.threads} threads, batch {options.batch}, "
          f"{options.rounds} blocks of {options.steps} steps each, in turn")
    medians = {}
    for side, block in blocks.items():
        times = [1000 * answer["seconds"] / options.steps for answer in block]
        medians[side] = statistics.median(times)
        print(f"{side:8} {medians[side]:7.1f} ms a step ({min(times):.1f} to {max(times):.1f}), "
              f"peak memory {max(answer['peak'] for answer in block) / 1e6:.0f} MB, "
              f"loss {block[-1]['loss']:.3f}")
    note(options, {side: {"milliseconds": medians[side], "peak": max(answer["peak"] for answer in block)}
                   for side, block in blocks.items()})
    for side in sides:
        if side != "seetell":
            print(f"seetell takes {medians['seetell'] / medians[side]:.2f} of the time of {side}")
    print("seetell's handles and resident MB after each block:",
          ", ".join(f"{answer['live']} {answer['resident'] / 1e6:.0f}" for answer in blocks["seetell"]))
    return True


def threads(options, one, pair):
    """Blocks of steps in turn: with one thread, with all, and two processes with
    all at once. The first of each warms up."""
    names = ["one thread", f"{options.threads} threads", "two at once"]
    blocks = {name: [] for name in names}
    for i in range(options.rounds + 1):
        rates = [[options.steps * options.batch / side.ask(f"steps {options.steps}")["seconds"]]
                 for side in (one, pair[0])]
        for side in pair:
            side.tell(f"steps {options.steps}")
        rates.append([options.steps * options.batch / side.read()["seconds"] for side in pair])
        if i > 0:
            for name, rate in zip(names, rates):
                blocks[name] += rate
    print(f"{options.precision}, batch {options.batch}, {options.rounds} blocks of {options.steps} steps each, in turn")
    medians = {name: statistics.median(rates) for name, rates in blocks.items()}
    for name, rates in blocks.items():
        print(f"{name:12} {medians[name]:6.2f} pictures a second ({min(rates):.2f} to {max(rates):.2f})")
    alone = medians[names[1]]
    print(f"{names[1]} are {alone / medians[names[0]]:.2f} times one; "
          f"each of two at once has {medians[names[2]] / alone:.2f} of one alone")
    note(options, medians)
    return True


def serve(learner):
    """A peer takes the steps that it is asked for, as ./seetell does."""
    print(json.dumps({"torch": torch.__version__}), flush=True)
    for line in sys.stdin:
        print(json.dumps(learner.steps(int(line.split()[1]))), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", choices=["parity", "time", "threads", "peer"])
    parser.add_argument("--seetell", required=True)
    parser.add_argument("--data", default="demo")
    parser.add_argument("--weights", default="none")
    parser.add_argument("--precision", default="float32", choices=["float32", "bfloat16"])
    parser.add_argument("--device", default="cpu", help="of both sides: cpu or cuda")
    parser.add_argument("--json", help="write what was found to this file")
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
    parser.add_argument("--peers", type=lambda text: text.split(","), default=["best"], metavar="KIND,KIND")
    parser.add_argument("--graphs", action="store_true", help="time: seetell's steps as CUDA graphs too, a side of its own")
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--steps", type=int, default=20)
    options = parser.parse_args()
    if options.dropout is None:
        options.dropout = 0.0 if options.what == "parity" else 0.5
    torch.set_num_threads(options.threads)
    unknown = set(options.peers) - {"best", "tutorial", "compiled"}
    if unknown:
        parser.error(f"--peers: {', '.join(sorted(unknown))}: give best, tutorial or compiled")
    if options.what == "peer":
        return serve(Learner(options, options.peers[0], options.folder))
    with tempfile.TemporaryDirectory() as folder:
        if options.what == "threads":
            one = seetell_side(options, folder, threads=1)
            pair = [seetell_side(options, folder) for _ in range(2)]
            good = threads(options, one, pair)
            for side in [one, *pair]:
                side.close()
            sys.exit(0 if good else 1)
        ours = seetell_side(options, folder)
        if ours.about["libtorch"].split("+")[0] != torch.__version__.split("+")[0]:
            sys.exit(f"libtorch {ours.about['libtorch']} here, {torch.__version__} there")
        if options.what == "parity":
            learner = Learner(options, options.peers[0], folder)
            options.channels_last = not options.channels_last
            good = parity(options, ours, learner, Learner(options, options.peers[0], folder))
        else:
            sides = {"seetell": ours, **{kind: peer_side(kind, folder) for kind in options.peers}}
            if options.graphs:
                apart = os.path.join(folder, "graphs")
                os.mkdir(apart)
                sides["graphs"] = seetell_side(options, apart, graphs=True)
            good = timing(options, sides)
            for side in sides.values():
                if side is not ours:
                    side.close()
        ours.close()
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
