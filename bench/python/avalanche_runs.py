"""Whole runs of class-incremental split MNIST by avalanche-lib, as a JSON line for each run.

The library trains in epochs: as many as come nearest to the steps asked for. Its evaluation computes accuracy after each
task and prints nothing; data are tensors in memory, loaded by its own loader without worker processes.
"""

import argparse
import json
import time
import warnings

warnings.filterwarnings("ignore")

import torch
from avalanche.benchmarks import nc_benchmark
from avalanche.evaluation.metrics import accuracy_metrics
from avalanche.training.plugins import EvaluationPlugin
from avalanche.training.supervised import EWC, JointTraining, Naive, Replay

import mnist
from networks import mlp, optimizer_for
from setting import add_setting


def benchmark():
    def dataset(part):
        images, labels = mnist.load(part)
        tensors = torch.utils.data.TensorDataset(images, labels)
        tensors.targets = labels
        return tensors

    return nc_benchmark(dataset("train"), dataset("t10k"), n_experiences=5, task_labels=False, shuffle=False)


def strategy_for(name, options):
    network = mlp(options.hidden)
    arguments = {
        "model": network,
        "optimizer": optimizer_for(network, options.optimizer, options.learning_rate),
        "criterion": torch.nn.CrossEntropyLoss(),
        "train_mb_size": options.batch,
        "eval_mb_size": 500,
        "evaluator": EvaluationPlugin(accuracy_metrics(stream=True), loggers=[]),
    }
    if name == "ewc":
        return EWC(ewc_lambda=options.strength, **arguments)
    if name == "replay":
        return Replay(mem_size=1000, **arguments)
    if name == "joint":
        return JointTraining(**arguments)
    return Naive(**arguments)


def run(name, seed, options):
    torch.manual_seed(seed)
    start = time.perf_counter()
    tasks = benchmark()
    strategy = strategy_for(name, options)
    # Joint training takes the whole stream at once.
    parts = [list(tasks.train_stream)] if name == "joint" else [[experience] for experience in tasks.train_stream]
    for part in parts:
        per_epoch = -(-sum(len(experience.dataset) for experience in part) // options.batch)
        wanted = options.steps * len(part) if options.steps else per_epoch
        strategy.train_epochs = max(1, round(wanted / per_epoch))
        strategy.train(part, num_workers=0)
        accuracy = strategy.eval(tasks.test_stream, num_workers=0)
    [final] = [value for key, value in accuracy.items() if key.startswith("Top1_Acc_Stream/eval_phase")]
    return {
        "method": name,
        "seed": seed,
        "accuracy": final,
        "steps": strategy.clock.train_iterations,
        "seconds": time.perf_counter() - start,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", nargs="+", required=True, help="method:seed …, with none, joint, ewc and replay as methods")
    add_setting(parser, strength=1e5)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    for name, seed in (pair.split(":") for pair in options.runs):
        print(json.dumps(run(name, int(seed), options)), flush=True)


main()
