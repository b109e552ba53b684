"""Writes the golden files of this folder with PyTorch and safetensors.

    python make.py      # torch 2.11.0, safetensors

Every file holds the tensors of tensors(); golden.json holds their values.
"""

import collections
import json
import os

import torch
from safetensors.torch import save_file


def tensors():
    base = torch.arange(12, dtype=torch.float32) / 8 - 0.5
    return {
        "float32": base.reshape(3, 4).clone(),
        "float64": torch.tensor([1 / 3, -1e300], dtype=torch.float64),
        "float16": torch.tensor([0.1, -65504, 6e-8, float("inf"), 0], dtype=torch.float16),
        "bfloat16": torch.tensor([3.140625, -1e-40, 2.5e38], dtype=torch.bfloat16),
        "int64": torch.tensor([-(2**62), 7]),
        "int32": torch.tensor([[-(2**31)], [5]], dtype=torch.int32),
        "uint8": torch.tensor([0, 255], dtype=torch.uint8),
        "bool": torch.tensor([True, False, True]),
        "scalar": torch.tensor(42),
        "empty": torch.zeros(0, 3),
    }


def views():
    """Tensors that share one storage, with offsets and strides."""
    base = torch.arange(24, dtype=torch.float32)
    cube = base.view(2, 3, 4)
    return {
        "whole": cube,
        "offset": base[5:9],
        "transposed": cube[1].t(),
        "strided": cube[:, ::2, 1:3],
        "parameter": torch.nn.Parameter(base[::7]),
    }


class Evil:
    def __reduce__(self):
        return os.system, ("touch ran-pickled-code",)


def values(named):
    def one(t):
        flat = t.detach().double().flatten() if t.is_floating_point() else t.flatten()
        return {"shape": list(t.shape), "values": [str(v) for v in flat.tolist()]}

    return {name: one(t) for name, t in named.items()}


def main():
    named = tensors()
    both = collections.OrderedDict(list(named.items()) + list(views().items()))
    both._metadata = {"": {"version": 1}}
    save_file(named, "golden.safetensors", metadata={"seetell": '{"a": "<pad>"}', "b": "ü"})
    torch.save(both, "zip.pth")
    torch.save(both, "zip-protocol4.pth", pickle_protocol=4)
    torch.save(both, "old.pth", _use_new_zipfile_serialization=False)
    torch.save({"epoch": 3, "rate": 0.5, "names": ["a"], "state_dict": both}, "nested.pth")
    for name, new in [("evil-zip.pth", True), ("evil-old.pth", False)]:
        torch.save({"weight": torch.zeros(2), "bomb": Evil()}, name, _use_new_zipfile_serialization=new)
    torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), "script.pt")
    torch.save([1, 2], "list.pth")
    with open("golden.json", "w") as f:
        json.dump(values(both), f, indent=1)


if __name__ == "__main__":
    main()
