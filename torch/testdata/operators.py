"""Writes operators.json: inputs, outputs and gradients of every operator with
numbers, from PyTorch. The Go side, golden_test.go, has the same names.

    python3 operators.py
"""

import json
import pathlib

import torch
import torch.nn.functional as F

torch.manual_seed(20)
CASES = {}


def number(*shape):
    return (torch.randn(*shape) * 1e4).round() / 1e4


def positive(*shape):
    return number(*shape).abs() + 0.1


def case(name, function, *inputs, frozen=()):
    """Records function(*inputs). The loss whose gradients are recorded is the
    sum of every floating output's element i times cos(i)."""
    originals = [x.clone() for x in inputs]
    leaves = [
        x.clone().requires_grad_(x.is_floating_point() and i not in frozen)
        for i, x in enumerate(inputs)
    ]
    outputs = function(*leaves)
    outputs = list(outputs) if isinstance(outputs, (tuple, list)) else [outputs]
    loss = sum(
        (out * torch.arange(out.numel()).float().cos().view(out.shape)).sum()
        for out in outputs
        if out.is_floating_point()
    )
    loss.backward()
    CASES[name] = {
        "inputs": [tensor(x) for x in originals],
        "outputs": [tensor(x) for x in outputs],
        "gradients": [None if x.grad is None else tensor(x.grad) for x in leaves],
    }


def tensor(x):
    data = [float(f"{v:.7g}") if x.is_floating_point() else int(v) for v in x.flatten().tolist()]
    return {"dtype": str(x.dtype).removeprefix("torch."), "shape": list(x.shape), "data": data}


# Arithmetic.
case("add", torch.add, number(2, 3), number(3))
case("sub", torch.sub, number(2, 3), number(2, 1))
case("mul", torch.mul, number(2, 3), number(2, 3))
case("div", torch.div, number(2, 3), positive(2, 3))
case("add scalar", lambda x: x + 1.5, number(4))
case("mul scalar", lambda x: x * -2.5, number(4))
case("pow", lambda x: x.pow(2.5), positive(4))
case("clamp", lambda x: x.clamp(-0.5, 0.5), number(6))
for name in ["neg", "tanh", "sigmoid", "abs", "exp"]:
    case(name, getattr(torch, name), number(5))
for name in ["log", "sqrt"]:
    case(name, getattr(torch, name), positive(5))
case("matmul", torch.matmul, number(2, 3, 4), number(4, 2))
case("bmm", torch.bmm, number(2, 3, 4), number(2, 4, 2))

# Reductions.
case("sum", lambda x: x.sum(), number(2, 3))
case("sum of a dimension", lambda x: x.sum(1), number(2, 3))
case("mean", lambda x: x.mean(), number(2, 3))
case("mean of dimensions", lambda x: x.mean((1, 2)), number(2, 3, 2))
case("max", lambda x: tuple(x.max(1)), number(3, 4))
case("topk", lambda x: tuple(x.topk(2)), number(2, 5))
case("softmax", lambda x: x.softmax(1), number(2, 4))
case("log softmax", lambda x: x.log_softmax(-1), number(2, 4))

# Shapes.
case("reshape", lambda x: x.reshape(3, -1), number(2, 6))
case("permute", lambda x: x.permute(2, 0, 1), number(2, 3, 2))
case("transpose", lambda x: x.transpose(0, 1), number(2, 3))
case("unsqueeze", lambda x: x.unsqueeze(1), number(2, 3))
case("squeeze", lambda x: x.squeeze(1), number(2, 1, 3))
case("narrow", lambda x: x.narrow(1, 1, 2), number(2, 4))
case("flatten", lambda x: x.flatten(1), number(2, 3, 2))
case("cat", lambda x, y: torch.cat([x, y], 1), number(2, 3), number(2, 2))
case("chunk", lambda x: x.chunk(2, 1), number(2, 5))
case("index select", lambda x, i: x.index_select(0, i), number(3, 2), torch.tensor([2, 0, 2]))
case("gather", lambda x, i: x.gather(1, i), number(2, 3), torch.tensor([[2, 0], [1, 1]]))
case("where", torch.where, torch.tensor([True, False, True]), number(3), number(3))

# Layers.
case("linear", F.linear, number(3, 4), number(2, 4), number(2))
case("linear without bias", F.linear, number(2, 3, 4), number(2, 4))
case("conv2d", lambda x, w, b: F.conv2d(x, w, b, padding=1), number(2, 2, 5, 4), number(3, 2, 3, 3), number(3))
case(
    "conv2d with every option",
    lambda x, w: F.conv2d(x, w, None, stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=2),
    number(1, 4, 5, 6),
    number(2, 2, 3, 2),
)
case(
    "batch norm in training",
    lambda x, w, b, m, v: (F.batch_norm(x, m, v, w, b, True, 0.1, 1e-5), m, v),
    number(3, 2, 2, 2), number(2), number(2), number(2), positive(2), frozen=(3, 4),
)
case(
    "batch norm frozen",
    lambda x, w, b, m, v: F.batch_norm(x, m, v, w, b, False, 0.1, 1e-5),
    number(3, 2, 2, 2), number(2), number(2), number(2), positive(2), frozen=(3, 4),
)
case("max pool", lambda x: F.max_pool2d(x, 3, 2, 1), number(1, 2, 5, 6))
case("avg pool", lambda x: F.avg_pool2d(x, 2, 2, 0), number(1, 2, 4, 5))
case("adaptive avg pool", lambda x: F.adaptive_avg_pool2d(x, (2, 3)), number(1, 2, 5, 4))
case("embedding", lambda w, i: F.embedding(i, w), number(4, 3), torch.tensor([[3, 0], [3, 1]]))

# Losses.
TARGET = torch.tensor([1, 0, 3])
case("cross entropy", lambda x, t: F.cross_entropy(x, t), number(3, 4), TARGET)
case(
    "cross entropy, smoothed, ignoring 0",
    lambda x, t: F.cross_entropy(x, t, ignore_index=0, label_smoothing=0.1), number(3, 4), TARGET,
)
case("cross entropy, summed", lambda x, t: F.cross_entropy(x, t, reduction="sum"), number(3, 4), TARGET)
case("cross entropy of each", lambda x, t: F.cross_entropy(x, t, reduction="none"), number(3, 4), TARGET)

# Later cases: the numbers of those above stay as they are.
case("split", lambda x: x.split([1, 3, 1], 1), number(2, 5))

path = pathlib.Path(__file__).with_suffix(".json")
lines = [f"{json.dumps(name)}: {json.dumps(value, separators=(',', ':'))}" for name, value in CASES.items()]
path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
