"""Puts the examples, and the client, where tests find them; and MNIST in small."""

import sys
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
for place in (EXAMPLES, EXAMPLES.parent / "src"):
    sys.path.insert(0, str(place))

SIDE = 28


def write_digits(folder, train, test):
    """Images in IDX files, of which every tenth pixel tells the digit; digits take turns."""
    for part, count in (("train", train), ("t10k", test)):
        labels = [i % 10 for i in range(count)]
        images = [255 * (pixel % 10 == label) for label in labels for pixel in range(SIDE * SIDE)]
        (folder / f"{part}-images-idx3-ubyte").write_bytes(_idx(count, SIDE, SIDE, values=images))
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(_idx(count, values=labels))


def _idx(*sides, values):
    header = bytes([0, 0, 8, len(sides)]) + b"".join(side.to_bytes(4, "big") for side in sides)
    return header + bytes(values)
