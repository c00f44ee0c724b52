"""Writes test/guarantees/resnetReference.json: what PyTorch makes of small ResNets, against which ours are tested.

    python scripts/make-resnet-reference.py      (needs PyTorch: bench/requirements.txt)

Weights and images are values of a formula, so that only the results need to be recorded.
"""

import json
import math
import sys
from pathlib import Path

import numpy
import torch
from torch import nn

root = Path(__file__).parent.parent
sys.path.append(str(root / "bench" / "python"))
from resnet import ResNet18  # noqa: E402

torch.set_num_threads(1)
OUTPUTS = 5
BATCH = 6
norms = {"batch": nn.BatchNorm2d, "group": lambda n: nn.GroupNorm(2, n), "none": None}
cases = [(norm, 4, shape) for norm in norms for shape in [(28, 28, 1), (9, 12, 3)]]


def formula(size, tensor, scale):
    return numpy.sin(0.37 * numpy.arange(size, dtype=numpy.float64) ** 1.1 + tensor) * scale


def fill(network):
    """In the layouts and the order of Lethe: filters [side, side, channels, filters], weights [inputs, outputs]."""
    for tensor, (name, parameter) in enumerate(network.named_parameters()):
        shape = parameter.shape
        if parameter.dim() == 4:
            out, channels, height, width = shape
            bound = 1.5 / math.sqrt(channels * height * width)
            values = formula(parameter.numel(), tensor, bound).reshape(height, width, channels, out).transpose(3, 2, 0, 1)
        elif parameter.dim() == 2:
            values = formula(parameter.numel(), tensor, 1 / math.sqrt(shape[1])).reshape(shape[1], shape[0]).T
        else:
            is_scale = name.endswith("weight")
            values = formula(parameter.numel(), tensor, 0.3) + (1 if is_scale else 0)
        # Values of float32, computed with in double precision.
        parameter.data = torch.from_numpy(numpy.ascontiguousarray(values, dtype=numpy.float32)).double()


def as_ours(tensor):
    values = tensor.detach().to(torch.float64).numpy()
    if values.ndim == 4:
        return values.transpose(2, 3, 1, 0).ravel()
    return values.T.ravel() if values.ndim == 2 else values.ravel()


def told(tensor):
    """Norm, and sum weighted by place."""
    values = as_ours(tensor)
    return [float(numpy.linalg.norm(values)), float((values * numpy.cos(numpy.arange(values.size))).sum())]


def reference(norm, filters, shape):
    network = ResNet18(shape[2], OUTPUTS, filters, norms[norm]).double()
    fill(network)
    size = BATCH * math.prod(shape)
    images = (formula(size, 0.5, 0.5) + 0.5).astype(numpy.float32).reshape(BATCH, *shape)
    x = torch.from_numpy(images).double().permute(0, 3, 1, 2)
    labels = torch.arange(BATCH) % OUTPUTS

    def pass_in(mode):
        network.train(mode)
        network.zero_grad()
        logits = network(x)
        loss = nn.functional.cross_entropy(logits, labels)
        loss.backward()
        gradients = {name: told(p.grad) for name, p in network.named_parameters()}
        return {"logits": logits.detach().ravel().tolist(), "loss": loss.item(), "gradients": list(gradients.values())}

    training = pass_in(True)
    running = [told(b) for name, b in network.named_buffers() if "running" in name]
    parameters = sum(p.numel() for p in network.parameters())
    return {
        "norm": norm,
        "filters": filters,
        "shape": shape,
        "parameters": parameters,
        "training": training,
        "running": running,
        "test": pass_in(False),
    }


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.7g}")
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    return [rounded(one) for one in value] if isinstance(value, (list, tuple)) else value


full = {f"{c}": sum(p.numel() for p in ResNet18(c, 10).parameters()) for c in (1, 3)}
found = {"parameters": full, "cases": [rounded(reference(*case)) for case in cases]}
target = root / "test" / "guarantees" / "resnetReference.json"
target.write_text(json.dumps(found, indent=1) + "\n")
