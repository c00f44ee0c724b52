"""The measures that come from a run alone: how each comes from its log."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Callable, Dict, List, Optional, Sequence

from ..events import Event
from ..log import Log
from ..statistics import total
from . import of_answers, of_curve, of_matrix
from .of_matrix import Matrix, Row


@dataclass
class RunFacts:
    """What measures read of a run."""

    matrix: Matrix
    #: The same when told the task, and areas under ROC curves in the place of accuracies: empty where no row has them.
    aware: Matrix
    areas: Matrix
    #: Accuracies of the untrained network.
    baseline: Row
    #: Events `task-end`, by task.
    rows: Sequence[Event]
    log: Log

    @cached_property
    def points(self) -> of_curve.Points:
        return of_curve.points_of(self.log.of("eval"))

    @cached_property
    def counts(self) -> of_answers.Counts:
        """The counts of a row are told shortly before the row itself."""
        found = list(self.log.of("confusion"))
        is_of_last = found and self.rows and found[-1]["task"] == self.rows[-1]["task"]
        return found[-1] if is_of_last or (found and self.log.status == "done") else None

    @cached_property
    def online(self) -> List[float]:
        known = _online_accuracies(self.log)
        return [known.get(row["task"], math.nan) for row in self.rows]


def memory_bytes(rows: Sequence[Event]) -> float:
    """The most that the method stored for old tasks; NaN where nobody said."""
    return max((row["memoryBytes"] for row in rows if "memoryBytes" in row), default=math.nan)


def flops(rows: Sequence[Event]) -> float:
    """Floating-point operations of all training steps; NaN where a row does not say."""
    return total([row.get("flops", math.nan) for row in rows]) if rows else math.nan


def parameters(log: Log) -> float:
    """Of the network, the last one where it grows."""
    found = (log.started or {}).get("parameters", math.nan)
    for event in log.of("network"):
        found = event["parameters"]
    return float(found)


def seconds(log: Log) -> float:
    """Wall-clock seconds of all processes of the run that came to an end."""
    return total([event.get("seconds", 0) for event in log.of("ended")]) or math.nan


def peak_memory_bytes(log: Log) -> float:
    """The largest memory of a process of the run."""
    return max((event.get("peakMemoryBytes", 0) for event in log.of("ended")), default=0) or math.nan


@dataclass
class _Online:
    """Of a task after `step` steps: the sum of the online accuracy over `counted` of them."""

    task: int
    step: int
    counted: int = 0
    total: float = 0.0

    def take(self, event: Event) -> None:
        """An event speaks of the steps since the one before it."""
        if "accuracy" in event:
            since = event["step"] - self.step
            self.counted += since
            self.total += since * event["accuracy"]
        self.step = event["step"]


def _online_accuracies(log: Log) -> Dict[int, float]:
    """By task the mean over those of its steps that tell of it."""
    found: Dict[int, float] = {}
    known: Optional[_Online] = None
    task = step = 0
    for event in log.events:
        kind = event["type"]
        if kind == "step" and (known or "accuracy" in event):
            if not known or known.task != event["task"] or known.step > event["step"]:
                is_further = task == event["task"] and step <= event["step"]
                known = _Online(event["task"], step if is_further else 0)
            known.take(event)
        if kind in ("task-start", "plan", "step"):
            task, step = event["task"], event.get("step", 0)
        if kind == "task-end" and known and known.task == event["task"] and known.counted > 0:
            found[known.task] = known.total / known.counted
    return found


#: Each by name, in the order of Lethe's own table.
OF_RUNS: Dict[str, Callable[[RunFacts], float]] = {
    "accuracy": lambda run: of_matrix.average_accuracy(run.matrix),
    "forgetting": lambda run: of_matrix.forgetting(run.matrix),
    "backward_transfer": lambda run: of_matrix.backward_transfer(run.matrix),
    "forward_transfer": lambda run: of_matrix.forward_transfer(run.matrix, run.baseline),
    "learning_accuracy": lambda run: of_matrix.learning_accuracy(run.matrix),
    "incremental_accuracy": lambda run: of_matrix.incremental_accuracy(run.matrix),
    "task_aware_accuracy": lambda run: of_matrix.average_accuracy(run.aware),
    "task_aware_forgetting": lambda run: of_matrix.forgetting(run.aware),
    "online_accuracy": lambda run: of_matrix.online_accuracy(run.online),
    "roc_auc": lambda run: of_matrix.average_accuracy(run.areas),
    "memory_bytes": lambda run: memory_bytes(run.rows),
    "seconds": lambda run: seconds(run.log),
    "worst_forgetting": lambda run: of_matrix.worst_forgetting(run.matrix),
    "relative_forgetting": lambda run: of_matrix.relative_forgetting(run.matrix),
    "forgetting_with_last": lambda run: of_matrix.forgetting_including_last(run.matrix),
    "backward_transfer_all": lambda run: of_matrix.backward_transfer_all(run.matrix),
    "positive_backward_transfer": lambda run: of_matrix.positive_backward_transfer(run.matrix),
    "remembering": lambda run: of_matrix.remembering(run.matrix),
    "omega_new": lambda run: of_matrix.omega_new(run.matrix),
    "plasticity_lost": lambda run: of_matrix.plasticity_lost(run.online),
    "anytime_accuracy": lambda run: of_curve.anytime_accuracy(run.points),
    "learning_curve_area": lambda run: of_curve.learning_curve_area(run.points, run.matrix, run.baseline),
    "minimum_accuracy": lambda run: of_curve.minimum_accuracy(run.points),
    "worst_case_accuracy": lambda run: of_curve.worst_case_accuracy(run.points, run.matrix),
    "windowed_forgetting": lambda run: of_curve.windowed_forgetting(run.points),
    "windowed_plasticity": lambda run: of_curve.windowed_plasticity(run.points),
    "stability_gap": lambda run: of_curve.stability_gap(run.points),
    "recovery_steps": lambda run: of_curve.recovery_steps(run.points),
    "task_inference": lambda run: of_answers.task_inference(run.counts),
    "class_within_task": lambda run: of_answers.class_within_task(run.counts),
    "recency_bias": lambda run: of_answers.recency_bias(run.counts),
    "negative_flips": lambda run: of_answers.negative_flips(run.log.of("forgotten")),
    "positive_flips": lambda run: of_answers.positive_flips(run.log.of("forgotten")),
    "interference": lambda run: of_answers.interference(of_answers.watched_of(run.log.of("interference"))),
    "parameters": lambda run: parameters(run.log),
    "flops": lambda run: flops(run.rows),
    "peak_memory_bytes": lambda run: peak_memory_bytes(run.log),
}

#: Names of all that come from a run alone.
MEASURES = tuple(OF_RUNS)


def measures_of(run: RunFacts) -> Dict[str, float]:
    """All of them, by name; NaN where one is not defined."""
    return {name: of(run) for name, of in OF_RUNS.items()}
