"""A method of your own in PyTorch: a network that learns task after task, with a few old examples in every batch.

Lethe starts this file with each seed, as my-program.lethe.json beside it says. It needs PyTorch; the client,
`lethe`, it finds by itself.
"""

from pathlib import Path

import lethe
import torch
from torch import nn

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def values(file, header):
    """The bytes of an IDX file after its header."""
    return torch.frombuffer(bytearray(file.read_bytes()), dtype=torch.uint8, offset=header)


def examples(folder, part):
    """Images of 784 values from 0 to 1, and their labels."""
    images = values(Path(folder) / f"{part}-images-idx3-ubyte", 16).reshape(-1, 784) / 255
    return images.to(DEVICE), values(Path(folder) / f"{part}-labels-idx1-ubyte", 8).long().to(DEVICE)


with lethe.run() as run:
    torch.manual_seed(run.seed)
    images, labels = examples(run.data["mnist"], "train")
    test_images, test_labels = examples(run.data["mnist"], "t10k")
    model = nn.Sequential(nn.Linear(784, 100), nn.ReLU(), nn.Linear(100, 10)).to(DEVICE)
    optimizer = torch.optim.Adam(model.parameters(), lr=run.settings["lr"])
    memory = []

    @torch.no_grad()
    def answers(task):
        chosen = list(run.tasks[task].test)
        return model(test_images[chosen]), test_labels[chosen]

    for task in run.remaining():
        run.task(task)
        for batch in run.batches(task):
            # Your idea goes here. This one: as many old examples as new ones, drawn at random.
            old = [memory[i] for i in torch.randint(len(memory), (len(batch),))] if memory else []
            chosen = [*batch, *old]
            loss = nn.functional.cross_entropy(model(images[chosen]), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            run.step(loss)
        for label in run.tasks[task].classes:
            memory += [i for i in run.tasks[task].train if labels[i] == label][: run.settings["perClass"]]
        run.evaluate(answers, memory_bytes=len(memory) * 785)
