"""Lightning: a callback that streams a run. For `lightning` and for `pytorch_lightning`."""

from __future__ import annotations

import math
from typing import Any, Callable, Mapping, Optional, Tuple, Union

try:
    from lightning.pytorch import Callback  # type: ignore[import-not-found,unused-ignore]
except ImportError:
    from pytorch_lightning import Callback  # type: ignore[import-not-found,assignment,no-redef,unused-ignore]

from ..errors import Mistake
from ..events import LONGEST_METRIC, MOST_METRICS
from ..run import Run
from .collected import Collected

#: (what `test_step` returns, the batch) → logits, or answered classes, and labels.
Answers = Callable[[Any, Any], Tuple[Any, Any]]

#: Names under which answers and labels are looked for in what `test_step` returns.
ANSWERS = ("logits", "preds", "predictions")
LABELS = ("labels", "targets", "target", "y")


class LetheCallback(Callback):  # type: ignore[misc,unused-ignore]
    """Streams what a trainer does into a run: `Trainer(callbacks=[LetheCallback(run)])`; several trainers may share one.

    Each `trainer.fit` is a task. The `trainer.test` after it, with a data loader for each task in the order of the tasks,
    gives the row of the accuracy matrix; one before all training the baseline. Metrics that are logged are kept at the end
    of each epoch.

    `answers`: gives logits and labels of a test batch, from what `test_step` returned and the batch. Left out, a pair counts
    as logits and labels, a mapping is searched for "logits", "preds" or "predictions" and for "labels", "targets", "target"
    or "y", and a tensor alone is the logits; labels that are not returned are the second part of the batch.
    `memory_bytes`: what the method stores for old tasks, as a number or a function that is asked after each task; not known
    when left out.
    """

    def __init__(
        self, run: Run, *, answers: Optional[Answers] = None, memory_bytes: Union[int, Callable[[], int], None] = None
    ) -> None:
        super().__init__()
        self._run = run
        self._answers_of = answers or _answers_of
        self._memory_bytes = memory_bytes
        self._answers = Collected()
        self._is_learned = False

    # ---- training

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        if trainer.world_size > 1:
            raise Mistake(f"{trainer.world_size} processes train together: a run follows one, as in Trainer(devices=1)")
        task = self._run.remaining().start
        if self._is_learned:
            raise Mistake(f"task {task} has no results yet: call trainer.test after each trainer.fit")
        self._run.task(task, steps=_planned(trainer))

    def on_train_batch_end(self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int) -> None:
        loss = outputs.get("loss") if isinstance(outputs, Mapping) else outputs
        if loss is None:
            raise Mistake('training_step returned no loss: expected it, or a mapping with "loss"')
        # Where Lightning optimises, what it hands on is divided among the batches of one update.
        self._run.step(loss * trainer.accumulate_grad_batches if pl_module.automatic_optimization else loss)

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        metrics = list(trainer.callback_metrics.items())[:MOST_METRICS]
        self._run.log({name[:LONGEST_METRIC]: value for name, value in metrics})

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        self._is_learned = True

    # ---- tests

    def on_test_start(self, trainer: Any, pl_module: Any) -> None:
        self._answers.clear()

    def on_test_batch_end(
        self, trainer: Any, pl_module: Any, outputs: Any, batch: Any, batch_idx: int, dataloader_idx: int = 0
    ) -> None:
        self._answers.add(dataloader_idx, *self._answers_of(outputs, batch))

    def on_test_end(self, trainer: Any, pl_module: Any) -> None:
        try:
            self._tell_answers()
        finally:
            self._answers.clear()

    def _tell_answers(self) -> None:
        learned = self._run.remaining().start
        if self._is_learned:
            memory = self._memory_bytes
            self._run.evaluate(self._answers, memory_bytes=memory() if callable(memory) else memory)
            self._is_learned = False
        elif learned == 0:
            self._run.baseline(self._answers)
        else:
            raise Mistake(
                f"task {learned - 1} has its results already, and nothing was trained since: one trainer.test follows each"
                " trainer.fit, and a Trainer that has reached its max_epochs trains no more, so that each task needs its own"
            )


def _planned(trainer: Any) -> Optional[int]:
    """Batches that a fit takes; None where the trainer does not know."""
    epochs = trainer.max_epochs
    by_epochs = trainer.num_training_batches * epochs if epochs is not None and epochs > 0 else math.inf
    by_steps = trainer.max_steps * trainer.accumulate_grad_batches if trainer.max_steps > 0 else math.inf
    planned = min(by_epochs, by_steps)
    return int(planned) if math.isfinite(planned) else None


def _answers_of(outputs: Any, batch: Any) -> Tuple[Any, Any]:
    if isinstance(outputs, (tuple, list)) and len(outputs) == 2:
        return outputs[0], outputs[1]
    found = outputs if isinstance(outputs, Mapping) else {"logits": outputs}
    answers, labels = _first(found, ANSWERS), _first(found, LABELS)
    if labels is None and isinstance(batch, (tuple, list)) and len(batch) > 1:
        labels = batch[1]
    if answers is None or labels is None:
        raise Mistake(
            f"test_step returned {_described(outputs)}: expected logits and labels, as in return logits, labels,"
            " or LetheCallback(run, answers=…) that finds them"
        )
    return answers, labels


def _described(outputs: Any) -> str:
    return f"a mapping with {', '.join(map(str, outputs))}" if isinstance(outputs, Mapping) else f"a {type(outputs).__name__}"


def _first(found: Mapping[str, Any], names: Tuple[str, ...]) -> Any:
    return next((found[name] for name in names if found.get(name) is not None), None)
