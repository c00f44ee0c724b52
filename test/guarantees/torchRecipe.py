"""Writes torchRecipe.json: what PyTorch makes of the parts of a recipe, in double precision.

    bench/.venv/bin/python test/guarantees/torchRecipe.py        (PyTorch 2.15; npm run bench sets it up)
"""

import json
import math
import pathlib

import torch
from torch.optim import SGD, Adam, AdamW, lr_scheduler

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

SIZE = 6
STEPS = 12
LR = 0.05


def wave(count, seed):
    """Numbers that any language can make again."""
    return [math.sin(1.7 * i + seed) * (1 + (i % 3)) for i in range(count)]


def optimizers():
    cases = {
        "Adam, L2": (lambda p: Adam(p, lr=LR, weight_decay=0.1), None),
        "AdamW": (lambda p: AdamW(p, lr=LR, weight_decay=0.1), None),
        "SGD, L2": (lambda p: SGD(p, lr=LR, weight_decay=0.1), None),
        "SGD, momentum, L2": (lambda p: SGD(p, lr=LR, momentum=0.9, weight_decay=0.1), None),
        "SGD, Nesterov": (lambda p: SGD(p, lr=LR, momentum=0.9, nesterov=True), None),
        "SGD, Nesterov, L2": (lambda p: SGD(p, lr=LR, momentum=0.9, nesterov=True, weight_decay=0.1), None),
        "Adam, clipped by norm": (lambda p: Adam(p, lr=LR), "norm"),
        "SGD, clipped by norm, L2": (lambda p: SGD(p, lr=LR, weight_decay=0.1), "norm"),
        "SGD, clipped by value, momentum, L2": (
            lambda p: SGD(p, lr=LR, momentum=0.9, weight_decay=0.1),
            "value",
        ),
    }
    found = {}
    for name, (make, clip) in cases.items():
        # Two tensors, so that the norm is that of all parameters together.
        theta = wave(SIZE, 0)
        parts = [torch.tensor(theta[:2], requires_grad=True), torch.tensor(theta[2:], requires_grad=True)]
        optimizer = make(parts)
        trace = []
        for step in range(STEPS):
            gradient = wave(SIZE, 1 + step)
            parts[0].grad = torch.tensor(gradient[:2])
            parts[1].grad = torch.tensor(gradient[2:])
            if clip == "norm":
                torch.nn.utils.clip_grad_norm_(parts, 1.5)
            if clip == "value":
                torch.nn.utils.clip_grad_value_(parts, 0.7)
            optimizer.step()
            trace.append([x for part in parts for x in part.detach().tolist()])
        found[name] = trace
    return found


def schedules():
    per_epoch, epochs = 5, 9
    one = lambda: SGD([torch.zeros(1, requires_grad=True)], lr=LR)
    rate = lambda optimizer: optimizer.param_groups[0]["lr"]

    def by_epoch(make):
        optimizer = one()
        scheduler = make(optimizer)
        rates = []
        for _ in range(epochs):
            rates += [rate(optimizer)] * per_epoch
            optimizer.step()
            scheduler.step()
        return rates

    def by_step(make, fractions=False):
        optimizer = one()
        scheduler = make(optimizer)
        rates = []
        for step in range(per_epoch * epochs):
            rates.append(rate(optimizer))
            optimizer.step()
            scheduler.step(*([(step + 1) / per_epoch] if fractions else []))
        return rates

    def plateau():
        optimizer = one()
        # One more than ours: PyTorch waits for one more bad epoch.
        scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=1, threshold=0.01, min_lr=0.02)
        rates = []
        for measure in PLATEAU:
            scheduler.step(measure)
            rates.append(rate(optimizer))
        return rates

    total = per_epoch * epochs
    return {
        "steps": by_epoch(lambda o: lr_scheduler.MultiStepLR(o, [2, 5, 6], gamma=0.3)),
        "exponential": by_epoch(lambda o: lr_scheduler.ExponentialLR(o, 0.95)),
        "cosine": by_step(lambda o: lr_scheduler.CosineAnnealingLR(o, total, eta_min=0.001)),
        "restarts": by_step(
            lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, T_0=1, T_mult=2, eta_min=0.001), fractions=True
        ),
        "restarts by epoch": by_epoch(
            lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, T_0=2, T_mult=2, eta_min=0.001)
        ),
        "warmup": by_step(
            lambda o: lr_scheduler.SequentialLR(
                o,
                [
                    lr_scheduler.LinearLR(o, start_factor=0.25, total_iters=8),
                    lr_scheduler.CosineAnnealingLR(o, total - 8),
                ],
                [8],
            )
        ),
        "plateau": plateau(),
    }


PLATEAU = [1, 0.9, 0.895, 0.894, 0.8, 0.81, 0.82, 0.83, 0.84, 0.85, 0.86, 0.5]


def losses():
    rows, outputs = 4, 5
    z = torch.tensor(wave(rows * outputs, 3)).reshape(rows, outputs) * 2
    labels = torch.tensor([3, 0, 2, 2])
    one_hot = torch.nn.functional.one_hot(labels, outputs).double()

    def of(loss, logits):
        logits = logits.clone().requires_grad_()
        value = loss(logits)
        value.backward()
        return {"loss": value.item(), "gradient": logits.grad.flatten().tolist()}

    smooth = torch.nn.CrossEntropyLoss(label_smoothing=0.2)
    bce = torch.nn.BCEWithLogitsLoss()
    return {
        "smoothing": of(lambda x: smooth(x, labels), z),
        # A head of the units 2 and 3, which has the labels 0 and 1.
        "smoothing in a head": of(lambda x: smooth(x, torch.tensor([1, 0, 0, 0])), z[:, 2:4]),
        "sigmoid": of(lambda x: bce(x, one_hot), z),
        "sigmoid in a head": of(lambda x: bce(x, one_hot[:, 2:4]), z[:, 2:4]),
    }


def bounds():
    fans = torch.nn.init._calculate_fan_in_and_fan_out
    bound = lambda tensor: math.sqrt(6 / sum(fans(tensor)))
    return {"dense 64-12": bound(torch.zeros(12, 64)), "convolution 3x3 of 4, 6 filters": bound(torch.zeros(6, 4, 3, 3))}


found = {
    "torch": torch.__version__,
    "optimizers": optimizers(),
    "schedules": schedules(),
    "plateau": PLATEAU,
    "losses": losses(),
    "bounds": bounds(),
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n")
