"""A-GEM and training without a remedy on permuted MNIST, written a second time from the authors' code.

    pip install numpy
    OPENBLAS_NUM_THREADS=1 python test/reproduction/second/agem.py agem --rate 0.1 --seed 1

Accuracy, forgetting and the learning curve area of the first ten steps: as the paper defines it, a mean, and as the authors'
notebook takes it, by the trapezoidal rule. Minutes.
"""

import argparse

import numpy as np

from perceptron import Perceptron, flat, mnist

TASKS, BATCH, PER_CLASS, REFERENCE, EARLY = 17, 10, 25, 256, 10
WIDTHS = [784, 256, 256, 10]


def truncated_normal(random, shape):
    drawn = random.randn(*shape)
    while (far := np.abs(drawn) > 2).any():
        drawn[far] = random.randn(far.sum())
    return (0.1 * drawn).astype(np.float32)


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("method", choices=["none", "agem"])
    asked.add_argument("--rate", type=float, required=True)
    asked.add_argument("--seed", type=int, default=1)
    asked = asked.parse_args()
    random = np.random.RandomState(asked.seed)
    images, labels = mnist("train")
    # The first 5,000 are their validation set.
    images, labels = flat(images)[5000:], labels[5000:]
    test_images, test_labels = mnist("t10k")
    test_images = flat(test_images)
    net = Perceptron(
        [truncated_normal(random, shape) for shape in zip(WIDTHS, WIDTHS[1:])],
        [np.full(width, 0.1, np.float32) for width in WIDTHS[1:]],
    )
    pixels = [random.permutation(784) for _ in range(TASKS)]
    accuracy, early = np.zeros((TASKS, TASKS)), np.zeros((TASKS, EARLY + 1))
    kept = []
    for task in range(TASKS):
        x, own_test = images[:, pixels[task]], test_images[:, pixels[task]]
        memory = [np.concatenate(parts) for parts in zip(*kept)]
        order = random.permutation(len(x))
        for step in range(len(x) // BATCH):
            if step <= EARLY:
                early[task, step] = net.accuracy(own_test, test_labels)
            batch = order[step * BATCH : (step + 1) * BATCH]
            gradient = net.gradient(x[batch], labels[batch])
            if memory:
                size = len(memory[0])
                some = random.choice(size, min(REFERENCE, size), replace=False)
                reference = net.gradient(memory[0][some], memory[1][some])
                product = float(gradient @ reference)
                if product < 0:
                    gradient = gradient - np.float32(product / float(reference @ reference)) * reference
            net.step(gradient, asked.rate)
        if asked.method == "agem":
            for digit in range(10):
                some = random.choice(np.flatnonzero(labels == digit), PER_CLASS, replace=False)
                kept.append((x[some], labels[some]))
        accuracy[task] = [net.accuracy(test_images[:, own], test_labels) for own in pixels]
        print(f"task {task + 1}: {100 * accuracy[task, : task + 1].mean():.1f} %", flush=True)
    forgetting = (accuracy[:-1, :-1].max(0) - accuracy[-1, :-1]).mean()
    curve = early.mean(0)
    trapezoid = (curve.sum() - (curve[0] + curve[-1]) / 2) / EARLY
    print(f"accuracy {100 * accuracy[-1].mean():.2f} %, forgetting {100 * forgetting:.2f} %")
    print(f"LCA {100 * curve.mean():.2f} %, by the trapezoidal rule {100 * trapezoid:.2f} %")


if __name__ == "__main__":
    main()
