"""Images and labels in IDX files, as MNIST has them."""

import torch


def read_idx(file):
    """A tensor of bytes in the shape that the header of an IDX file tells."""
    content = file.read_bytes()
    sides = [int.from_bytes(content[at : at + 4], "big") for at in range(4, 4 + 4 * content[3], 4)]
    return torch.frombuffer(bytearray(content[4 + 4 * len(sides) :]), dtype=torch.uint8).reshape(sides)


def read_part(folder, part):
    """Images [n, pixels], as bytes, and labels [n] of a part, "train" or "t10k"."""
    images = read_idx(folder / f"{part}-images-idx3-ubyte").flatten(1)
    return images, read_idx(folder / f"{part}-labels-idx1-ubyte").long()


def numbers(images):
    """From bytes to numbers from 0 to 1."""
    return images.float() / 255
