#!/usr/bin/env python3
"""Trains recipe `base` in plain PyTorch and leaves a checkpoint of seetell's form
after each epoch, so that one command scores both sides:

    epochs.py --data DIR --weights FILE --out RUN [--epochs 14] [--resume]
    seetell evaluate --model RUN/epoch-01.safetensors --data DIR --split validation --out ...

DIR holds parquet files of jxie/flickr8k's schema, FILE a ResNet-18 with
torchvision's names. The settings are train's defaults: Adam at 3e-4, the
backbone at a tenth with its BatchNorm statistics frozen, four pictures and all
their captions a step, gradients clipped to a norm of 5, dropout .5.
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
from safetensors.torch import load_file, save_file
from torch.nn import functional

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "python"))
import seetell  # noqa: E402

BATCH, WORDS, MINIMUM = 4, 28, 3
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
    model = seetell.Captioner(words)
    state = {k: v for k, v in load_file(weights).items() if not k.startswith("fc.")}
    model.encoder.backbone.load_state_dict(state)
    return model.to(memory_format=torch.channels_last)


def train_mode(model):
    model.train()
    for module in model.encoder.backbone.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.eval()


def loss_of(model, pixels, targets):
    """The mean cross-entropy of a batch's words, bfloat16 as autocast has it."""
    x = ((pixels.float() / 255 - torch.tensor(MEAN)) / torch.tensor(STD)).permute(0, 3, 1, 2)
    rows = torch.tensor([i for i, picture in enumerate(targets) for _ in picture])
    words = torch.nn.utils.rnn.pad_sequence([c for picture in targets for c in picture], batch_first=True)
    inputs = torch.cat([torch.full((len(words), 1), seetell.START), words[:, :-1]], 1)
    with torch.autocast("cpu", torch.bfloat16):
        logits, _ = model(model.encoder(x), rows, inputs, .5)
    return functional.cross_entropy(logits.float().flatten(0, 1), words.flatten(), ignore_index=seetell.PAD)


def epoch(model, optimiser, pictures, targets, order):
    train_mode(model)
    total = 0.0
    for at in range(0, len(order), BATCH):
        rows = order[at:at + BATCH]
        optimiser.zero_grad()
        loss = loss_of(model, torch.from_numpy(pictures[rows.numpy()]), [targets[i] for i in rows])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5)
        optimiser.step()
        total += loss.item()
    return total / (len(order) / BATCH)


def save(model, vocabulary, path):
    about = {"format": 1, "vocabulary": vocabulary, "words": "words",
             "model": {"backbone": "resnet18", "grid": 7, "features": 256, "feature_norm": "batch",
                       "embedding": 256, "hidden": 512, "attention": 256},
             "preprocessing": {"size": 224, "mode": "squash", "mean": MEAN, "std": STD}}
    tensors = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    save_file(tensors, path, {"seetell": json.dumps(about)})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    for name in ("data", "weights", "out"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--epochs", type=int, default=14)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--limit", type=int, default=None, help="pictures; all of them by default")
    parser.add_argument("--resume", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    pictures, captions = (part[:options.limit] for part in read(options.data))
    vocabulary = vocabulary_of(captions)
    targets = encode(captions, {word: i for i, word in enumerate(vocabulary)})
    model = build(len(vocabulary), options.weights)
    backbone = list(model.encoder.backbone.parameters())
    mine = {id(p) for p in backbone}
    rest = [p for p in model.parameters() if id(p) not in mine]
    optimiser = torch.optim.Adam([{"params": rest}, {"params": backbone, "lr": 3e-5}], lr=3e-4, fused=True)
    os.makedirs(options.out, exist_ok=True)
    state, first = os.path.join(options.out, "state.pt"), 1
    if options.resume:
        kept = torch.load(state)
        model.load_state_dict(kept["model"])
        optimiser.load_state_dict(kept["optimiser"])
        torch.set_rng_state(kept["random"])
        first = kept["epoch"] + 1
    for number in range(first, options.epochs + 1):
        began = time.time()
        loss = epoch(model, optimiser, pictures, targets, torch.randperm(len(targets)))
        save(model, vocabulary, os.path.join(options.out, f"epoch-{number:02d}.safetensors"))
        torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(),
                    "random": torch.get_rng_state(), "epoch": number}, state)
        print(json.dumps({"epoch": number, "loss": loss, "seconds": time.time() - began}), flush=True)


if __name__ == "__main__":
    main()
