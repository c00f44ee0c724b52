"""MNIST and a perceptron in NumPy, for the second programs: nothing of Lethe takes part in them."""

from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parents[3] / "dist" / "data" / "mnist"


def idx(name):
    data = (FOLDER / name).read_bytes()
    shape = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(data[3])]
    return np.frombuffer(data, np.uint8, offset=4 + 4 * len(shape)).reshape(shape)


def mnist(part):
    """Images [n, 28, 28] of bytes and labels [n]; `part` is "train" or "t10k". After `npm run build`."""
    return idx(f"{part}-images-idx3-ubyte"), idx(f"{part}-labels-idx1-ubyte").astype(np.int64)


def flat(images):
    """[n, 784], 0 to 1."""
    return images.reshape(len(images), -1).astype(np.float32) / 255


class Perceptron:
    """ReLU layers and a softmax. Gradients are of the mean loss, flat: [parameters]."""

    def __init__(self, weights, biases):
        self.weights, self.biases = weights, biases

    def layers(self, x):
        hidden = [x]
        for weight, bias in zip(self.weights[:-1], self.biases[:-1]):
            hidden.append(np.maximum(hidden[-1] @ weight + bias, 0))
        return hidden, hidden[-1] @ self.weights[-1] + self.biases[-1]

    def accuracy(self, x, y):
        return float((self.layers(x)[1].argmax(1) == y).mean())

    def gradient(self, x, y):
        hidden, logits = self.layers(x)
        p = np.exp(logits - logits.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        p[np.arange(len(y)), y] -= 1
        error = p / len(y)
        parts = []
        for i in reversed(range(len(self.weights))):
            parts += [error.sum(0), (hidden[i].T @ error).ravel()]
            if i > 0:
                error = (error @ self.weights[i].T) * (hidden[i] > 0)
        return np.concatenate(parts[::-1])

    def step(self, gradient, rate):
        at = 0
        for weight, bias in zip(self.weights, self.biases):
            for own in (weight, bias):
                own -= np.float32(rate) * gradient[at : at + own.size].reshape(own.shape)
                at += own.size
