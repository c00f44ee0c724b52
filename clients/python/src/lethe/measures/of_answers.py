"""Measures of single answers: what the test examples of each task were taken for after the last one (event `confusion`),
which answers turned from row to row (`forgotten`), and what single steps do to old tasks (`interference`).

Of task j, n_j examples were tested, r_j answered right, o_j taken for a class of task j itself, and l_j for one of the newest
task T − 1. NaN where a log does not say.
"""

from __future__ import annotations

import math
from typing import Any, Callable, Iterable, List, Mapping, Optional, Sequence

from ..statistics import mean

Told = Mapping[str, Any]
#: Joint counts of the last row.
Counts = Optional[Told]

#: Steps that are looked at: of more the first count.
MOST_WATCHED = 5000


def task_inference(counts: Counts) -> float:
    """P(task) = 1/T Σ_j o_j / n_j (van de Ven et al. 2022, Kim et al. 2022): times P(class | task) it is the accuracy."""
    return _mean_share(counts, "ownTask", lambda task, newest: task <= newest)


def class_within_task(counts: Counts) -> float:
    """P(class | task) = Σ_j (r_j / n_j) / Σ_j (o_j / n_j): how often the class is right where the task is."""
    inferred = task_inference(counts)
    right = _mean_share(counts, "right", lambda task, newest: task <= newest)
    return right / inferred if inferred != 0 else math.nan


def recency_bias(counts: Counts) -> float:
    """1/(T−1) Σ_{j<T−1} l_j / n_j (Wu et al. 2019, as a share): examples of old tasks taken for the newest one."""
    return _mean_share(counts, "newest", lambda task, newest: task < newest)


def negative_flips(rows: Iterable[Told]) -> float:
    """NFR of Yan et al. 2021: the share of old examples right in the row before and wrong now; over tasks, then rows."""
    return _mean_flips(rows, "lost")


def positive_flips(rows: Iterable[Told]) -> float:
    """PFR: wrong in the row before and right now, likewise."""
    return _mean_flips(rows, "regained")


def interference(steps: Sequence[Told]) -> float:
    """Mean cosine of a training step with the gradient of the loss on the tasks before, of the steps looked at.

    As in Lopez-Paz & Ranzato 2017 (GEM) and Riemer et al. 2019 (MER), of the step in place of its gradient.
    """
    return mean([step["cosine"] for step in steps if step["cosine"] is not None])


def watched_of(events: Iterable[Told]) -> List[Told]:
    """The steps that events `interference` tell; one that was measured anew after a resumption counts once."""
    found: List[Told] = []
    for event in events:
        if found and (found[-1]["task"], found[-1]["step"]) == (event["task"], event["step"]):
            found.pop()
        if len(found) < MOST_WATCHED:
            found.append(event)
    return found


def _mean_share(counts: Counts, of: str, concerns: Callable[[int, int], bool]) -> float:
    """Of the tasks concerned the share that a count is of the examples, mean over tasks."""
    if counts is None or of not in counts:
        return math.nan
    examples = counts["examples"]
    lists = zip(counts.get("tasks", range(len(examples))), counts[of], examples)
    return mean([count / tested if tested > 0 else math.nan for task, count, tested in lists if concerns(task, counts["task"])])


def _mean_flips(rows: Iterable[Told], kind: str) -> float:
    def share(row: Told) -> float:
        return mean([count / tested if tested > 0 else 0.0 for count, tested in zip(row[kind], row["examples"])])

    return mean([share(row) for row in rows])
