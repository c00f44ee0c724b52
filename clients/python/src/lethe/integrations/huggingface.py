"""Hugging Face's transformers: a callback for its Trainer that streams training into a run."""

from __future__ import annotations

from typing import Any, Mapping, Optional

from transformers import TrainerCallback  # type: ignore[import-not-found,import-untyped,unused-ignore]

from ..errors import Mistake
from ..run import Run


class LetheCallback(TrainerCallback):  # type: ignore[misc,unused-ignore]
    """Streams what a Trainer does into a run: `Trainer(…, callbacks=[LetheCallback(run)])`.

    Each `trainer.train()` is a task; `run.evaluate(lambda task: trainer.predict(test_sets[task])[:2])` after it gives its
    results. The Trainer tells the mean loss every `logging_steps`, and so does the run; the steps after the last time count
    with what is left of the mean over all. The learning rate, the norm of gradients and evaluations are kept under their names.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._trains = False
        #: Where training began, steps whose loss is told, and the sum over those between.
        self._first = 0
        self._steps = 0
        self._sum = 0.0

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if args.world_size > 1:
            raise Mistake(f"{args.world_size} processes train together: a run follows one")
        self._run.task(self._run.remaining().start, steps=state.max_steps)
        self._trains = True
        self._first = self._steps = state.global_step
        self._sum = 0.0

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._trains = False

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._run.look()

    def on_log(self, args: Any, state: Any, control: Any, logs: Optional[Mapping[str, Any]] = None, **_: Any) -> None:
        if not self._trains or logs is None:
            return
        untold = state.global_step - self._steps
        if "loss" in logs and untold > 0:
            self._tell(logs["loss"], untold)
        elif "train_loss" in logs and untold > 0:
            self._tell((logs["train_loss"] * (state.global_step - self._first) - self._sum) / untold, untold)
        own = {name: value for name, value in logs.items() if _is_metric(name, value)}
        if own:
            self._run.log(own)

    def _tell(self, loss: float, steps: int) -> None:
        self._run.step(loss, count=steps)
        self._steps += steps
        self._sum += loss * steps


def _is_metric(name: str, value: Any) -> bool:
    """Not the loss, and not what the Trainer sums up of all training at its end."""
    is_own = name not in ("loss", "epoch", "total_flos") and not name.startswith("train_")
    return is_own and isinstance(value, (int, float))
