"""A small language model that learns two domains of text one after the other, and forgets the first, streamed into Lethe.

Needs PyTorch and the client (`pip install "$(lethe python)"`). From the folder of the clone:

    python clients/python/examples/language_model.py
    lethe compare --experiment "Two domains of text"

It learns English (the help of Python), then Python (code of the standard library), character by character, which takes a
run half a minute of one core; the dashboard shows live how its next-character accuracy on the first falls. Nobody says
which domain a text is of. Texts of your own are named by `--texts FIRST SECOND`. A model of your own, in a folder as Hugging
Face's transformers writes it, by `--model FOLDER`: it is taken to know the first domain already, and trained on the second
alone.

Remedies (text_remedies.py; `--methods` chooses): `rehearsal` mixes a little of the first text into each step, `l2` pulls the
parameters towards those that the first text left, `lora` freezes them and trains low-rank adapters. `none` and `joint` are
the bounds. With one seed all but `joint` have the same parameters after the first domain, and meet the same windows of both.
"""

import argparse
import math
from pathlib import Path

import torch
from python_texts import code, english, sha256, split
from small_transformer import Transformer, encode, is_adapted
from text_remedies import REMEDIES
from text_windows import drawn_windows, next_tokens, windows_in_a_row
from torch.nn.functional import cross_entropy

import lethe

LABELS = {"none": "None", "joint": "Joint", "rehearsal": "Rehearsal", "l2": "L2 to the start", "lora": "LoRA"}
#: Steps over which the step size rises at the start of each task.
WARMUP = 20
#: Windows that are tested at once.
AT_ONCE = 32


class Tester:
    """Tests a network on domains, and knows the mean loss of each that it has tested."""

    def __init__(self, network, texts, length):
        self.network, self.texts, self.length = network, texts, length
        self.losses = {}

    def on(self, most):
        """Answers on `most` windows of a domain at most, as `run.point` and `run.evaluate` ask for them."""

        @torch.no_grad()
        def test(task):
            losses = []
            for some in windows_in_a_row(self.texts[task], most, self.length).split(AT_ONCE):
                logits, following = next_tokens(self.network, some)
                losses.append(cross_entropy(logits, following, reduction="none"))
                yield logits, following
            self.losses[task] = torch.cat(losses).mean().item()

        return test

    def perplexities(self, names):
        """Of the domains tested since the last time."""
        found, self.losses = self.losses, {}
        return {f"perplexity, {names[task]}": math.exp(loss) for task, loss in found.items()}


def train(network, remedy, task, steps, options, seed):
    """Takes the steps of a task. Yields after each its loss, and its accuracy on the text of the task."""
    trained = [values for values in network.parameters() if values.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=options.lr, betas=(0.9, 0.95), weight_decay=0)
    sources = remedy.sources(task)
    # One for each source, so that the windows of the task are the same whatever else is drawn.
    randoms = [torch.Generator().manual_seed(10_000 * seed + 100 * task + place) for place in range(len(sources))]
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = options.lr * min(1.0, (step + 1) / WARMUP)
        drawn = [drawn_windows(*source, options.context, random) for source, random in zip(sources, randoms)]
        logits, following = next_tokens(network, torch.cat(drawn))
        loss = cross_entropy(logits, following)
        optimizer.zero_grad()
        (loss + remedy.penalty(network)).backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        own = options.batch * options.context
        yield loss, (logits[:own].argmax(1) == following[:own]).float().mean()


def learn(method, seed, options):
    torch.manual_seed(seed)
    network, encoder, adapted = base_of(options)
    names, texts = domains_of(options)
    parts = [[tokens(encoder(part)) for part in split(text)] for text in texts]
    steps = options.steps or ([0, 150] if options.model else [400, 150])
    settings = settings_of(method, options)
    remedy = REMEDIES[method](settings, [own for own, _ in parts], options.batch, seed)
    tester = Tester(network, [test for _, test in parts], options.context)
    with lethe.run(
        experiment=options.experiment,
        method=method,
        label=LABELS[method],
        seed=seed,
        tasks=[lethe.Task(name=name, train=len(own), test=len(test)) for name, (own, test) in zip(names, parts)],
        settings=settings,
        stream={"dataset": "text"},
        network={"kind": Path(options.model).name if options.model else "transformer", "context": options.context},
        training={"optimizer": "adamw", "learningRate": options.lr, "batchSize": options.batch, "steps": steps},
        steps=steps,
        parameters=sum(values.numel() for values in network.parameters()),
        data={name: sha256(text) for name, text in zip(names, texts)},
        folder=options.folder,
    ) as run:
        run.baseline(tester.on(options.tested))
        for task in run.remaining():
            run.task(task)
            remedy.begin(task, network, adapted)
            for step, (loss, accuracy) in enumerate(train(network, remedy, task, steps[task], options, seed), 1):
                run.step(loss, accuracy)
                if step % options.every == 0:
                    run.point(tester.on(options.tested // 4))
                    run.log(tester.perplexities(names))
            run.evaluate(tester.on(options.tested), memory_bytes=remedy.memory_bytes)


def base_of(options):
    """The network, what makes tokens of a text, and which of its dense layers LoRA adapts."""
    if options.model:
        from pretrained import load_pretrained

        return load_pretrained(options.model)
    return Transformer(places=options.context), encode, is_adapted


def domains_of(options):
    """Names and texts."""
    if options.texts:
        return [file.stem for file in options.texts], [file.read_text(encoding="utf-8") for file in options.texts]
    return ["English", "Python"], [english(), code()]


def tokens(numbers):
    """In as few bytes as they need."""
    return torch.tensor(numbers, dtype=torch.uint8 if max(numbers) < 256 else torch.int32)


def settings_of(method, options):
    return {
        "rehearsal": {"kept": options.kept, "share": options.share},
        "l2": {"lambda": options.l2},
        "lora": {"rank": options.rank, "alpha": options.alpha},
    }.get(method, {})


def options_of(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--methods", nargs="+", choices=REMEDIES, default=list(REMEDIES))
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--experiment", default="Two domains of text", help="runs of one name are compared")
    parser.add_argument("--texts", type=Path, nargs=2, metavar=("FIRST", "SECOND"), help="two files in place of the domains")
    parser.add_argument("--model", metavar="FOLDER", help="a model of your own in place of the small one")
    parser.add_argument("--steps", type=int, nargs=2, help="on each domain: 400 and 150, or 0 and 150 with --model")
    parser.add_argument("--context", type=int, default=64, help="tokens that the model sees")
    parser.add_argument("--batch", type=int, default=16, help="windows in a step")
    parser.add_argument("--lr", type=float, default=0.006)
    parser.add_argument("--kept", type=int, default=20_000, help="rehearsal: tokens of the first text")
    parser.add_argument("--share", type=float, default=0.25, help="rehearsal: old windows for each new one")
    parser.add_argument("--l2", type=float, default=0.01, help="l2: strength λ")
    parser.add_argument("--rank", type=int, default=8, help="lora")
    parser.add_argument("--alpha", type=float, default=16, help="lora: the update is α / rank times B A")
    parser.add_argument("--tested", type=int, default=256, help="windows of each domain; a quarter of them within a task")
    parser.add_argument("--every", type=int, default=10, help="steps from one point of the curves to the next")
    parser.add_argument("--threads", type=int, default=1, help="more pay off for larger models, and round otherwise")
    parser.add_argument("--folder", help="workspace folder, where it is not the one above the current folder")
    return parser.parse_args(arguments)


def main():
    options = options_of()
    torch.set_num_threads(options.threads)
    for seed in options.seeds:
        for method in options.methods:
            learn(method, seed, options)


if __name__ == "__main__":
    main()
