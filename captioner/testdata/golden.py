#!/usr/bin/env python3
"""Writes network.json and deep.json: small captioners' numbers in PyTorch, from
weights that a formula gives, for the test beside it.

    python golden.py    # torch 2.11.0, float32 on the CPU
"""

import json
import pathlib
import sys

import numpy as np
import torch
from torch.nn import functional

here = pathlib.Path(__file__).parent
sys.path.insert(0, str(here.parent.parent / "python"))
import seetell  # noqa: E402

SIZES = {"grid": 3, "features": 24, "embedding": 16, "hidden": 32, "attention": 20}
# For each model a salt of its pictures with which no ReLU lies within rounding of
# its kink.
MODELS = {
    "network": (1011, SIZES),
    "deep": (1023, SIZES | {"grid": 4, "output": "deep", "feature_norm": "relu", "places": "layer3+4"}),
}
SHARES = [0, 0, 1, 0, 0.7, 0.4, 0.05]  # of captions that hold each word of the vocabulary
VOCABULARY = ["<pad>", "<start>", "<end>", "<unk>", "a", "dog", "runs"]
CAPTIONS = [[[4, 5, 6], [4, 5]], [[5], [4, 3, 6, 5]], [[6]], [[4]]]  # of four pictures
SIDE = 96
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
STEPS = 10


def uniform(salt, count):
    """The formula: count numbers in [0, 1)."""
    i = np.arange(count, dtype=np.uint64)
    x = (i * 2654435761 + salt * 40503 + 12345) % 2**32
    x = (x ^ (x >> np.uint64(15))) * 2246822519 % 2**32
    return (x ^ (x >> np.uint64(13))) / 2**32


def fill(model):
    for k, (name, tensor) in enumerate(model.state_dict().items()):
        u = uniform(k, tensor.numel()).reshape(tuple(tensor.shape)) - 0.5
        if name.endswith("num_batches_tracked"):
            continue
        if name.endswith("running_var"):
            value = 1 + u
        elif tensor.dim() >= 2:
            value = u * 2 * (3 / tensor[0].numel()) ** 0.5
        elif name.endswith("weight"):
            value = 1 + 0.2 * u
        else:
            value = 0.2 * u
        tensor.copy_(torch.from_numpy(np.asarray(value)).float())


def batch(salt):
    pixels = np.floor(uniform(salt, len(CAPTIONS) * SIDE * SIDE * 3) * 256).reshape(-1, SIDE, SIDE, 3)
    x = torch.from_numpy(pixels).float() / 255
    x = (x - torch.tensor(MEAN)) / torch.tensor(STD)
    rows, inputs, targets = [], [], []
    longest = max(len(c) + 1 for p in CAPTIONS for c in p)
    for i, picture in enumerate(CAPTIONS):
        for caption in picture:
            words = caption + [seetell.END]
            rows.append(i)
            inputs.append(([seetell.START] + words[:-1] + [seetell.PAD] * longest)[:longest])
            targets.append((words + [seetell.PAD] * longest)[:longest])
    return x.permute(0, 3, 1, 2), torch.tensor(rows), torch.tensor(inputs), torch.tensor(targets)


def new_detector(features):
    """A linear layer from features to words, and the words' usual scores."""
    detector = torch.nn.Linear(features, len(VOCABULARY))
    with torch.no_grad():
        for salt, tensor in ((2001, detector.weight), (2002, detector.bias)):
            u = uniform(salt, tensor.numel()).reshape(tuple(tensor.shape)) - 0.5
            tensor.copy_(torch.from_numpy(u).float())
    shares = torch.tensor(SHARES).double().clamp(1e-5, 1 - 1e-5)
    return detector, torch.logit(shares).float()


def detector_of(detector, usual, f, rows, targets, alpha):
    """A tenth of the detector's loss, and k KL(beta || alpha), the mean over words."""
    scores, first = detector(f.mean(1)), seetell.UNKNOWN + 1
    holds = functional.one_hot(targets, len(VOCABULARY)).amax(1)[:, first:].float()
    own = scores[rows][:, first:]
    loss = functional.binary_cross_entropy_with_logits(own, holds, reduction="none").sum(1).mean()
    with torch.no_grad():
        maps = detector.weight - detector.weight.mean(0)
        beta = torch.softmax(torch.einsum("btf,blf->btl", maps[targets], f[rows]) / 0.5, 2)
        told = (scores - usual).clamp(0, 1)[rows].gather(1, targets) * (targets >= first)
    divergence = (beta * (torch.log(beta) - torch.log(alpha))).sum(2) * told
    return 0.1 * loss + divergence[targets != seetell.PAD].mean()


def loss_of(model, detector, x, rows, inputs, targets, penalty=0.0):
    features = model.encoder(x)
    logits, alpha = model(features, rows, inputs)
    loss = functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=seetell.PAD)
    if penalty:
        seen = (alpha * (targets != seetell.PAD).unsqueeze(2)).sum(1)
        loss = loss + penalty * ((1 - seen) ** 2).mean()
        if model.decoder.deep:
            loss = loss + detector_of(*detector, features, rows, targets, alpha)
    return features, logits, loss


def learned(model, detector):
    """All parameters with their names; the detector's where the output is deep."""
    own = [("detector." + name, p) for name, p in detector.named_parameters()] if model.decoder.deep else []
    return list(model.named_parameters()) + own


def new(sizes, frozen):
    model = seetell.Captioner(len(VOCABULARY), **sizes)
    with torch.no_grad():
        fill(model)
    model.to(memory_format=torch.channels_last)  # as seetell lays convolutions out
    model.train()
    if model.decoder.deep:  # guided, so that where it looks does not shape the features
        model.decoder.attention.feature.register_forward_pre_hook(lambda _, inputs: (inputs[0].detach(),))
    if frozen:
        model.encoder.backbone.eval()
    return model


def sample(tensor, count=6):
    flat = tensor.detach().flatten()
    step = max(1, flat.numel() // count)
    return [float(v) for v in flat[::step][:count]]


def write(name, salt, sizes):
    data = batch(salt)
    golden = {"vocabulary": VOCABULARY, "model": sizes, "pictures": salt}
    model, detector = new(sizes, frozen=True).eval(), new_detector(sizes["features"])
    with torch.no_grad():
        features, logits, loss = loss_of(model, detector, *data)
    golden["features"] = sample(features, 48)
    valid = logits.transpose(0, 1)[(data[3] != seetell.PAD).t()]
    golden["logits"] = [float(v) for v in valid.flatten()]
    for frozen in (True, False):
        model, detector = new(sizes, frozen), new_detector(sizes["features"])
        _, _, loss = loss_of(model, detector, *data, penalty=1.0)
        loss.backward()
        gradients = {name: {"norm": float(p.grad.double().norm()), "largest": float(p.grad.abs().max()),
                            "values": sample(p.grad)} for name, p in learned(model, detector[0])}
        model, detector = new(sizes, frozen), new_detector(sizes["features"])
        # The backbone at a tenth: Adam moves weights whose gradients are rounding
        # as far as others, and at 1e-4 float32 and float64 part by 1e-4.
        backbone = list(model.encoder.backbone.parameters())
        mine = {id(p) for p in backbone}
        rest = [p for _, p in learned(model, detector[0]) if id(p) not in mine]
        adam = torch.optim.Adam([{"params": rest}, {"params": backbone, "lr": 1e-5}], lr=1e-4)
        losses = []
        for _ in range(STEPS):
            adam.zero_grad()
            _, _, loss = loss_of(model, detector, *data, penalty=1.0)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(backbone + rest, 5)
            adam.step()
            losses.append(loss.item())
        golden["frozen" if frozen else "batch"] = {"gradients": gradients, "losses": losses}
    text = json.dumps(golden, indent=0).replace("\n", "")
    (here / f"{name}.json").write_text(text + "\n")


torch.set_num_threads(1)
for name, (salt, sizes) in MODELS.items():
    write(name, salt, sizes)
