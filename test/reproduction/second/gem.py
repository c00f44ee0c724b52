"""GEM on the rotations of its paper, written a second time from the authors' code, with the solver that they use.

    pip install numpy pillow quadprog
    OPENBLAS_NUM_THREADS=1 python test/reproduction/second/gem.py --seed 1

A minute. `--added` is the rule of the paper, which adds the margin to the dual variables.
"""

import argparse

import numpy as np
import quadprog
from PIL import Image

from perceptron import Perceptron, flat, mnist

TASKS, EXAMPLES, BATCH, MEMORY = 20, 1000, 10, 256
WIDTHS = [784, 100, 100, 10]


def rotated(images, angle):
    return flat(np.stack([np.asarray(Image.fromarray(image).rotate(angle)) for image in images]))


def xavier(random, rows, columns):
    limit = np.sqrt(6 / (rows + columns))
    return random.uniform(-limit, limit, (rows, columns)).astype(np.float32)


def projected(gradient, old, asked):
    """The gradient that no old task is harmed by, up to the ridge."""
    rows = old.astype(np.float64)
    products = rows @ rows.T
    matrix = (products + products.T) / 2 + asked.ridge * np.eye(len(rows))
    bound, more = (0.0, asked.margin) if asked.added else (asked.margin, 0.0)
    linear = -rows @ gradient.astype(np.float64)
    dual = quadprog.solve_qp(matrix, linear, np.eye(len(rows)), np.full(len(rows), bound))[0] + more
    return (dual @ rows + gradient).astype(np.float32)


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--margin", type=float, default=0.5)
    asked.add_argument("--ridge", type=float, default=1e-3)
    asked.add_argument("--rate", type=float, default=0.1)
    asked.add_argument("--added", action="store_true")
    asked = asked.parse_args()
    random = np.random.RandomState(asked.seed)
    (images, labels), (test_images, test_labels) = mnist("train"), mnist("t10k")
    net = Perceptron(
        [xavier(random, *shape) for shape in zip(WIDTHS, WIDTHS[1:])],
        [np.zeros(width, np.float32) for width in WIDTHS[1:]],
    )
    width = 180 / TASKS
    angles = [width * (task + random.rand()) for task in range(TASKS)]
    tests = [rotated(test_images, angle) for angle in angles]
    kept = np.zeros((TASKS, MEMORY, 784), np.float32), np.zeros((TASKS, MEMORY), np.int64)
    place = 0
    accuracy = np.zeros((TASKS, TASKS))
    for task in range(TASKS):
        chosen = random.permutation(len(images))[:EXAMPLES]
        x, y = rotated(images[chosen], angles[task]), labels[chosen]
        for first in range(0, EXAMPLES, BATCH):
            own_x, own_y = x[first : first + BATCH], y[first : first + BATCH]
            # What reaches past the end of the memory is dropped, and the place is not set back between tasks.
            end = min(place + BATCH, MEMORY)
            kept[0][task, place:end], kept[1][task, place:end] = own_x[: end - place], own_y[: end - place]
            place = 0 if end == MEMORY else end
            gradient = net.gradient(own_x, own_y)
            old = [net.gradient(kept[0][one], kept[1][one]) for one in range(task)]
            if any(float(one @ gradient) < 0 for one in old):
                gradient = projected(gradient, np.stack(old), asked)
            net.step(gradient, asked.rate)
        accuracy[task] = [net.accuracy(own, test_labels) for own in tests]
    learned, last = accuracy.diagonal(), accuracy[-1]
    transfer = (last - learned)[:-1].mean()
    print(f"accuracy {100 * last.mean():.2f} %, backward transfer {100 * transfer:+.2f} %")


if __name__ == "__main__":
    main()
