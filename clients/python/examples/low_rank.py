"""Low-rank adapters (LoRA) of the dense layers of a network.

Hu, Shen, Wallis, Allen-Zhu, Li, Wang, Wang & Chen (ICLR 2022), "LoRA: Low-Rank Adaptation of Large Language Models",
section 4.1: a weight W [outputs, inputs] is frozen and takes part as W + (α / r) B A, where A [r, inputs] is drawn and
B [outputs, r] begins at 0, so that training begins at the network as it is. A is drawn as in the authors' code (loralib),
which is as PyTorch draws the weight of a dense layer.
"""

import torch


class Adapter(torch.nn.Module):
    """The update (α / r) B A of one weight."""

    def __init__(self, inputs, outputs, rank, alpha, random):
        super().__init__()
        # Uniform between -1 / √inputs and 1 / √inputs.
        self.a = torch.nn.Parameter((2 * torch.rand(rank, inputs, generator=random) - 1) / inputs**0.5)
        self.b = torch.nn.Parameter(torch.zeros(outputs, rank))
        self.scale = alpha / rank

    def forward(self, inputs):
        return self.scale * (inputs @ self.a.T @ self.b.T)

    def update(self):
        """[outputs, inputs]."""
        return self.scale * (self.b @ self.a)


class Adapted(torch.nn.Module):
    """A dense layer with adapters, of which those that are heard (by their places) are added up."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer
        self.adapters = torch.nn.ModuleList()
        self.heard = []

    def add(self, rank, alpha, random):
        """One more adapter, of which nothing is heard yet; those before it are trained no more."""
        self.adapters.requires_grad_(False)
        self.adapters.append(Adapter(*_sides(self.layer), rank, alpha, random))

    def forward(self, inputs):
        outputs = self.layer(inputs)
        for place in self.heard:
            outputs = outputs + self.adapters[place](inputs)
        return outputs

    @torch.no_grad()
    def share(self):
        """The norm of the update that is heard over that of the weight."""
        if not self.heard:
            return 0.0
        update = sum(self.adapters[place].update() for place in self.heard)
        return (update.norm() / self.layer.weight.norm()).item()

    def overlap(self):
        """Inner products, by their size, of the rows of the newest A with those of all before it: 0 where it is orthogonal
        to them (the loss of O-LoRA; Wang, Chen, Ge, Xia, Bao, Zheng, Zhang, Gui & Huang 2023, as their code has it).
        """
        *before, newest = self.adapters
        return sum(((one.a @ newest.a.T).abs().sum() for one in before), torch.zeros(()))


def adapt(network, is_adapted):
    """Puts an `Adapted` in the place of each dense layer whose name `is_adapted` says yes to. Returns them by name."""
    found = {name: layer for name, layer in network.named_modules() if _is_dense(layer) and is_adapted(name)}
    adapted = {name: Adapted(layer) for name, layer in found.items()}
    for name, layer in adapted.items():
        owner, _, own = name.rpartition(".")
        setattr(network.get_submodule(owner), own, layer)
    return adapted


def hear(adapted, places):
    for layer in adapted.values():
        layer.heard = list(places)


def adapter_parameters(adapted):
    return sum(values.numel() for layer in adapted.values() for values in layer.adapters.parameters())


def _is_dense(layer):
    """Also the dense layers of GPT-2 in Hugging Face's transformers, which are called Conv1D and keep weights transposed."""
    return isinstance(layer, torch.nn.Linear) or type(layer).__name__ == "Conv1D"


def _sides(layer):
    """Inputs and outputs."""
    if isinstance(layer, torch.nn.Linear):
        return layer.in_features, layer.out_features
    return tuple(layer.weight.shape)
