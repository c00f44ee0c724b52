"""Measures of what happens between the rows of the accuracy matrix, from the points of the accuracy curves.

A(j, n) is the accuracy on task j after n steps of the run, t_k the last step of task k, tasks counted from 0, T of them. All
are NaN where there are no points, and where an accuracy on a task seen is not defined.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Sequence

from ..statistics import mean, total
from .of_matrix import Entry, Matrix, Row, at

#: Evaluations in a window, the newest included.
WINDOW = 10
#: Steps of a task after which its accuracy is needed for LCA.
EARLY_STEPS = 10
#: Steps after a switch within which the stability gap is looked for.
GAP_STEPS = 100
#: Old tasks count as recovered when they have this share of their accuracy before the switch.
RECOVERED = 0.95
#: Of a stream of more tasks nothing is said.
MOST_TASKS = 10_000


@dataclass(frozen=True)
class Point:
    """Accuracies on the tasks seen after `step` steps of `task`; None where one was not measured."""

    task: int
    step: int
    values: List[Entry]

    @property
    def measured(self) -> List[float]:
        return [value for value in self.values if value is not None]


Points = Sequence[Point]


def points_of(events: Iterable[Mapping[str, Any]]) -> List[Point]:
    """The points that events `eval` tell, each once. None at all where a measure could not be told from them."""
    points: List[Point] = []
    task = step = steps = 0
    for event in events:
        if (event["task"], event["step"]) <= (task, step):
            continue
        if event["task"] >= MOST_TASKS:
            return []
        values: List[Entry] = [None] * (event["task"] + 1)
        for one, value in zip(event.get("tasks", range(len(values))), event["accuracy"]):
            if one <= event["task"]:
                if value is None:
                    return []
                values[one] = value
        point = Point(event["task"], event["step"], values)
        if point.measured:
            steps += _steps_since(task, step, point)
            task, step = point.task, point.step
            points.append(point)
    return points if steps > 0 else []


def anytime_accuracy(points: Points) -> float:
    """AAA of Caccia et al. 2022: the mean over training of the mean accuracy on the tasks seen so far.

    Each point counts for the steps since the one before it.
    """
    task = step = steps = 0
    area = 0.0
    for point in points:
        since = _steps_since(task, step, point)
        steps += since
        area += since * total(point.measured) / len(point.measured)
        task, step = point.task, point.step
    return area / steps if steps > 0 else math.nan


def learning_curve_area(points: Points, matrix: Matrix, baseline: Row) -> float:
    """LCA of Chaudhry et al. 2019 (A-GEM): the mean over b = 0 … 10 of the mean accuracy on a task after b steps of it.

    b = 0 comes from the row of the task before, for the first task from the untrained network.
    """

    early = _early(points)

    def of_task(k: int) -> float:
        first = at(matrix, k - 1, k) if k > 0 else at([baseline], 0, 0)
        known = early.get(k, [])
        return math.nan if first is None or len(known) < EARLY_STEPS else mean([first, *known])

    return mean([of_task(k) for k in range(len(matrix))]) if points else math.nan


def minimum_accuracy(points: Points) -> float:
    """min-ACC of De Lange et al. 2023: 1/(T−1) Σ_{j<T−1} min_{t_j < n} A(j, n), how low old tasks ever fell."""
    lowest: Dict[int, float] = {}
    for point in points:
        for task, value in enumerate(point.values[:-1]):
            if value is not None:
                lowest[task] = min(lowest.get(task, value), value)
    return mean([lowest[task] for task in sorted(lowest)])


def worst_case_accuracy(points: Points, matrix: Matrix) -> float:
    """WC-ACC of De Lange et al. 2023: a[T−1][T−1] / T + (1 − 1/T) · min-ACC."""
    count = len(matrix)
    newest = at(matrix, count - 1, count - 1)
    if count < 2 or newest is None:
        return math.nan
    return newest / count + (1 - 1 / count) * minimum_accuracy(points)


def windowed_forgetting(points: Points) -> float:
    """WF of De Lange et al. 2023: a task's largest drop between two of any ten evaluations in a row, mean over tasks."""
    return mean(_largest_changes(points, lambda window: max(window) - window[-1]))


def windowed_plasticity(points: Points) -> float:
    """WP of De Lange et al. 2023: a task's largest rise between two of any ten evaluations in a row, mean over tasks."""
    return mean(_largest_changes(points, lambda window: window[-1] - min(window)))


def stability_gap(points: Points) -> float:
    """How far the mean accuracy on old tasks falls within the first 100 steps of a new one; the mean over switches.

    From the last point before the switch (De Lange et al. 2023, Hess et al. 2023, who draw it; the number is Lethe's).
    """

    def depth(switch: List[_OldTasks]) -> float:
        return max((old.before - old.now for old in switch if old.step <= GAP_STEPS), default=math.nan)

    return mean([depth(switch) for switch in _switches(points)])


def recovery_steps(points: Points) -> float:
    """Steps of the new task until old tasks, once past their lowest, have 95 % of their accuracy again; mean over switches.

    NaN where they do not come back while the task is trained. Source: as of the stability gap; the 95 % are Lethe's.
    """

    def back(switch: List[_OldTasks]) -> float:
        lowest, found = math.inf, math.nan
        for old in switch:
            is_back = old.now >= RECOVERED * old.before
            if old.now < lowest:
                lowest, found = old.now, 0 if is_back else math.nan
            elif is_back and math.isnan(found):
                found = old.step
        return found

    return mean([back(switch) for switch in _switches(points)])


def _steps_since(task: int, step: int, point: Point) -> int:
    """The steps that a point stands for: those since the one before it, or since its task began."""
    return point.step - step if point.task == task else point.step


def _early(points: Points) -> Dict[int, List[float]]:
    """By task its accuracy after steps 1, 2, … of its own, as far as there is a point after each."""
    found: Dict[int, List[float]] = {}
    for point in points:
        early, value = found.setdefault(point.task, []), point.values[-1]
        if value is not None and point.step == len(early) + 1 <= EARLY_STEPS:
            early.append(value)
    return found


def _largest_changes(points: Points, change: Callable[[Sequence[float]], float]) -> List[float]:
    """Of each task with two evaluations or more the largest change up to the newest one of any window."""
    by_task: Dict[int, List[float]] = {}
    for point in points:
        for task, value in enumerate(point.values):
            if value is not None:
                by_task.setdefault(task, []).append(value)
    return [
        max(change(values[max(0, end - WINDOW) : end]) for end in range(1, len(values) + 1))
        for _, values in sorted(by_task.items())
        if len(values) > 1
    ]


@dataclass(frozen=True)
class _OldTasks:
    """Mean accuracy on the old tasks before a switch, and after `step` steps of the new one."""

    step: int
    before: float
    now: float


def _switches(points: Points) -> List[List[_OldTasks]]:
    """Of each task but the first what became of the old ones, on those that were measured before and after the switch."""
    switches: List[List[_OldTasks]] = [[] for _ in range(points[-1].task)] if points else []
    before: Optional[Point] = None
    for task, of_task in groupby(points, lambda point: point.task):
        for point in of_task:
            last = point
            both = [
                (known, now)
                for known, now in zip(before.values if before else [], point.values)
                if known is not None and now is not None
            ]
            if both:
                known_mean, now_mean = (total(values) / len(both) for values in zip(*both))
                switches[task - 1].append(_OldTasks(point.step, known_mean, now_mean))
        before = last
    return switches
