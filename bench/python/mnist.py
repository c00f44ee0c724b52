"""MNIST from the IDX files that the build copies to dist/data/mnist, whole and in memory."""

from pathlib import Path

import numpy as np
import torch

FOLDER = Path(__file__).resolve().parents[2] / "dist" / "data" / "mnist"
CLASSES_PER_TASK = 2


def read_idx(path):
    data = path.read_bytes()
    shape = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(data[3])]
    return np.frombuffer(data, np.uint8, offset=4 + 4 * len(shape)).reshape(shape)


def load(part):
    """Images [n, 784] as float32 0..1 and labels [n]; `part` is "train" or "t10k"."""
    images = torch.from_numpy(read_idx(FOLDER / f"{part}-images-idx3-ubyte").astype(np.float32)) / 255
    labels = torch.from_numpy(read_idx(FOLDER / f"{part}-labels-idx1-ubyte").astype(np.int64))
    return images.flatten(1), labels


def split(images, labels, classes_per_task=CLASSES_PER_TASK):
    """The tasks of split MNIST in the order of the digits, as (images, labels)."""
    tasks = []
    for first in range(0, 10, classes_per_task):
        chosen = (labels >= first) & (labels < first + classes_per_task)
        tasks.append((images[chosen], labels[chosen]))
    return tasks
