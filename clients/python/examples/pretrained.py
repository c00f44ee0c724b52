"""A causal language model of one's own, in a folder as Hugging Face's transformers writes it, in place of the small one."""

import torch

import lethe


class Pretrained(torch.nn.Module):
    """Gives logits alone, as the small transformer does."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, tokens):
        return self.model(input_ids=tokens).logits


def load_pretrained(folder):
    """The model, what makes tokens of a text, and which of its dense layers LoRA adapts: all but those that give the logits.

    Nothing is downloaded: the folder holds model and tokenizer.
    """
    try:
        from transformers import AutoModelForCausalLM, AutoTokenizer
    except ImportError:
        raise lethe.Mistake("a model of your own needs the package transformers, which is not installed") from None
    try:
        model = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True)
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError) as error:
        raise lethe.Mistake(f"{folder} holds no causal language model with its tokenizer: {error}") from error
    network = Pretrained(model.float())
    last = model.get_output_embeddings()
    names = {name for name, layer in network.named_modules() if layer is last}
    network.eval()  # without dropout, so that equal seeds are equal steps

    def encode(text):
        return tokenizer(text, add_special_tokens=False)["input_ids"]

    return network, encode, lambda name: name not in names
