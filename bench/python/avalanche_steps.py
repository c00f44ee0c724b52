"""Mean time of a training step (ms) in the training loop of avalanche-lib's strategy for a method, as a line of JSON.

A step of the last of two tasks of five digits (GEM: of five tasks of two), from the end of the step before to its own end:
the library's own loader is part of it. Data are tensors in memory, there are no worker processes, no metrics and no
loggers, one thread. Where GEM's solver is not installed, which the library leaves to its user, GEM has no time: null.
"""

import argparse
import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")

import torch
from avalanche.benchmarks import nc_benchmark
from avalanche.core import SupervisedPlugin
from avalanche.models.packnet import PackNetModel, PackNetPlugin
from avalanche.training.plugins import EvaluationPlugin, RWalkPlugin
from avalanche.training.supervised import (
    AGEM,
    DER,
    EWC,
    GEM,
    ICaRL,
    LwF,
    MAS,
    Naive,
    Replay,
    SynapticIntelligence,
)
from qpsolvers.exceptions import SolverNotFound

import mnist
from networks import mlp, optimizer_for

WARM_UP = 30
# Of each old task: what strategies do with them when they are over is not measured.
OLD_IMAGES = 2000
# As many as the hand-written loops store.
PER_CLASS = 100
STORED = 500
GEM_PER_TASK = 100


def packnet(model, **arguments):
    return Naive(model=model, plugins=[PackNetPlugin(post_prune_epochs=1, prune_proportion=0.5)], **arguments)


def icarl(model, criterion, **arguments):
    *features, classifier = model
    own = {"memory_size": PER_CLASS, "buffer_transform": None, "fixed_memory": False}
    return ICaRL(feature_extractor=torch.nn.Sequential(*features), classifier=classifier, **own, **arguments)


STRATEGIES = {
    "ewc": lambda batch, **own: EWC(ewc_lambda=1e5, **own),
    "replay": lambda batch, **own: Replay(mem_size=STORED, **own),
    "packnet": lambda batch, **own: packnet(**own),
    "si": lambda batch, **own: SynapticIntelligence(si_lambda=1, eps=0.001, **own),
    "mas": lambda batch, **own: MAS(lambda_reg=1, **own),
    "rwalk": lambda batch, **own: Naive(plugins=[RWalkPlugin(ewc_lambda=1, ewc_alpha=0.9, delta_t=10)], **own),
    "lwf": lambda batch, **own: LwF(alpha=1, temperature=2, **own),
    "agem": lambda batch, **own: AGEM(patterns_per_exp=STORED, sample_size=batch, **own),
    "derpp": lambda batch, **own: DER(mem_size=STORED, batch_size_mem=batch, alpha=1, beta=0.5, **own),
    "gem": lambda batch, **own: GEM(patterns_per_exp=GEM_PER_TASK, memory_strength=0.5, **own),
    "icarl": lambda batch, **own: icarl(**own),
}
OLD_TASKS = {"gem": 4}


class Clock(SupervisedPlugin):
    """Notes when each step of a pass over the data ends."""

    def __init__(self):
        super().__init__()
        self.ends = []

    def before_training_exp(self, strategy, **kwargs):
        self.ends = []

    def after_training_iteration(self, strategy, **kwargs):
        # Of PackNet, which prunes before the second pass, only the first counts.
        if strategy.clock.train_exp_epochs == 0:
            self.ends.append(time.perf_counter())


def experiences(old_tasks, new_images, task_labels):
    """The tasks of split MNIST, all but the last with few images."""
    tasks = mnist.split(*mnist.load("train"), classes_per_task=10 // (old_tasks + 1))
    parts = []
    for number, (images, labels) in enumerate(tasks):
        chosen = torch.randperm(len(labels))[: OLD_IMAGES if number < old_tasks else new_images]
        parts.append((images[chosen], labels[chosen]))
    images, labels = (torch.cat(part) for part in zip(*parts))
    dataset = torch.utils.data.TensorDataset(images, labels)
    dataset.targets = labels
    return nc_benchmark(dataset, dataset, len(tasks), task_labels=task_labels, shuffle=False).train_stream


def seconds_per_step(options):
    torch.manual_seed(1)
    torch.set_num_threads(1)
    network = mlp(options.hidden)
    if options.method == "packnet":
        network = PackNetModel(network)
    clock = Clock()
    strategy = STRATEGIES[options.method](
        options.batch,
        model=network,
        optimizer=optimizer_for(network, options.optimizer, options.learning_rate),
        criterion=torch.nn.CrossEntropyLoss(),
        train_mb_size=options.batch,
        train_epochs=2 if options.method == "packnet" else 1,
        eval_mb_size=500,
        evaluator=EvaluationPlugin(loggers=[]),
    )
    strategy.plugins.append(clock)
    new_images = (WARM_UP + options.steps) * options.batch
    # Its PackNet goes by the label of the task: without, it would train nothing in the second.
    for experience in experiences(OLD_TASKS.get(options.method, 1), new_images, options.method == "packnet"):
        strategy.train(experience, num_workers=0)
    measured = clock.ends[WARM_UP - 1 : WARM_UP + options.steps]
    return (measured[-1] - measured[0]) / (len(measured) - 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hidden", type=int, nargs="+", required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--optimizer", choices=["adam", "sgd"], required=True)
    parser.add_argument("--learning-rate", type=float, required=True)
    parser.add_argument("--method", choices=STRATEGIES, required=True)
    parser.add_argument("--steps", type=int, required=True)
    options = parser.parse_args()
    try:
        print(json.dumps(1000 * seconds_per_step(options)))
    except SolverNotFound as error:
        print(error, file=sys.stderr)
        print("null")


main()
