#!/usr/bin/env python3
"""Trains recipe `base` in plain PyTorch and leaves a checkpoint of seetell's form
after each epoch, so that one command scores both sides:

    epochs.py --data DIR --weights FILE --out RUN [--epochs 14] [--resume]
    seetell evaluate --model RUN/epoch-01.safetensors --data DIR --split validation --out ...

DIR holds parquet files of jxie/flickr8k's schema, FILE a ResNet-18 with
torchvision's names. The settings are the recipe's: Adam at 3e-4, the
backbone at a tenth with its BatchNorm statistics frozen, four pictures and all
their captions a step, gradients clipped to a norm of 5, dropout .5.

    seetell train --recipe base --data DIR --encoder-weights FILE --checkpoint-every 1 --out SEETELL   # Ctrl-C after a step
    epochs.py --data DIR --out RUN --follow SEETELL/last.resume.safetensors

goes on from where seetell stopped, in its place: the same weights, moments of
Adam, vocabulary, order of pictures and masks of dropout. The lines of every
hundred steps are then to be compared with those of seetell.
"""

import argparse
import collections
import glob
import io
import json
import os
import sys
import time
import unicodedata

import numpy
import pyarrow.parquet
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch.nn import functional

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "python"))
import seetell  # noqa: E402

BATCH, WORDS, MINIMUM = 4, 28, 3
MODEL = {"backbone": "resnet18", "grid": 7, "features": 256, "feature_norm": "none", "embedding": 256,
         "hidden": 512, "attention": 256, "output": "deep", "places": "layer4"}
MEAN, STD = (.485, .456, .406), (.229, .224, .225)


def split_words(caption):
    kept = [c if unicodedata.category(c)[0] in "LM" or unicodedata.category(c) == "Nd" else " "
            for c in caption.lower()]
    return "".join(kept).split()


def read(folder):
    """Returns the training pictures (N, 224, 224, 3) and their captions."""
    pictures, captions = [], []
    for path in sorted(glob.glob(os.path.join(folder, "train-*.parquet"))):
        for row in pyarrow.parquet.read_table(path).to_pylist():
            image = seetell.to_rgb(Image.open(io.BytesIO(row["image"]["bytes"])))
            if image.size != (224, 224):
                image = image.resize((224, 224), Image.Resampling.BILINEAR)
            pictures.append(numpy.asarray(image))
            captions.append([split_words(row[f"caption_{i}"]) for i in range(5)])
    return numpy.stack(pictures), captions


def vocabulary_of(captions):
    counts = collections.Counter(word for picture in captions for caption in picture for word in caption)
    words = [word for word, count in counts.items() if count >= MINIMUM]
    return ["<pad>", "<start>", "<end>", "<unk>"] + sorted(words, key=lambda w: (-counts[w], w.encode()))


def encode(captions, index):
    return [[torch.tensor([index.get(w, seetell.UNKNOWN) for w in c[:WORDS]] + [seetell.END]) for c in picture]
            for picture in captions]


def build(words, weights):
    model = seetell.Captioner(words, **MODEL)
    if weights:
        state = {k: v for k, v in load_file(weights).items() if not k.startswith("fc.")}
        model.encoder.backbone.load_state_dict(state)
    return model.to(memory_format=torch.channels_last)


def train_mode(model):
    model.train()
    for module in model.encoder.backbone.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.eval()


def unroll(decoder, f, inputs, lengths):
    """Returns what the output layer reads at each word of inputs (B, T) that captions
    of the given lengths have, by steps, then captions. Longest first, as
    implementations of this model have it, so that a step takes the captions
    that have not ended."""
    order = lengths.argsort(descending=True, stable=True)
    f, inputs, place = f[order], inputs[order], order.argsort()
    places, state, steps = decoder.attention.feature(f), decoder.start(f), []
    for t in range(inputs.shape[1]):
        going = lengths > t
        n = int(going.sum())
        f, places, state = f[:n], places[:n], (state[0][:n], state[1][:n])
        state, said, _ = decoder.step(f, places, state, inputs[:n, t])
        steps.append(said[place[going]])
    return torch.cat(steps)


def loss_of(model, pixels, targets, precision=torch.bfloat16):
    """The mean cross-entropy of a batch's words, bfloat16 as autocast has it,
    or in float32, and their number. Only what is scored, in the order of steps,
    goes through dropout, filled up to a multiple of 64 as seetell does: the
    masks of dropout are then the same."""
    x = ((pixels.float() / 255 - torch.tensor(MEAN)) / torch.tensor(STD)).permute(0, 3, 1, 2)
    rows = torch.tensor([i for i, picture in enumerate(targets) for _ in picture])
    captions = [c for picture in targets for c in picture]
    lengths = torch.tensor([len(c) for c in captions])
    words = torch.nn.utils.rnn.pad_sequence(captions, batch_first=True)
    inputs = torch.cat([torch.full((len(words), 1), seetell.START), words[:, :-1]], 1)
    words = words.T.flatten()
    words = words[words != seetell.PAD]
    count = len(words)
    with torch.autocast("cpu", torch.bfloat16, enabled=precision == torch.bfloat16):
        hidden = unroll(model.decoder, model.encoder(x)[rows], inputs, lengths)
        hidden = torch.cat([hidden, hidden[:1].expand(-count % 64, -1)])
        logits = model.decoder.output(functional.dropout(hidden, .5))
    words = functional.pad(words, (0, len(logits) - count), value=seetell.PAD)
    return functional.cross_entropy(logits.float(), words, ignore_index=seetell.PAD), count


class Sums:
    """The loss of an epoch so far, over its words."""

    def __init__(self, loss=0.0, words=0):
        self.loss, self.words = loss, words

    def add(self, loss, words):
        self.loss, self.words = self.loss + loss * words, self.words + words

    def mean(self):
        return self.loss / self.words


def epoch(model, optimiser, pictures, targets, order, first, sums, precision):
    """Trains on the batches of order from the first on."""
    train_mode(model)
    for batch in range(first, -(-len(order) // BATCH)):
        rows = order[batch * BATCH:(batch + 1) * BATCH]
        optimiser.zero_grad()
        loss, words = loss_of(model, torch.from_numpy(pictures[rows.numpy()]), [targets[i] for i in rows], precision)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5)
        optimiser.step()
        sums.add(loss.item(), words)
        if (batch + 1) % 100 == 0:
            print(json.dumps({"batch": batch + 1, "loss": round(sums.mean(), 4)}), flush=True)


class Pcg:
    """Go's math/rand/v2 PCG, for the order of pictures."""

    def __init__(self, high, low):
        self.state = high << 64 | low

    def number(self):
        mask = (1 << 64) - 1
        multiplier = 2549297995355413924 << 64 | 4865540595714422341
        increment = 6364136223846793005 << 64 | 1442695040888963407
        self.state = (self.state * multiplier + increment) & ((1 << 128) - 1)
        high, low = self.state >> 64, self.state & mask
        high = ((high ^ high >> 32) * 0xda942042e4dd58b5) & mask
        return ((high ^ high >> 48) * (low | 1)) & mask

    def below(self, n):
        if n & (n - 1) == 0:
            return self.number() & (n - 1)
        while True:
            product = (self.number() >> 32) * n
            if product & 0xffffffff >= 2 ** 32 % n:
                return product >> 32

    def shuffled(self, n):
        order = list(range(n))
        for i in range(n - 1, 0, -1):
            j = self.below(i + 1)
            order[i], order[j] = order[j], order[i]
        return torch.tensor(order)


class Followed:
    """What seetell left to go on from."""

    def __init__(self, path):
        with safe_open(path, "pt") as file:
            about = file.metadata()
            self.tensors = {name: file.get_tensor(name) for name in file.keys()}
        told = json.loads(about["seetell"])
        self.vocabulary, model = told["vocabulary"], told["model"]
        if any(model.get(key, MODEL[key]) != value for key, value in MODEL.items()):
            sys.exit(f"{path} is of another model than recipe base's: {model}")
        left = json.loads(about["seetell.resume"])
        self.progress, self.seed = left["progress"], left["config"]["seed"]

    def load(self, model, optimiser):
        names = set(model.state_dict())
        model.load_state_dict({k: v for k, v in self.tensors.items() if k in names})
        for name, parameter in model.named_parameters():
            optimiser.state[parameter] = {
                key: self.tensors[f"optimiser.{name}.{key}"] for key in ("step", "exp_avg", "exp_avg_sq")}
        torch.set_rng_state(self.tensors["random.state"])


def save(model, vocabulary, path):
    about = {"format": 2, "vocabulary": vocabulary, "words": "words", "model": MODEL,
             "preprocessing": {"size": 224, "mode": "squash", "mean": MEAN, "std": STD}}
    tensors = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    save_file(tensors, path, {"seetell": json.dumps(about)})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    for name in ("data", "out"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--weights")
    parser.add_argument("--follow", metavar="FILE", help="last.resume.safetensors of a run of seetell")
    parser.add_argument("--epochs", type=int, default=14)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--limit", type=int, default=None, help="pictures; all of them by default")
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="bfloat16")
    parser.add_argument("--resume", action="store_true")
    options = parser.parse_args()
    if not options.weights and not options.follow:
        parser.error("--weights or --follow says what to begin with")
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    pictures, captions = (part[:options.limit] for part in read(options.data))
    followed = Followed(options.follow) if options.follow else None
    vocabulary = followed.vocabulary if followed else vocabulary_of(captions)
    targets = encode(captions, {word: i for i, word in enumerate(vocabulary)})
    model = build(len(vocabulary), options.weights)
    backbone = list(model.encoder.backbone.parameters())
    mine = {id(p) for p in backbone}
    rest = [p for p in model.parameters() if id(p) not in mine]
    optimiser = torch.optim.Adam([{"params": rest}, {"params": backbone, "lr": 3e-5}], lr=3e-4, fused=True)
    os.makedirs(options.out, exist_ok=True)
    state, first, batch, sums = os.path.join(options.out, "state.pt"), 1, 0, Sums()
    if options.resume:
        kept = torch.load(state)
        model.load_state_dict(kept["model"])
        optimiser.load_state_dict(kept["optimiser"])
        torch.set_rng_state(kept["random"])
        first = kept["epoch"] + 1
    elif followed:
        followed.load(model, optimiser)
        first, batch = followed.progress["epochs"] + 1, followed.progress["batches"]
        sums = Sums(followed.progress["running"]["loss"], followed.progress["running"]["words"])
    for number in range(first, options.epochs + 1):
        began = time.time()
        count = len(targets)
        order = Pcg(followed.seed, number - 1).shuffled(count) if followed else torch.randperm(count)
        epoch(model, optimiser, pictures, targets, order, batch, sums, getattr(torch, options.precision))
        save(model, vocabulary, os.path.join(options.out, f"epoch-{number:02d}.safetensors"))
        torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(),
                    "random": torch.get_rng_state(), "epoch": number}, state)
        print(json.dumps({"epoch": number, "loss": sums.mean(), "seconds": time.time() - began}), flush=True)
        batch, sums = 0, Sums()


if __name__ == "__main__":
    main()
