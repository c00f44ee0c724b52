"""ER-ACE in plain PyTorch on class-incremental Split MNIST, streamed into Lethe.

Needs PyTorch and the client (`pip install "$(lethe python)"`), and MNIST where a build of Lethe has put it. Under the setting
of examples/split-mnist.lethe.json, so that both stand in one comparison:

    lethe run examples/split-mnist.lethe.json
    python clients/python/examples/er_ace.py
    lethe compare --experiment "Split MNIST, class-incremental"

Experience replay with asymmetric cross-entropy (Caccia, Aljundi, Asadi, Tuytelaars, Pineau & Belilovsky 2022): the loss of a
step is that of the incoming batch among its own classes, so that no new example pushes old classes down, and that of a batch
from the memory among all. As in the authors' code, classes not met so far stay among those of the incoming batch (there all
from the largest met so far on). Deviations: linear outputs in place of cosines, and the Adam of the setting in place of SGD.
"""

import argparse
from pathlib import Path

import torch
from idx_files import numbers, read_part
from torch.nn.functional import cross_entropy

import lethe

MNIST = Path(__file__).resolve().parents[3] / "dist" / "data" / "mnist"
TASKS = [[0, 1], [2, 3], [4, 5], [6, 7], [8, 9]]
CLASSES = 10


def tasks_of(folder, part):
    """Of each task its images [n, 784], as bytes, and labels [n]."""
    images, labels = read_part(folder, part)
    chosen = [torch.isin(labels, torch.tensor(classes)) for classes in TASKS]
    return [(images[own], labels[own]) for own in chosen]


class Reservoir:
    """A memory of fixed size in which every example of the stream is with the same probability (Vitter 1985)."""

    def __init__(self, size, random):
        self.size, self.random = size, random
        self.images = torch.zeros(0, 784, dtype=torch.uint8)
        self.labels = torch.zeros(0, dtype=torch.long)
        self.met = 0

    def add(self, images, labels):
        for image, label in zip(images, labels):
            self.met += 1
            if len(self.labels) < self.size:
                self.images = torch.cat([self.images, image[None]])
                self.labels = torch.cat([self.labels, label[None]])
                continue
            place = int(torch.randint(self.met, (), generator=self.random))
            if place < self.size:
                self.images[place], self.labels[place] = image, label

    def draw(self, count):
        chosen = torch.randperm(len(self.labels), generator=self.random)[:count]
        return self.images[chosen], self.labels[chosen]

    @property
    def bytes(self):
        """An image has a byte for each pixel, and a label would do with one."""
        return self.images.numel() + len(self.labels)


def asymmetric_loss(model, incoming, replayed, seen):
    """`seen`: which classes there were so far, those of the incoming batch among them."""
    images, labels = incoming
    allowed = ~seen
    allowed[labels.unique()] = True
    loss = cross_entropy(model(numbers(images)).masked_fill(~allowed, float("-inf")), labels)
    if replayed is not None:
        images, labels = replayed
        loss = loss + cross_entropy(model(numbers(images)), labels)
    return loss


def learn(seed, options):
    torch.manual_seed(seed)
    random = torch.Generator().manual_seed(seed)
    model = torch.nn.Sequential(
        torch.nn.Linear(784, 256),
        torch.nn.ReLU(),
        torch.nn.Linear(256, 256),
        torch.nn.ReLU(),
        torch.nn.Linear(256, CLASSES),
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=options.lr)
    memory = Reservoir(options.memory, random)
    seen = torch.zeros(CLASSES, dtype=torch.bool)
    train, tested = tasks_of(options.data, "train"), tasks_of(options.data, "t10k")

    @torch.no_grad()
    def test(task):
        images, labels = tested[task]
        return model(numbers(images)), labels

    with lethe.run(
        experiment=options.experiment,
        method="er-ace",
        label="ER-ACE, PyTorch",
        seed=seed,
        tasks=[lethe.Task(classes, train=len(train[t][1]), test=len(tested[t][1])) for t, classes in enumerate(TASKS)],
        settings={"memory": options.memory, "replayed": options.batch},
        stream={"dataset": "mnist", "kind": "split"},
        network={"kind": "mlp", "hidden": [256, 256]},
        training={"optimizer": "adam", "learningRate": options.lr, "batchSize": options.batch, "epochs": 1},
        parameters=sum(values.numel() for values in model.parameters()),
        folder=options.folder,
    ) as run:
        run.baseline(test)
        for task in run.remaining():
            images, labels = train[task]
            batches = torch.randperm(len(labels), generator=random).split(options.batch)
            run.task(task, steps=len(batches))
            for step, batch in enumerate(batches):
                incoming = images[batch], labels[batch]
                seen[incoming[1]] = True
                replayed = memory.draw(options.batch) if task > 0 else None
                loss = asymmetric_loss(model, incoming, replayed, seen)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                memory.add(*incoming)
                run.step(loss)
                if step % 10 == 9:
                    run.point(test)
            counts = torch.bincount(memory.labels, minlength=CLASSES).tolist()
            run.mechanism(
                "memory", "Examples in memory",
                policy="reservoir", count=len(memory.labels), capacity=memory.size, bytes=memory.bytes, perClass=counts,
            )  # fmt: skip
            run.evaluate(test, memory_bytes=memory.bytes)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--experiment", default="Split MNIST, class-incremental", help="the one whose runs it stands beside")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--memory", type=int, default=1000, help="examples")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--lr", type=float, default=0.001)
    parser.add_argument("--data", type=Path, default=MNIST, help="folder of MNIST's IDX files")
    parser.add_argument("--folder", help="workspace folder, where it is not the one above the current folder")
    options = parser.parse_args()
    torch.set_num_threads(1)
    for seed in options.seeds:
        learn(seed, options)


if __name__ == "__main__":
    main()
