"""Measures of an accuracy matrix, as docs/metrics.md defines them and Lethe computes them.

`matrix[i][j]` is the accuracy on task j after learning task i, both from 0: a fraction, NaN where it is not defined, and
None for a hole, which is what a row left out on purpose. An undefined entry that a formula reads makes the result NaN; of
holes the term is left out.
"""

from __future__ import annotations

import math
from typing import Callable, Iterable, List, Optional, Sequence

from ..statistics import mean

Entry = Optional[float]
Row = Sequence[Entry]
Matrix = Sequence[Row]


def average_accuracy(matrix: Matrix) -> float:
    """ACC of Lopez-Paz & Ranzato 2017: the mean of the last row over the tasks learned."""
    return mean(terms(range(len(matrix)), lambda j: at(matrix, len(matrix) - 1, j)))


def incremental_accuracy(matrix: Matrix) -> float:
    """Average incremental accuracy of Rebuffi et al. 2017, over tasks."""

    def after(i: int) -> Entry:
        seen = terms(range(i + 1), lambda j: at(matrix, i, j))
        return mean(seen) if seen else None

    return mean(terms(range(len(matrix)), after))


def forgetting(matrix: Matrix) -> float:
    """F of Chaudhry et al. 2018: the best accuracy before the last row, less that of the last row."""
    return mean(_drops(matrix))


def forgetting_including_last(matrix: Matrix) -> float:
    """Forgetting where the last row may be the best, as Mammoth and Stable SGD compute it."""

    def lost(j: int) -> Entry:
        measured = terms(range(j, len(matrix)), lambda i: at(matrix, i, j))
        return difference(_largest(measured), at(matrix, len(matrix) - 1, j))

    return mean(terms(_earlier(matrix), lost))


def worst_forgetting(matrix: Matrix) -> float:
    """The largest forgetting of a single task (Chaudhry et al. 2019)."""
    worst = _largest(_drops(matrix))
    return math.nan if worst is None else worst


def relative_forgetting(matrix: Matrix) -> float:
    """The share of the best accuracy that is lost, mean over earlier tasks."""

    def lost(j: int) -> Entry:
        best = _best_before(matrix, j)
        drop = difference(best, at(matrix, len(matrix) - 1, j))
        if best is None or drop is None:
            return None
        return math.nan if best == 0 else drop / best

    return mean(terms(_earlier(matrix), lost))


def backward_transfer(matrix: Matrix) -> float:
    """BWT of Lopez-Paz & Ranzato 2017."""
    last = len(matrix) - 1
    return mean(terms(_earlier(matrix), lambda j: difference(at(matrix, last, j), at(matrix, j, j))))


def backward_transfer_all(matrix: Matrix) -> float:
    """Backward transfer over the whole course (Díaz-Rodríguez et al. 2018)."""
    changes = []
    for i in range(1, len(matrix)):
        later = [difference(at(matrix, i, j), at(matrix, j, j)) for j in range(i)]
        changes += [change for change in later if change is not None]
    return mean(changes)


def positive_backward_transfer(matrix: Matrix) -> float:
    """BWT⁺ of Díaz-Rodríguez et al. 2018."""
    found = backward_transfer_all(matrix)
    return found if math.isnan(found) else max(0.0, found)


def remembering(matrix: Matrix) -> float:
    """REM of Díaz-Rodríguez et al. 2018."""
    found = backward_transfer_all(matrix)
    return found if math.isnan(found) else 1 - abs(min(0.0, found))


def forward_transfer(matrix: Matrix, baseline: Row) -> float:
    """FWT of Lopez-Paz & Ranzato 2017, above the untrained network."""
    return mean(terms(range(1, len(matrix)), lambda j: difference(at(matrix, j - 1, j), at([baseline], 0, j))))


def learning_accuracy(matrix: Matrix) -> float:
    """LA of Riemer et al. 2019: accuracy on each task right after learning it."""
    return mean(terms(range(len(matrix)), lambda j: at(matrix, j, j)))


def omega_new(matrix: Matrix) -> float:
    """Ω_new of Kemker et al. 2018: accuracy on each task but the first right after learning it."""
    return mean(terms(range(1, len(matrix)), lambda j: at(matrix, j, j)))


def online_accuracy(online: Sequence[float]) -> float:
    """OA, prequential, of Dohare et al. 2024: the mean over tasks of the accuracy of each output before its update.

    `online[j]`: the mean over the steps of task j, NaN where nothing tells it.
    """
    return mean(online)


def plasticity_lost(online: Sequence[float]) -> float:
    """The mean of `online[j]` over the first tenth of the tasks less that over the last; NaN of a single task."""
    if len(online) < 2:
        return math.nan
    tenth = max(1, len(online) // 10)
    return mean(online[:tenth]) - mean(online[-tenth:])


def at(matrix: Matrix, i: int, j: int) -> Entry:
    """NaN where there is no such entry at all."""
    if not 0 <= i < len(matrix) or j >= len(matrix[i]):
        return math.nan
    return matrix[i][j]


def terms(indices: Iterable[int], value: Callable[[int], Entry]) -> List[float]:
    """Of each index a value, but for the holes."""
    return [term for term in map(value, indices) if term is not None]


def difference(a: Entry, b: Entry) -> Entry:
    """Of what was measured, and of nothing that is not."""
    return None if a is None or b is None else a - b


def _earlier(matrix: Matrix) -> range:
    return range(max(0, len(matrix) - 1))


def _largest(values: Sequence[float]) -> Entry:
    if not values:
        return None
    return math.nan if any(map(math.isnan, values)) else max(values)


def _best_before(matrix: Matrix, j: int) -> Entry:
    """Best accuracy in the rows before the last. Before its task was learned one may be undefined without harm."""

    def value(i: int) -> Entry:
        found = at(matrix, i, j)
        return None if i < j and found is not None and math.isnan(found) else found

    return _largest(terms(_earlier(matrix), value))


def _drops(matrix: Matrix) -> List[float]:
    return terms(_earlier(matrix), lambda j: difference(_best_before(matrix, j), at(matrix, len(matrix) - 1, j)))
