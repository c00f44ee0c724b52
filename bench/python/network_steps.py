"""Milliseconds of CPU time of a training step of each network by hand-written PyTorch with one thread: JSON by name.

    network_steps.py MILLISECONDS CASES      the cases of networkCases.mjs as JSON

Of SAM the two gradients alone are taken, without moving there and back.
"""

import json
import sys
import time

import torch
from torch import nn

from resnet import ResNet18

CLASSES = 10
norms = {"batch": nn.BatchNorm2d, "group": lambda n: nn.GroupNorm(4, n), "none": None}


def network_of(settings, shape):
    height, width, channels = shape
    if settings["kind"] == "mlp":
        return nn.Sequential(
            nn.Flatten(),
            nn.Linear(height * width * channels, 400),
            nn.ReLU(),
            nn.Linear(400, 400),
            nn.ReLU(),
            nn.Linear(400, CLASSES),
        )
    if settings["kind"] == "cnn":
        return nn.Sequential(
            nn.Conv2d(channels, 32, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 3, padding=1),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear((height // 4) * (width // 4) * 64, CLASSES),
        )
    return ResNet18(channels, CLASSES, norm=norms[settings.get("norm", "batch")])


def time_of(case, milliseconds):
    height, width, channels = case["shape"]
    torch.manual_seed(1)
    network = network_of(case["network"], case["shape"])
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01)
    images = torch.rand(1000, channels, height, width)
    labels = torch.arange(1000) % CLASSES

    def steps(count):
        start = time.process_time()
        for _ in range(count):
            chosen = torch.randint(1000, (case["batch"],))
            for _ in range(2 if case.get("method") == "sam" else 1):
                optimizer.zero_grad()
                nn.functional.cross_entropy(network(images[chosen]), labels[chosen]).backward()
            optimizer.step()
        return 1000 * (time.process_time() - start) / count

    steps(1)
    return steps(max(2, round(milliseconds / steps(2))))


torch.set_num_threads(1)
print(json.dumps({case["name"]: time_of(case, float(sys.argv[1])) for case in json.loads(sys.argv[2])}))
