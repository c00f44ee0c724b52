#!/usr/bin/env python3
"""Writes a run that Lethe shows, without using Lethe: the event protocol of docs/event-protocol.md from another language.

A small network (16-24-10, written out in plain Python) learns ten clouds of points, two clouds to a task, and is measured
as it goes. Nothing but the standard library is needed. With --keep it replays some old points and forgets less.

    python3 examples/producer.py .              # a run in ./.lethe/runs, to be seen in the dashboard and in `lethe list`
    python3 examples/producer.py . --keep 10    # the same network with 10 points of each old class replayed
"""

import argparse
import hashlib
import json
import math
import os
import random
import signal
import socket
import sys
import time
from pathlib import Path

TASKS, CLASSES_PER_TASK, INPUTS, HIDDEN = 5, 2, 16, 24
CLASSES = TASKS * CLASSES_PER_TASK
TRAIN_PER_CLASS, TEST_PER_CLASS = 60, 40
EPOCHS, BATCH, LEARNING_RATE = 3, 10, 0.1
STEPS = EPOCHS * TRAIN_PER_CLASS * CLASSES_PER_TASK // BATCH
CURVE_STEPS = {1, 2, 4, 8, 16, STEPS // 2, STEPS}
CURVE_SAMPLES = 20  # test points per task for a point of the curve


class Stopped(Exception):
    """Lethe, or the user, asked for a stop."""


# ---- the protocol


def now():
    return round(time.time() * 1000)


class RunFolder:
    """A run folder: run.json, written once, and events.jsonl, to which lines are only ever appended."""

    def __init__(self, workspace, manifest):
        runs = Path(workspace) / ".lethe" / "runs"
        draft = runs / ("." + manifest["id"])
        draft.mkdir(parents=True)
        (draft / "run.json").write_text(json.dumps(manifest, indent=2), encoding="utf-8")
        # Lets Lethe see whether this process is still alive, and ask it to stop.
        process = {"pid": os.getpid(), "host": socket.gethostname(), "at": now()}
        (draft / "process.json").write_text(json.dumps(process), encoding="utf-8")
        # Names with a leading dot are nobody's business: the run appears whole, at once.
        self.path = draft.rename(runs / manifest["id"])
        self.log = open(self.path / "events.jsonl", "a", encoding="utf-8", newline="\n")
        self.stop_asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.ask_to_stop)

    def ask_to_stop(self, *_):
        self.stop_asked = True

    def write(self, type_, **fields):
        """One event, one line, at once. JSON has no NaN: an accuracy that is not defined is null."""
        self.log.write(json.dumps({"type": type_, "at": now(), **fields}, allow_nan=False) + "\n")
        self.log.flush()

    def breathe(self):
        if self.stop_asked or (self.path / "stop").exists():
            raise Stopped


def manifest_of(seed, keep):
    spec = {
        "stream": {"dataset": "gaussian-clouds", "kind": "split", "tasks": TASKS, "scenario": "class"},
        "network": {"kind": "mlp", "hidden": [HIDDEN], "init": "uniform, 1/sqrt(inputs)"},
        "training": {"optimizer": "sgd", "learningRate": LEARNING_RATE, "batchSize": BATCH, "epochs": EPOCHS},
        "evaluation": {"curve steps": sorted(CURVE_STEPS), "samples": CURVE_SAMPLES},
        "methods": [{"method": "python-replay", "settings": {"keep": keep}}],
    }
    key = f"python-replay-{keep}" if keep else "python-none"
    canonical = json.dumps(spec, sort_keys=True, separators=(",", ":"))
    return {
        "lethe": 2,
        # Who trains: a program that Lethe knows nothing of. What it describes in `spec`, it describes in its own words.
        "trainer": "program",
        "program": "producer.py",
        "id": f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{key}-seed{seed}-{os.urandom(2).hex()}",
        "created": now(),
        "experiment": {"name": "Clouds of points, from Python"},
        "variant": {
            "key": key,
            "label": f"Python, {keep} kept per class" if keep else "Python, no remedy",
            # Runs with equal hash and seed are repetitions of each other.
            "hash": hashlib.sha256(canonical.encode()).hexdigest(),
        },
        "seed": seed,
        "backend": "auto",
        "spec": spec,
    }


# ---- data: ten clouds of points


def clouds(rng):
    centres = [[rng.gauss(0, 1) for _ in range(INPUTS)] for _ in range(CLASSES)]

    def points(label, count):
        return [([c + rng.gauss(0, 0.8) for c in centres[label]], label) for _ in range(count)]

    train = [points(label, TRAIN_PER_CLASS) for label in range(CLASSES)]
    test = [points(label, TEST_PER_CLASS) for label in range(CLASSES)]
    return train, test


def classes_of(task):
    return list(range(task * CLASSES_PER_TASK, (task + 1) * CLASSES_PER_TASK))


def of_task(by_class, task):
    # The classes in turn, so that a part of the list is balanced too.
    return [point for group in zip(*(by_class[label] for label in classes_of(task))) for point in group]


# ---- the learner: 16-24-10, ReLU, softmax with cross-entropy, plain SGD


class Network:
    def __init__(self, rng):
        def layer(outputs, inputs):
            bound = 1 / math.sqrt(inputs)
            return [[rng.uniform(-bound, bound) for _ in range(inputs + 1)] for _ in range(outputs)]

        self.first, self.second = layer(HIDDEN, INPUTS), layer(CLASSES, HIDDEN)

    def forward(self, x):
        hidden = [max(0.0, sum(w * v for w, v in zip(row, x)) + row[-1]) for row in self.first]
        return hidden, [sum(w * v for w, v in zip(row, hidden)) + row[-1] for row in self.second]

    def step(self, batch):
        """One step of gradient descent on the mean cross-entropy of a batch, which is returned."""
        loss, gradients = 0.0, []
        for x, label in batch:
            hidden, logits = self.forward(x)
            top = max(logits)
            exps = [math.exp(z - top) for z in logits]
            total = sum(exps)
            loss -= math.log(exps[label] / total)
            delta = [e / total - (k == label) for k, e in enumerate(exps)]
            back = [
                sum(d * row[i] for d, row in zip(delta, self.second)) if h > 0 else 0.0 for i, h in enumerate(hidden)
            ]
            gradients.append((x, hidden, delta, back))
        rate = LEARNING_RATE / len(batch)
        for x, hidden, delta, back in gradients:
            descend(self.second, delta, hidden, rate)
            descend(self.first, back, x, rate)
        return loss / len(batch)


def descend(weights, delta, inputs, rate):
    for row, d in zip(weights, delta):
        if d == 0.0:
            continue
        scaled = rate * d
        for i, value in enumerate(inputs):
            row[i] -= scaled * value
        row[-1] -= scaled


def accuracies(network, test, tasks, samples=None):
    """Accuracy on each of the first tasks: among all classes, and among the task's own (`taskAware`)."""
    accuracy, aware = [], []
    for task in range(tasks):
        points, own = of_task(test, task)[:samples], classes_of(task)
        logits = [(network.forward(x)[1], label) for x, label in points]
        accuracy.append(sum(z.index(max(z)) == label for z, label in logits) / len(points))
        aware.append(sum(max(own, key=lambda k: z[k]) == label for z, label in logits) / len(points))
    return {"accuracy": accuracy, "taskAware": aware}


# ---- the run


def memory_view(kept, size):
    """What is kept of old tasks, to be looked at: one of the kinds of views of the protocol."""
    per_class = [sum(label == other for _, other in kept) for label in range(CLASSES)]
    return {
        "kind": "memory",
        "title": "Points in memory",
        "policy": "first of each class",
        "count": len(kept),
        "bytes": size,
        "perClass": per_class,
        "perTask": [sum(per_class[label] for label in classes_of(task)) for task in range(TASKS)],
    }


def train(run, seed, keep):
    data, order, start = (random.Random(f"{seed} {name}") for name in ("data", "order", "init"))
    train_set, test_set = clouds(data)
    network = Network(start)
    run.write(
        "started",
        schema=1,
        pid=os.getpid(),
        host=socket.gethostname(),
        backend={"name": "python", "version": sys.version.split()[0]},
        tasks=[
            {
                "name": ", ".join(map(str, classes_of(task))),
                "classes": classes_of(task),
                "train": TRAIN_PER_CLASS * CLASSES_PER_TASK,
                "test": TEST_PER_CLASS * CLASSES_PER_TASK,
            }
            for task in range(TASKS)
        ],
        steps=[STEPS] * TASKS,
        parameters=HIDDEN * (INPUTS + 1) + CLASSES * (HIDDEN + 1),
    )
    run.write("baseline", **accuracies(network, test_set, TASKS))
    kept = []
    for task in range(TASKS):
        run.write("task-start", task=task, steps=STEPS)
        points, queue, losses, began = of_task(train_set, task), [], [], time.perf_counter()
        for step in range(1, STEPS + 1):
            run.breathe()
            if len(queue) < BATCH:
                queue = order.sample(points, len(points))
            batch, queue = queue[:BATCH], queue[BATCH:]
            losses.append(network.step(batch + order.sample(kept, min(BATCH, len(kept)))))
            if step in CURVE_STEPS:
                run.write("step", task=task, step=step, loss=sum(losses) / len(losses))
                losses = []
                curve = accuracies(network, test_set, task + 1, CURVE_SAMPLES)
                run.write("eval", task=task, step=step, samples=CURVE_SAMPLES, **curve)
        for label in classes_of(task):
            kept += train_set[label][:keep]
        memory_bytes = len(kept) * (INPUTS * 8 + 1)
        if keep:
            run.write("mechanism", task=task, method="python-replay", views=[memory_view(kept, memory_bytes)])
        run.write(
            "task-end",
            task=task,
            memoryBytes=memory_bytes,
            seconds={"train": time.perf_counter() - began},
            **accuracies(network, test_set, TASKS),
        )


def main():
    parser = argparse.ArgumentParser(description="Writes a run folder that Lethe shows.")
    parser.add_argument("workspace", nargs="?", default=".", help="folder that holds (or will hold) .lethe")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=int, default=0, help="points of each old class to replay")
    options = parser.parse_args()
    run = RunFolder(options.workspace, manifest_of(options.seed, options.keep))
    print(run.path, flush=True)
    began = time.perf_counter()
    try:
        train(run, options.seed, options.keep)
    except Stopped:
        run.write("ended", status="stopped", seconds=time.perf_counter() - began)
        return 3
    except Exception as error:
        run.write("ended", status="failed", error=str(error), seconds=time.perf_counter() - began)
        raise
    run.write("ended", status="done", seconds=time.perf_counter() - began)
    return 0


if __name__ == "__main__":
    sys.exit(main())
