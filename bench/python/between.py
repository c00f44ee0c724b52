"""Mean seconds of what a method does after a task, by hand-written PyTorch, as a JSON line with a field for each number of threads.

Split MNIST with some steps in each of the first four of five tasks. EWC and MAS look at all images of the task, GPM at 300,
OGD takes the gradients of 25, iCaRL herds 100 images of each class.
"""

import argparse
import json
import time

import torch

import mnist
from methods import Ewc, Gpm, Icarl, Mas, Ogd, train_step
from networks import mlp, optimizer_for

TASKS = 4


class HerdingIcarl(Icarl):
    """Chooses exemplars as well: those whose mean of normalised features comes next to the mean of the class, one after the
    other."""

    def after_task(self, images, labels, per_class=100):
        super().after_task(images, labels)
        features = torch.nn.functional.normalize(self.network[:-1](images))
        self.exemplars = [herd(features[labels == label], per_class) for label in labels.unique()]


@torch.no_grad()
def herd(features, count):
    """Places of the chosen rows of features [n, d], in the order of their choice."""
    mean = features.mean(0)
    left = torch.ones(len(features), dtype=torch.bool)
    total = torch.zeros_like(mean)
    chosen = []
    for number in range(1, count + 1):
        distances = (mean - (total + features) / number).square().sum(1)
        best = int(torch.where(left, distances, torch.inf).argmin())
        left[best] = False
        total += features[best]
        chosen.append(best)
    return chosen


METHODS = {
    "ewc": lambda network: Ewc(network, strength=1e5, tuned=True),
    "mas": lambda network: Mas(network, strength=1, tuned=True),
    "gpm": lambda network: Gpm(network, threshold=0.95, later_threshold=0.99, samples=300, tuned=True),
    "ogd": lambda network: Ogd(network, per_task=25),
    "icarl": HerdingIcarl,
}


def seconds_after_tasks(name, steps, threads, tasks):
    torch.manual_seed(1)
    torch.set_num_threads(threads)
    network = mlp([400, 400])
    method = METHODS[name](network)
    optimizer = optimizer_for(network, "sgd", 0.01, tuned=True)
    seconds = 0
    for images, labels in tasks[:TASKS]:
        for chosen in torch.randperm(len(labels)).split(128)[:steps]:
            train_step(method, optimizer, images[chosen], labels[chosen])
        start = time.perf_counter()
        with torch.no_grad() if name == "icarl" else torch.enable_grad():
            method.after_task(images, labels)
        seconds += time.perf_counter() - start
    return seconds / TASKS


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--method", choices=METHODS, required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--threads", type=int, nargs="+", default=[1])
    options = parser.parse_args()
    tasks = mnist.split(*mnist.load("train"))
    print(json.dumps({n: seconds_after_tasks(options.method, options.steps, n, tasks) for n in options.threads}))


main()
