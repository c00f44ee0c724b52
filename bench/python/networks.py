"""The networks and update rules of the benchmark."""

import torch
from torch import nn


def mlp(hidden):
    sizes = [784, *hidden, 10]
    layers = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def cnn():
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding="same"),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding="same"),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 7 * 7, 10),
    )


def optimizer_for(network, name, learning_rate, tuned=False):
    """`tuned`: PyTorch's own fused update in place of its default."""
    fused = True if tuned else None
    if name == "adam":
        return torch.optim.Adam(network.parameters(), lr=learning_rate, fused=fused)
    return torch.optim.SGD(network.parameters(), lr=learning_rate, fused=fused)
