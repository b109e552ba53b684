"""Writes training.json: what Adam, AdamW, clipping, mixed precision and the
random numbers of PyTorch give. The Go side is training_test.go.

    python3 training.py
"""

import json
import pathlib

import torch

torch.manual_seed(21)


def numbers(x):
    return [float(f"{v:.7g}") for v in x.detach().float().flatten().tolist()]


def adam(kind):
    """Three fused steps on two parameters, gradients as recorded."""
    params = [torch.randn(2, 3, requires_grad=True), torch.randn(4, requires_grad=True)]
    start = [numbers(p) for p in params]
    optimizer = kind(params, lr=0.01, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.1, fused=True)
    gradients, after = [], []
    for _ in range(3):
        for p in params:
            p.grad = torch.randn_like(p)
        gradients.append([numbers(p.grad) for p in params])
        optimizer.step()
        after.append([numbers(p) for p in params])
    return {"start": start, "gradients": gradients, "after": after}


def clip():
    params = [torch.zeros(2, 3, requires_grad=True), torch.zeros(4, requires_grad=True)]
    for p in params:
        p.grad = torch.randn_like(p) * 10
    before = [numbers(p.grad) for p in params]
    norm = torch.nn.utils.clip_grad_norm_(params, 5.0)
    return {"before": before, "norm": norm.item(), "after": [numbers(p.grad) for p in params]}


def autocast():
    """An LSTM cell and a linear layer, under autocast of the CPU."""
    x, h, c = torch.randn(2, 3), torch.randn(2, 4), torch.randn(2, 4)
    cell, layer = torch.nn.LSTMCell(3, 4), torch.nn.Linear(4, 2)
    weights = [*cell.parameters(), *layer.parameters()]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        hidden, state = cell(x, (h, c))
        y = layer(hidden)
        loss = torch.nn.functional.cross_entropy(y, torch.tensor([1, 0]))
    loss.backward()
    outputs = [hidden, state, y, loss]
    return {
        "inputs": [{"shape": list(t.shape), "data": numbers(t)} for t in [x, h, c, *weights]],
        "outputs": [{"dtype": str(t.dtype).removeprefix("torch."), "data": numbers(t)} for t in outputs],
        "gradients": [numbers(w.grad) for w in weights],
    }


def random():
    torch.manual_seed(7)
    return {
        "uniform": numbers(torch.empty(4).uniform_(-1, 1)),
        "normal": numbers(torch.empty(4).normal_(2, 3)),
    }


result = {
    "adam": adam(torch.optim.Adam),
    "adamw": adam(torch.optim.AdamW),
    "clip": clip(),
    "autocast": autocast(),
    "random": random(),
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(result) + "\n")
