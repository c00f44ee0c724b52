"""Measures that need another run to compare with: the bounds, trained on the same stream with the same seed.

A reference is r[t][j]: the accuracy on task j of a network trained on the data of tasks 0 … t together. That is cumulative
training; where there is none, the last row of the joint run stands for every t.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Callable, Dict, Sequence

from ..statistics import mean
from .of_matrix import Entry, Matrix, at, difference, terms

#: Below this distance between the bounds (0.1 percentage points) a share of it is noise.
SMALLEST_GAP = 0.001


@dataclass(frozen=True)
class BoundFacts:
    """What measures read of a run beside its bounds."""

    matrix: Matrix
    #: Empty where there is none.
    reference: Matrix
    #: The accuracy, or where only that is defined the task-aware one: its own, that of none and that of joint.
    own: float
    lower: float
    upper: float


def intransigence(matrix: Matrix, reference: Matrix) -> float:
    """I of Chaudhry et al. 2018: 1/T Σ_j (r[j][j] − a[j][j]), how much worse each task was learned than it could be."""
    return mean(terms(range(len(matrix)), lambda j: difference(at(reference, j, j), at(matrix, j, j))))


def omega_all(matrix: Matrix, reference: Matrix) -> float:
    """Ω_all of Kemker et al. 2018: the mean over t of the accuracy on all tasks seen, over that of the reference."""
    return mean(terms(range(len(matrix)), lambda i: _quotient(matrix, reference, i, range(i + 1))))


def omega_base(matrix: Matrix, reference: Matrix) -> float:
    """Ω_base of Kemker et al. 2018: the mean over t > 0 of the accuracy on the first task, over that of the reference."""
    return mean(terms(range(1, len(matrix)), lambda i: _quotient(matrix, reference, i, range(1))))


def gap_closed(own: float, none: float, joint: float) -> float:
    """(value − none) / (joint − none): NaN where joint is not better than none by 0.001 at least."""
    gap = joint - none
    return (own - none) / gap if gap >= SMALLEST_GAP else math.nan


def _quotient(matrix: Matrix, reference: Matrix, i: int, over: Sequence[int]) -> Entry:
    """Mean accuracy after task i over that of the reference, of the tasks that both have measured."""
    both = [j for j in over if at(matrix, i, j) is not None and at(reference, i, j) is not None]
    if not both:
        return None
    own, offline = (mean(terms(both, lambda j: at(of, i, j))) for of in (matrix, reference))
    return own / offline if offline > 0 else math.nan


#: By name.
OF_BOUNDS: Dict[str, Callable[[BoundFacts], float]] = {
    "intransigence": lambda of: intransigence(of.matrix, of.reference),
    "gap_closed": lambda of: gap_closed(of.own, of.lower, of.upper),
    "omega_all": lambda of: omega_all(of.matrix, of.reference),
    "omega_base": lambda of: omega_base(of.matrix, of.reference),
}
