"""Measures of runs, as docs/metrics.md defines them and Lethe computes them: to the last bit."""

from .of_bounds import OF_BOUNDS, BoundFacts
from .of_matrix import Entry, Matrix, Row
from .of_runs import MEASURES, RunFacts, measures_of

__all__ = ["MEASURES", "OF_BOUNDS", "BoundFacts", "Entry", "Matrix", "Row", "RunFacts", "measures_of"]
