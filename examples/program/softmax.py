#!/usr/bin/env python3
"""A program that an experiment names: softmax regression on MNIST, with a few old examples replayed, in plain Python.

Lethe starts it, with each seed (softmax.lethe.json beside it says how), and says by `lethe.run()` what to train. Nothing
but the standard library and the client is needed. So that plain Python is fast enough, images are made 7 x 7.
"""

import json
import math
import random
from pathlib import Path

import lethe

SIDE, POOL = 28, 4


class Examples:
    """Images and labels of an IDX file; an image is pooled when it is first asked for."""

    def __init__(self, folder, name):
        self.images = (folder / f"{name}-images-idx3-ubyte").read_bytes()[16:]
        self.labels = (folder / f"{name}-labels-idx1-ubyte").read_bytes()[8:]
        self.known = {}

    def image(self, index):
        """Means of 4 x 4 pixels, from 0 to 1, and a 1 for the bias."""
        if index not in self.known:
            start = index * SIDE * SIDE
            rows = [self.images[start + y * SIDE : start + (y + 1) * SIDE] for y in range(SIDE)]
            scale = 255 * POOL * POOL
            self.known[index] = [
                sum(sum(row[x : x + POOL]) for row in rows[y : y + POOL]) / scale
                for y in range(0, SIDE, POOL)
                for x in range(0, SIDE, POOL)
            ] + [1.0]
        return self.known[index]


class Softmax:
    """A row of weights for each class."""

    def __init__(self, classes):
        self.weights = [[0.0] * (SIDE // POOL) ** 2 + [0.0] for _ in range(classes)]

    def logits(self, image):
        return [sum(map(float.__mul__, row, image)) for row in self.weights]

    def step(self, batch, rate):
        """One step of gradient descent on the mean cross-entropy of some examples, which is returned."""
        loss, slope = 0.0, [[0.0] * len(row) for row in self.weights]
        for image, label in batch:
            logits = self.logits(image)
            top = max(logits)
            exps = [math.exp(z - top) for z in logits]
            total = sum(exps)
            loss -= math.log(exps[label] / total)
            for k, row in enumerate(slope):
                delta = exps[k] / total - (k == label)
                row[:] = [s + delta * x for s, x in zip(row, image)]
        for row, by in zip(self.weights, slope):
            row[:] = [w - rate * s / len(batch) for w, s in zip(row, by)]
        return loss / len(batch)


def main():
    with lethe.run(parameters=10 * 50) as run:
        train, test = (Examples(run.data["mnist"], name) for name in ("train", "t10k"))
        model, memory = Softmax(10), []
        rate, per_class = run.settings["learningRate"], run.settings["perClass"]
        if run.resumed:
            model.weights, memory = json.loads(Path(run.resumed.path).read_text())

        def save(path):
            Path(path).write_text(json.dumps([model.weights, memory]))

        def answers(task):
            examples = run.tasks[task].test
            return [model.logits(test.image(i)) for i in examples], [test.labels[i] for i in examples]

        for task in run.remaining():
            done = run.task(task)
            for step, batch in enumerate(run.batches(task)):
                if step < done:
                    continue
                # Drawn anew for each step, so that a run that was stopped goes on as if it had not been.
                draw = random.Random(f"{run.seed} {task} {step}")
                replayed = draw.sample(memory, min(len(batch), len(memory)))
                loss = model.step([(train.image(i), train.labels[i]) for i in [*batch, *replayed]], rate)
                run.step(loss)
                if step % 50 == 49:
                    run.checkpoint(save)
            for label in run.tasks[task].classes:
                memory += [i for i in run.tasks[task].train if train.labels[i] == label][:per_class]
            if memory:
                run.mechanism("memory", "Examples in memory", policy="first of each class", count=len(memory))
            run.evaluate(answers, memory_bytes=len(memory) * (SIDE * SIDE + 1))
            run.checkpoint(save)


if __name__ == "__main__":
    main()
