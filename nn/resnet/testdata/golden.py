#!/usr/bin/env python3
"""Writes what torchvision's ResNets make of one picture, for the test beside it.

    python golden.py    # torch 2.11.0, torchvision 0.26.0, float32 on the CPU

Weights and picture come from the formula below, on both sides, so that the
files hold results alone: layer3's and layer4's output, and the gradient of a
weighted sum of layer4's with respect to the first BatchNorm's weight.
"""

import pathlib
import zlib

import numpy as np
import torch
import torchvision
from safetensors.torch import save_file

here = pathlib.Path(__file__).parent
HEIGHT, WIDTH = 32, 64


def uniform(name, count):
    """count numbers in [0, 1), of 24 bits each."""
    i = np.arange(count, dtype=np.uint64)
    x = (i * 2654435761 + zlib.crc32(name.encode())) % 2**32
    x = (x ^ (x >> np.uint64(15))) * 2246822519 % 2**32
    return (x ^ (x >> np.uint64(13))).astype(np.uint64) // 256 / 2**24


def value(name, shape):
    """The formula: what the tensor of a name holds."""
    count = int(np.prod(shape))
    u = uniform(name, count)
    if name.endswith("running_var"):
        v = 0.5 + u
    elif name.endswith("running_mean") or name.endswith("bias"):
        v = 0.2 * (u - 0.5)
    elif len(shape) == 4:
        v = (u - 0.5) * 2 * (6 / (count // shape[0])) ** 0.5
    else:  # the weight of a BatchNorm; small, so that fifty blocks add up to little
        v = 0.2 + 0.2 * u
    return torch.from_numpy(np.asarray(v.reshape(shape))).float()


def main():
    for name in ["resnet18", "resnet34", "resnet50", "resnet101", "resnet152"]:
        net = getattr(torchvision.models, name)(weights=None).eval()
        with torch.no_grad():
            for key, tensor in net.state_dict().items():
                if not key.startswith("fc.") and not key.endswith("num_batches_tracked"):
                    tensor.copy_(value(key, tuple(tensor.shape)))
        x = (value("picture", (1, 3, HEIGHT, WIDTH)) * 8)
        y = net.maxpool(net.relu(net.bn1(net.conv1(x))))
        layer3 = net.layer3(net.layer2(net.layer1(y)))
        layer4 = net.layer4(layer3)
        (layer4 * value("probe", tuple(layer4.shape))).sum().backward()
        out = {"layer3": layer3.mean(1), "layer4": layer4, "grad.bn1.weight": net.bn1.weight.grad}
        save_file({k: v.detach().contiguous() for k, v in out.items()}, here / f"{name}.safetensors")


if __name__ == "__main__":
    main()
