"""Writes the golden files of this folder with PyTorch on the CPU.

    python make.py      # torch 2.11.0, safetensors

A layer's file holds what it was given (input.*, param.*), its outputs
(output.*), random weights of them (probe.*), the gradients of the sum of
probe times output (grad.*), and its buffers afterwards (after.*).
"""

import math

import torch
from safetensors.torch import save_file
from torch import nn


def drawn(*shape):
    return torch.randn(shape)


def layer(name, module, inputs, forward=None, train=True):
    """Runs a module and writes its golden file."""
    module.train(train)
    for p in module.parameters():  # also those that begin at 0 or 1
        p.data = drawn(*p.shape) if p.dim() < 2 else p.data
    if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
        module.running_mean.copy_(drawn(*module.running_mean.shape))
        module.running_var.copy_(torch.rand_like(module.running_var) + 0.5)
        module.num_batches_tracked.fill_(5)
    out = {f"param.{k}": v.detach().clone() for k, v in module.state_dict().items()}
    for k, v in inputs.items():
        v.requires_grad_(v.is_floating_point())
        out[f"input.{k}"] = v.detach().clone()
    outputs = (forward or (lambda m, **v: {"y": m(*v.values())}))(module, **inputs)
    total = 0
    for k, v in outputs.items():
        probe = drawn(*v.shape)
        out[f"output.{k}"], out[f"probe.{k}"] = v.detach().clone(), probe
        total = total + (probe * v).sum()
    total.backward()
    out |= {f"grad.{k}": v.grad for k, v in inputs.items() if v.grad is not None}
    out |= {f"grad.{k}": v.grad for k, v in module.named_parameters()}
    out |= {f"after.{k}": v for k, v in module.named_buffers()}
    save(name, out)


def save(name, tensors):
    save_file({k: v.detach().clone().contiguous() for k, v in tensors.items()}, name + ".safetensors")


def layers():
    torch.manual_seed(1)
    layer("linear", nn.Linear(5, 3), {"x": drawn(2, 4, 5)})
    layer("linear-plain", nn.Linear(5, 3, bias=False), {"x": drawn(4, 5)})
    layer("conv2d", nn.Conv2d(3, 4, 3, stride=2, padding=1), {"x": drawn(2, 3, 7, 6)})
    layer("conv2d-plain", nn.Conv2d(3, 4, 1, bias=False), {"x": drawn(2, 3, 5, 5)})
    for name, train in [("train", True), ("eval", False)]:
        layer(f"batchnorm1d-{name}", nn.BatchNorm1d(4), {"x": drawn(6, 4) * 3 + 1}, train=train)
        layer(f"batchnorm2d-{name}", nn.BatchNorm2d(3), {"x": drawn(2, 3, 4, 5) * 3 + 1}, train=train)
    layer("embedding", nn.Embedding(7, 5), {"indices": torch.tensor([[1, 0, 3], [3, 6, 6]])})
    layer("lstm", nn.LSTMCell(5, 4), {"x": drawn(3, 5), "h": drawn(3, 4), "c": drawn(3, 4)},
          lambda m, x, h, c: dict(zip("hc", m(x, (h, c)))))
    layer("maxpool", nn.MaxPool2d(3, 2, 1), {"x": drawn(2, 2, 7, 7)})
    layer("avgpool", nn.AvgPool2d(3, 2, 1), {"x": drawn(2, 2, 7, 7)})
    layer("adaptiveavgpool", nn.AdaptiveAvgPool2d(3), {"x": drawn(2, 2, 7, 5)})
    targets = torch.tensor([0, 4, 2, 0, 1, 3])
    for name, smoothing in [("crossentropy", 0.0), ("crossentropy-smooth", 0.1)]:
        layer(name, nn.CrossEntropyLoss(ignore_index=0, label_smoothing=smoothing),
              {"x": drawn(6, 5) * 3, "targets": targets})


def initial():
    """Initial values of one seed, layer after layer."""
    torch.manual_seed(7)
    out = {}
    for name, module in [("linear", nn.Linear(5, 17)), ("conv", nn.Conv2d(3, 4, 3)), ("norm", nn.BatchNorm2d(4)),
                         ("embedding", nn.Embedding(6, 20)), ("lstm", nn.LSTMCell(6, 5))]:
        out |= {f"{name}.{k}": v for k, v in module.state_dict().items()}
    resnet = nn.Conv2d(3, 4, 7, bias=False)
    nn.init.kaiming_normal_(resnet.weight, mode="fan_out", nonlinearity="relu")
    out["resnet.weight"] = resnet.weight
    save("initial", out)


def optimiser(name, kind, decay):
    """Ten steps from given gradients; the third parameter lacks two of them."""
    torch.manual_seed(3)
    params = [nn.Parameter(drawn(*shape)) for shape in [(3, 4), (5,), (2, 2)]]
    out = {f"before.{i}": p for i, p in enumerate(params)}
    groups = [{"params": params[:2], "lr": 1e-2, "weight_decay": decay}, {"params": params[2:], "lr": 1e-3}]
    opt = kind(groups, betas=(0.8, 0.99), eps=1e-6, weight_decay=0, foreach=False)
    out |= {k: v.detach().clone() for k, v in out.items()}
    for step in range(10):
        for i, p in enumerate(params):
            p.grad = drawn(*p.shape) * 10 ** (step % 3 - 1)
            out[f"gradient.{step}.{i}"] = p.grad.clone()
        if step < 2:
            params[2].grad = None
        opt.step()
    for i, p in enumerate(params):
        out[f"after.{i}"] = p
        for key in ["exp_avg", "exp_avg_sq", "step"]:
            out[f"state.{i}.{key}"] = opt.state[p][key]
    save(name, out)


def clip():
    torch.manual_seed(4)
    for name, maximum in [("clip", 2.5), ("clip-none", 1e3)]:
        params = [nn.Parameter(drawn(*shape)) for shape in [(3, 4), (5,), (1,)]]
        out = {}
        for i, p in enumerate(params):
            p.grad = drawn(*p.shape) * 4
            out[f"before.{i}"] = p.grad.clone()
        out["norm"] = nn.utils.clip_grad_norm_(params, maximum)
        out |= {f"after.{i}": p.grad for i, p in enumerate(params)}
        assert math.isfinite(out["norm"])
        save(name, out)


if __name__ == "__main__":
    torch.use_deterministic_algorithms(True)
    layers()
    initial()
    optimiser("adam", torch.optim.Adam, 0.1)
    optimiser("adamw", torch.optim.AdamW, 0.1)
    clip()
