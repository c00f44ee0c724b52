"""A program that an experiment names (lora.lethe.json beside it): low-rank adapters (LoRA) on task-incremental MNIST.

The base is a fully connected network that learns the first task whole, or `base` of the settings: a model of your own (the
`state_dict` of its hidden layers, "0.weight", "0.bias", "2.weight" and so on). Then its hidden layers are frozen, and each
task trains low-rank adapters of them (low_rank.py) and the rows of the output layer that are its head. At test

- `"adapters": "own"`: a task is answered with its own adapters, the first one by the base alone: nothing is ever forgotten;
- `"adapters": "sum"`: all tasks are answered with the sum of the adapters so far, as though they had been merged into the
  weights; only the head is that of the task. With `orthogonality` λ > 0 the loss of a step is more by λ times the overlap
  of the new adapters with those before (O-LoRA; Wang et al. 2023).

Deviations: the papers adapt a large pretrained model, here the base has seen two classes; O-LoRA asks one head that all
tasks share, here each has its own; and its code has a second penalty, on the size of new adapters, which is left out.
"""

import torch
from idx_files import numbers, read_part
from low_rank import adapt, adapter_parameters, hear
from torch.nn.functional import cross_entropy
from weights_file import load_weights

import lethe

#: Bytes of a parameter.
FLOAT = 4


def mlp(sides):
    """Dense layers of these sides, with a ReLU after each but the last."""
    layers = []
    for inputs, outputs in zip(sides, sides[1:]):
        layers += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


class Learner:
    """A network whose hidden layers have adapters from the task after the base on."""

    def __init__(self, settings, sides, seed, learning_rate):
        if settings["adapters"] not in ("own", "sum"):
            raise lethe.Mistake(f'"adapters" is {settings["adapters"]!r}: expected "own" or "sum"')
        torch.manual_seed(seed)
        self.settings, self.seed, self.learning_rate = settings, seed, learning_rate
        self.network = mlp(sides)
        base = settings.get("base")
        if base:
            load_weights(self.network[:-1], base)
        #: Tasks that the base has learned: they have no adapters.
        self.of_base = 0 if base else 1
        head = str(len(self.network) - 1)
        self.hidden = adapt(self.network, lambda name: name != head)
        self.learned = -1
        self.optimizer = None

    def begin(self, task):
        self.learned = task
        if task >= self.of_base:
            random = torch.Generator().manual_seed(1000 * self.seed + task)
            for layer in self.hidden.values():
                layer.layer.requires_grad_(False)
                layer.add(self.settings["rank"], self.settings["alpha"], random)
        trained = [values for values in self.network.parameters() if values.requires_grad]
        self.optimizer = torch.optim.Adam(trained, lr=self.learning_rate)
        self.listen(task)

    def listen(self, task):
        """Hears the adapters that a task is answered with."""
        own = task - self.of_base
        if self.settings["adapters"] == "sum":
            hear(self.hidden, range(self.learned - self.of_base + 1))
        else:
            hear(self.hidden, [own] if 0 <= own <= self.learned - self.of_base else [])

    def step(self, images, labels, classes):
        """One step on a batch, among the outputs of its task. Returns loss and accuracy."""
        logits = self.network(numbers(images))[:, classes]
        targets = (labels[:, None] == torch.tensor(classes)).int().argmax(1)
        loss = cross_entropy(logits, targets)
        total = loss
        if self.settings["orthogonality"] and self.learned > self.of_base:
            total = loss + self.settings["orthogonality"] * sum(layer.overlap() for layer in self.hidden.values())
        self.optimizer.zero_grad()
        total.backward()
        self.optimizer.step()
        return loss, (logits.argmax(1) == targets).float().mean()

    @torch.no_grad()
    def logits(self, task, images):
        self.listen(task)
        answers = self.network(numbers(images))
        self.listen(self.learned)
        return answers

    @property
    def memory_bytes(self):
        """Merged, adapters take no room; those of a task's own are kept beside the network."""
        return 0 if self.settings["adapters"] == "sum" else FLOAT * adapter_parameters(self.hidden)

    def save(self, path):
        state = {"task": self.learned, "network": self.network.state_dict(), "optimizer": self.optimizer.state_dict()}
        torch.save(state, path)

    def load(self, path):
        state = torch.load(path, weights_only=True)
        for task in range(state["task"] + 1):
            self.begin(task)
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])


def learn(run):
    if run.scenario != "task":
        raise lethe.Mistake(f'the scenario is "{run.scenario}": each task has a head here, so it has to be "task"')
    [folder] = run.data.values()
    (images, labels), (test_images, test_labels) = read_part(folder, "train"), read_part(folder, "t10k")
    sides = [images.shape[1], *run.spec["network"]["hidden"], run.stream["outputs"]]
    learner = Learner(run.settings, sides, run.seed, run.spec["training"]["learningRate"])
    points, samples = run.spec["evaluation"]["points"], run.spec["evaluation"]["samples"]
    if run.resumed:
        learner.load(run.resumed.path)

    def tested(most=None):
        def test(task):
            chosen = torch.tensor(run.tasks[task].test[:most])
            return learner.logits(task, test_images[chosen]), test_labels[chosen]

        return test

    if not run.resumed:
        run.baseline(tested())
    for task in run.remaining():
        done = run.task(task)
        if done == 0:
            learner.begin(task)
        every = max(1, run.tasks[task].steps // points) if points else run.tasks[task].steps + 1
        for step, batch in enumerate(run.batches(task)):
            if step < done:
                continue
            run.step(*learner.step(images[batch], labels[batch], list(run.tasks[task].classes)))
            if step % every == every - 1:
                run.point(tested(samples))
                run.checkpoint(learner.save)
        shares = [layer.share() for layer in learner.hidden.values()]
        run.mechanism(
            "layers", "Low-rank updates that answer this task", quantity="norm over that of the frozen weight", unit="1",
            layers=[{"name": f"layer{place}", "value": share} for place, share in enumerate(shares, 1)],
        )  # fmt: skip
        run.evaluate(tested(), memory_bytes=learner.memory_bytes)
        run.checkpoint(learner.save)


if __name__ == "__main__":
    torch.set_num_threads(1)
    with lethe.run() as started:
        learn(started)
