"""Avalanche (avalanche-lib 0.5 and newer): a logger that streams a run, and the tasks of a benchmark."""

from __future__ import annotations

from typing import Any, Callable, List, Optional, Union

from avalanche.logging import BaseLogger  # type: ignore[import-not-found,import-untyped,unused-ignore]

from ..errors import Mistake
from ..events import LONGEST_METRIC
from ..run import Run
from ..tasks import Task
from .collected import Collected


def tasks_of(benchmark: Any, test: str = "test") -> List[Task]:
    """The experiences of a benchmark as tasks: their classes as the benchmark labels them, and how many examples each has.

    `test`: name of the stream that is tested on.
    """
    tested = list(benchmark.streams[test])
    return [
        Task(tuple(sorted(_classes(experience))), train=len(experience.dataset), test=len(other.dataset))
        for experience, other in zip(benchmark.train_stream, tested)
    ]


def _classes(experience: Any) -> "set[int]":
    named = getattr(experience, "classes_in_this_experience", None)
    return {int(label) for label in (experience.dataset.targets if named is None else named)}


class LetheLogger(BaseLogger):  # type: ignore[misc,unused-ignore]
    """Streams what a strategy does into a run: `EvaluationPlugin(…, loggers=[LetheLogger(run)])`.

    Each `strategy.train(experience)` is a task, or one part of it where an online stream cuts experiences into parts. The
    `strategy.eval(benchmark.test_stream)` after it gives the row of the accuracy matrix; one before all training the
    baseline, and one during training (`eval_every`) a point of the curves. Only what is tested on the stream `test` counts.
    Numbers that metrics emit while training are kept under Avalanche's names.

    `memory_bytes`: what the method stores for old tasks, as a number or a function that is asked after each task; not known
    when left out.
    """

    def __init__(self, run: Run, *, test: str = "test", memory_bytes: Union[int, Callable[[], int], None] = None) -> None:
        super().__init__()
        self._run = run
        self._stream = test
        self._memory_bytes = memory_bytes
        self._answers = Collected()
        #: Within `strategy.train`.
        self._trains = False
        #: The task that has begun and has no results yet.
        self._task: Optional[int] = None
        self._has_baseline = False

    # ---- training

    def before_training(self, *_: Any) -> None:
        self._trains = True

    def before_training_exp(self, strategy: Any, *_: Any) -> None:
        experience = strategy.experience
        if not getattr(experience, "is_first_subexp", True):
            return
        if self._task is not None:
            raise Mistake(
                f"task {self._task} has no results yet: call strategy.eval(benchmark.{self._stream}_stream) after each"
                " strategy.train(experience)"
            )
        whole = getattr(experience, "origin_experience", experience)
        is_part = whole is not experience
        self._run.task(whole.current_experience, steps=None if is_part else _planned(strategy))
        self._task = whole.current_experience

    def after_training_iteration(self, strategy: Any, *_: Any) -> None:
        self._run.step(strategy.loss)

    def after_training(self, *_: Any) -> None:
        self._trains = False

    def log_single_metric(self, name: str, value: Any, x_plot: int) -> None:
        if self._task is not None and "/train_phase/" in name and isinstance(value, (int, float)):
            self._run.log({name[:LONGEST_METRIC]: value})

    # ---- tests

    def before_eval(self, *_: Any) -> None:
        self._answers.clear()

    def after_eval_iteration(self, strategy: Any, *_: Any) -> None:
        experience = strategy.experience
        if experience.origin_stream.name == self._stream:
            self._answers.add(experience.current_experience, strategy.mb_output, strategy.mb_y)

    def after_eval(self, *_: Any) -> None:
        if not len(self._answers):
            return
        try:
            self._tell_answers()
        finally:
            self._answers.clear()

    def _tell_answers(self) -> None:
        if self._task is None:
            self._tell_baseline()
        elif self._trains:
            self._run.point(self._answers)
        else:
            memory = self._memory_bytes
            self._run.evaluate(self._answers, memory_bytes=memory() if callable(memory) else memory)
            self._task = None

    def _tell_baseline(self) -> None:
        learned = self._run.remaining().start
        if learned == 0 and not self._has_baseline:
            self._run.baseline(self._answers)
            self._has_baseline = True
        elif self._trains:
            return  # once more, before another task: its results are known
        elif learned == 0:
            raise Mistake("the untrained network has been tested already")
        else:
            raise Mistake(
                f"task {learned - 1} has its results already: one strategy.eval(benchmark.{self._stream}_stream) follows each"
                " strategy.train(experience)"
            )


def _planned(strategy: Any) -> Optional[int]:
    """Steps that an experience takes, where the data loader says how many batches it has."""
    try:
        return len(strategy.dataloader) * int(strategy.train_epochs)
    except (TypeError, AttributeError):
        return None
