"""Writes test/guarantees/resnetReference.json: what PyTorch makes of small ResNets, against which ours are tested.

    python scripts/make-resnet-reference.py              (needs PyTorch: bench/requirements.txt)
    python scripts/make-resnet-reference.py --search     says which images keep the farthest from the kinks of ReLUs

Weights and images are values of a formula, so that only the results need to be recorded. Where the input of a ReLU is next
to 0, rounding decides on which side it lies, and with that a gradient: so the images are those of 600 among which the
nearest of all inputs to all ReLUs, in training and at test, is farthest from 0. Only few and small images have such a phase.
"""

import json
import math
import sys
from pathlib import Path

import numpy
import torch
from torch import nn
from torch.overrides import TorchFunctionMode

root = Path(__file__).parent.parent
sys.path.append(str(root / "bench" / "python"))
from resnet import ResNet18  # noqa: E402

torch.set_num_threads(1)
OUTPUTS = 5
BATCH = 3
norms = {"batch": nn.BatchNorm2d, "group": lambda n: nn.GroupNorm(2, n), "none": None}
# Norm, filters, shape of an image, and the phase of the formula for images.
cases = [
    ("batch", 4, (12, 12, 1), 5.39),
    ("batch", 4, (9, 12, 3), 3.52),
    ("group", 4, (12, 12, 1), 1.51),
    ("group", 4, (9, 12, 3), 2.84),
    ("none", 4, (12, 12, 1), 4.02),
    ("none", 4, (9, 12, 3), 2.51),
]
# As a share of the root mean square of a ReLU's inputs: a thousand times what float32 rounds.
MARGIN = 2e-4


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


def network_of(norm, filters, shape):
    network = ResNet18(shape[2], OUTPUTS, filters, norms[norm]).double()
    fill(network)
    return network


def images_of(shape, phase):
    size = BATCH * math.prod(shape)
    images = (formula(size, phase, 0.5) + 0.5).astype(numpy.float32).reshape(BATCH, *shape)
    return torch.from_numpy(images).double().permute(0, 3, 1, 2)


class NearestToKink(TorchFunctionMode):
    """The smallest input of a ReLU that it sees, as a share of the root mean square of the inputs of the same one."""

    nearest = math.inf

    def __torch_function__(self, function, types, args=(), kwargs=None):
        if function is torch.Tensor.relu:
            (inputs,) = args
            share = inputs.detach().abs().min() / inputs.detach().square().mean().sqrt()
            self.nearest = min(self.nearest, share.item())
        return function(*args, **(kwargs or {}))


def margin_of(norm, filters, shape, phase):
    network = network_of(norm, filters, shape)
    x = images_of(shape, phase)
    with torch.no_grad(), NearestToKink() as seen:
        network(x)
        network.eval()(x)
    return seen.nearest


def search():
    for norm, filters, shape, _ in cases:
        found = [(margin_of(norm, filters, shape, phase / 100), phase / 100) for phase in range(600)]
        print(norm, shape, "margin %.2g at phase %g" % max(found))


def reference(norm, filters, shape, phase):
    margin = margin_of(norm, filters, shape, phase)
    assert margin > MARGIN, f"{norm} {shape}: an input of a ReLU is {margin:.1g} of its size from 0; try --search"
    network = network_of(norm, filters, shape)
    x = images_of(shape, phase)
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
        "phase": phase,
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


if sys.argv[1:] == ["--search"]:
    search()
    sys.exit()
full = {f"{c}": sum(p.numel() for p in ResNet18(c, 10).parameters()) for c in (1, 3)}
found = {"parameters": full, "cases": [rounded(reference(*case)) for case in cases]}
target = root / "test" / "guarantees" / "resnetReference.json"
target.write_text(json.dumps(found, indent=1) + "\n")
