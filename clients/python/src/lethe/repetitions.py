"""Which of several runs with the same settings and seed counts: as in Lethe's tables."""

from __future__ import annotations

from typing import Dict, Iterable, List, Optional, Protocol, Set, Tuple, TypeVar

Cell = Tuple[str, int]


class Repeated(Protocol):
    """What a run with a whole result says of where it stands among others."""

    hash: str
    seed: int

    @property
    def backend(self) -> str: ...


R = TypeVar("R", bound=Repeated)


def counted_of(runs: Iterable[R]) -> List[R]:
    """Of the same settings and seed one run: on the backend that has most of them all, where there is one; then the newest.

    `runs`: of one experiment, with whole results, the oldest first.
    """
    given = list(runs)
    usual = _usual_backend(given)
    counted: Dict[Cell, R] = {}
    for run in given:
        cell = (run.hash, run.seed)
        known = counted.get(cell)
        if known is None or run.backend == usual or known.backend != usual:
            counted[cell] = run
    return list(counted.values())


def _usual_backend(runs: List[R]) -> Optional[str]:
    """The backend with most settings and seeds; of equally many that of the newest run."""
    cells: Dict[str, Set[Cell]] = {}
    newest: Dict[str, int] = {}
    for place, run in enumerate(runs):
        cells.setdefault(run.backend, set()).add((run.hash, run.seed))
        newest[run.backend] = place
    return max(cells, key=lambda name: (len(cells[name]), newest[name]), default=None)
