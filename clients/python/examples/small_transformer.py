"""A small decoder-only transformer over single characters."""

import torch
from torch.nn.functional import gelu, scaled_dot_product_attention

#: A line feed, and what of ASCII is seen.
CHARACTERS = "\n" + "".join(map(chr, range(32, 127)))


def encode(text):
    """Characters as their numbers; those that are not among them are blanks."""
    place = {character: number for number, character in enumerate(CHARACTERS)}
    return [place.get(character, place[" "]) for character in text]


class Block(torch.nn.Module):
    """Attention to what came before, then a layer of four times the width, each added to what goes in (pre-norm)."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.before_attention = torch.nn.LayerNorm(width)
        self.queries_keys_values = torch.nn.Linear(width, 3 * width)
        self.out = torch.nn.Linear(width, width)
        self.before_layer = torch.nn.LayerNorm(width)
        self.wide = torch.nn.Linear(width, 4 * width)
        self.narrow = torch.nn.Linear(4 * width, width)

    def forward(self, inputs):
        """[batch, places, width]."""
        batch, places, width = inputs.shape
        mixed = self.queries_keys_values(self.before_attention(inputs))
        # [3, batch, heads, places, width of a head]
        parts = mixed.view(batch, places, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        attended = scaled_dot_product_attention(*parts, is_causal=True)
        inputs = inputs + self.out(attended.transpose(1, 2).reshape(batch, places, width))
        return inputs + self.narrow(gelu(self.wide(self.before_layer(inputs))))


class Transformer(torch.nn.Module):
    def __init__(self, outputs=len(CHARACTERS), places=64, width=96, heads=4, blocks=2):
        super().__init__()
        self.tokens = torch.nn.Embedding(outputs, width)
        self.places = torch.nn.Parameter(0.5 * torch.randn(places, width))
        self.blocks = torch.nn.Sequential(*(Block(width, heads) for _ in range(blocks)))
        self.norm = torch.nn.LayerNorm(width)
        self.head = torch.nn.Linear(width, outputs)
        torch.nn.init.normal_(self.tokens.weight, std=0.5)

    def forward(self, tokens):
        """From tokens [batch, places] to logits of the token after each [batch, places, outputs]."""
        inputs = self.tokens(tokens) + self.places[: tokens.shape[1]]
        return self.head(self.norm(self.blocks(inputs)))


def is_adapted(name):
    """What LoRA adapts: the dense layers of the blocks."""
    return name.startswith("blocks.")
