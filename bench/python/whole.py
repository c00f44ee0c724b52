"""Whole runs of class-incremental split MNIST by hand-written PyTorch, as a JSON line: accuracy and seconds by part."""

import argparse
import json
import time

import torch

import mnist
from methods import Ewc, Replay, Sequential, exact_fisher, fisher_by_loop, train_step
from networks import mlp, optimizer_for
from setting import add_setting

LOSS_POINTS = 50


class Timer:
    def __init__(self):
        self.seconds = {"train": 0.0, "method": 0.0, "evaluate": 0.0}

    def time(self, part, work):
        start = time.perf_counter()
        result = work()
        self.seconds[part] += time.perf_counter() - start
        return result


def method_for(name, network, options):
    if name == "ewc":
        return Ewc(network, options.strength, options.tuned)
    if name == "replay":
        return Replay(network, per_class=100, batch_size=options.batch)
    return Sequential(network)


def learn(method, optimizer, images, labels, batch, steps):
    """`steps` updates on whole batches, every epoch in a new order; the loss is read about 50 times."""
    interval = max(1, steps // LOSS_POINTS)
    losses = []
    total = torch.zeros(())
    done = 0
    while done < steps:
        for chosen in torch.randperm(len(labels)).split(batch):
            if len(chosen) < batch or done == steps:
                break
            total += train_step(method, optimizer, images[chosen], labels[chosen])
            done += 1
            if done % interval == 0:
                losses.append(total.item() / interval)
                total.zero_()
    return losses


@torch.no_grad()
def accuracies(network, tests):
    return [(network(images).argmax(1) == labels).float().mean().item() for images, labels in tests]


def run(name, options):
    torch.manual_seed(options.seed)
    timer = Timer()
    tasks = mnist.split(*mnist.load("train"))
    tests = mnist.split(*mnist.load("t10k"))
    network = mlp(options.hidden)
    method = method_for(name, network, options)
    optimizer = optimizer_for(network, options.optimizer, options.learning_rate, options.tuned)
    matrix = []
    steps_done = 0
    for images, labels in tasks:
        steps = options.steps or len(labels) // options.batch
        timer.time("train", lambda: learn(method, optimizer, images, labels, options.batch, steps))
        timer.time("method", lambda: method.after_task(images, labels))
        matrix.append(timer.time("evaluate", lambda: accuracies(network, tests)))
        steps_done += steps
    return {"accuracy": sum(matrix[-1]) / len(tests), "steps": steps_done, "seconds": timer.seconds}


def seconds_of_fisher(options):
    """Of one task: by matrix products over all its examples, and by the loop over `--fisher-loop` of them, scaled up."""
    torch.manual_seed(options.seed)
    images, _ = mnist.split(*mnist.load("train"))[0]
    network = mlp(options.hidden)
    timer = Timer()
    timer.time("method", lambda: exact_fisher(network, images))
    timer.time("train", lambda: fisher_by_loop(network, images[: options.fisher_loop]))
    looped = timer.seconds["train"] * len(images) / options.fisher_loop
    return {"examples": len(images), "products": timer.seconds["method"], "loop": looped}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--method", choices=["none", "ewc", "replay"], default="none")
    add_setting(parser, strength=1e9)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tuned", action="store_true", help="fused updates, EWC's gradient added")
    parser.add_argument("--fisher-loop", type=int, help="only time the Fisher information, the loop on so many examples")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print(json.dumps(seconds_of_fisher(options) if options.fisher_loop else run(options.method, options)))


main()
