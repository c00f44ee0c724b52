"""Weights of a model of one's own: a file that PyTorch or safetensors has written, or a folder that holds one."""

from pathlib import Path

import torch

import lethe

NAMES = ("model.safetensors", "pytorch_model.bin", "model.pt")


def load_weights(network, place):
    """Fills a network with the tensors of a `state_dict`; others that are there too are left alone.

    @raises lethe.Mistake with the name of a tensor that is missing or of another shape, and what was expected
    """
    file = _file(Path(place))
    found = _read(file)
    with torch.no_grad():
        for name, values in network.state_dict().items():
            expected = f"expected a tensor {list(values.shape)}"
            if name not in found:
                raise lethe.Mistake(f"{file} has no {name}: {expected}")
            if found[name].shape != values.shape:
                raise lethe.Mistake(f"{name} of {file} is {list(found[name].shape)}: {expected}")
            values.copy_(found[name])


def _file(place):
    if place.is_file():
        return place
    for name in NAMES:
        if (place / name).is_file():
            return place / name
    raise lethe.Mistake(f"there are no weights in {place}: expected a file, or a folder with {' or '.join(NAMES)}")


def _read(file):
    if file.suffix != ".safetensors":
        return torch.load(file, map_location="cpu", weights_only=True)
    try:
        from safetensors.torch import load_file
    except ImportError:
        raise lethe.Mistake(f"{file} is read with the package safetensors, which is not installed") from None
    return load_file(file)
