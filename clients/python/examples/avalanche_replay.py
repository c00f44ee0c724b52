"""A program that an experiment names (frameworks.lethe.json beside it): the replay of Avalanche on the tasks of Lethe.

The benchmark is made of the very examples that Lethe's own methods meet. Avalanche draws their order itself, and fills each
batch with as many old examples as new ones.
"""

import torch
from avalanche.benchmarks import benchmark_from_datasets
from avalanche.benchmarks.utils import AvalancheDataset, DataAttribute
from avalanche.training import Replay
from avalanche.training.plugins import EvaluationPlugin
from idx_files import numbers, read_part
from torch.utils.data import TensorDataset

import lethe
from lethe.integrations.avalanche import LetheLogger

PIXELS, HIDDEN, CLASSES = 784, 100, 10


def dataset(images, labels, indices):
    """Examples as Avalanche has them, all of one task label: at test nobody tells the task."""
    chosen = torch.tensor(list(indices))
    own = labels[chosen]
    attributes = [
        DataAttribute(own.tolist(), name="targets"),
        DataAttribute([0] * len(chosen), name="targets_task_labels", use_in_getitem=True),
    ]
    return AvalancheDataset([TensorDataset(numbers(images[chosen]), own)], data_attributes=attributes)


with lethe.run() as run:
    torch.manual_seed(run.seed)
    folder = run.data["mnist"]
    train, test = read_part(folder, "train"), read_part(folder, "t10k")
    benchmark = benchmark_from_datasets(
        train=[dataset(*train, task.train) for task in run.tasks],
        test=[dataset(*test, task.test) for task in run.tasks],
    )
    model = torch.nn.Sequential(torch.nn.Linear(PIXELS, HIDDEN), torch.nn.ReLU(), torch.nn.Linear(HIDDEN, CLASSES))
    training = run.spec["training"]
    memory = run.settings["memory"]
    strategy = Replay(
        model=model,
        optimizer=torch.optim.Adam(model.parameters(), lr=training["learningRate"]),
        criterion=torch.nn.CrossEntropyLoss(),
        mem_size=memory,
        train_mb_size=training["batchSize"],
        train_epochs=training["epochs"],
        eval_mb_size=1000,
        evaluator=EvaluationPlugin(loggers=[LetheLogger(run, memory_bytes=lambda: memory * (PIXELS + 1))]),
    )
    strategy.eval(benchmark.test_stream)
    for experience in benchmark.train_stream:
        strategy.train(experience)
        strategy.eval(benchmark.test_stream)
