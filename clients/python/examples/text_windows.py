"""Stretches of a text of which a language model has to tell what follows."""

import torch


def drawn_windows(text, count, length, random):
    """So many, at any place with the same probability: [count, length + 1], the last token of each only to be told."""
    starts = torch.randint(len(text) - length, (count,), generator=random)
    return torch.stack([text[start : start + length + 1] for start in starts.tolist()]).long()


def windows_in_a_row(text, most, length):
    """Those that follow each other from the start of a text, `most` at most: [count, length + 1]."""
    count = min(most, len(text) // (length + 1))
    return text[: count * (length + 1)].view(count, length + 1).long()


def next_tokens(network, windows):
    """Logits at all places of some windows [count · length, outputs], and the tokens that follow there."""
    return network(windows[:, :-1]).flatten(0, 1), windows[:, 1:].flatten()
