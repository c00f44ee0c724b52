"""Remedies for the forgetting of a language model that meets one text after the other."""

import torch
from low_rank import adapt, hear


class Remedy:
    """No remedy, and what the others do otherwise."""

    #: Bytes kept for texts that were learned.
    memory_bytes = 0

    def __init__(self, settings, texts, batch, seed):
        """`texts`: the training tokens of each task. `batch`: windows in a step."""
        self.settings, self.texts, self.batch, self.seed = settings, texts, batch, seed

    def begin(self, task, network, is_adapted):
        """Before the steps of a task. `is_adapted` says of the name of a dense layer whether adapters belong there."""

    def sources(self, task):
        """What the windows of a step are drawn from: texts, and how many of each. The first is that of the task."""
        return [(self.texts[task], self.batch)]

    def penalty(self, network):
        return 0.0


class Joint(Remedy):
    """All texts from the start: the upper bound."""

    def sources(self, task):
        return [(torch.cat(self.texts), self.batch)]


class Rehearsal(Remedy):
    """Keeps the first `kept` tokens of the first text; later steps have `share` times as many windows of them besides."""

    @property
    def kept(self):
        return self.texts[0][: self.settings["kept"]]

    def sources(self, task):
        old = [(self.kept, round(self.settings["share"] * self.batch))] if task > 0 else []
        return super().sources(task) + old

    @property
    def memory_bytes(self):
        return len(self.kept) * self.kept.element_size()


class L2ToStart(Remedy):
    """Adds λ / 2 times the squared distance from the parameters that the task began with (L2-SP; Li, Grandvalet & Davoine
    2018), from the second task on.
    """

    start = ()

    def begin(self, task, network, is_adapted):
        if task > 0:
            self.start = [values.detach().clone() for values in network.parameters()]

    def penalty(self, network):
        pairs = zip(network.parameters(), self.start)
        return self.settings["lambda"] / 2 * sum((values - old).square().sum() for values, old in pairs)

    @property
    def memory_bytes(self):
        return sum(old.numel() * old.element_size() for old in self.start)


class LowRank(Remedy):
    """Freezes what the first task left, and trains low-rank adapters, one set for all later tasks, heard in all of them."""

    adapted = None

    def begin(self, task, network, is_adapted):
        if task == 0 or self.adapted:
            return
        network.requires_grad_(False)
        self.adapted = adapt(network, is_adapted)
        random = torch.Generator().manual_seed(self.seed)
        for layer in self.adapted.values():
            layer.add(self.settings["rank"], self.settings["alpha"], random)
        hear(self.adapted, [0])


REMEDIES = {"none": Remedy, "joint": Joint, "rehearsal": Rehearsal, "l2": L2ToStart, "lora": LowRank}
