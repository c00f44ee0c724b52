"""Streams continual-learning runs into Lethe, and reads them back. docs/python.md of the project has the whole of it."""

from .checkpoints import Checkpoint
from .errors import Diverged, Mistake, Stopped, Superseded
from .given import StreamTask
from .run import Run, run
from .statistics import paired_permutation_test, smallest_reachable_p
from .store import LoadedRun, PairedComparison, Runs, Table, load
from .tasks import Task

__version__ = "0.1.0"
__all__ = [
    "Checkpoint",
    "Diverged",
    "LoadedRun",
    "Mistake",
    "PairedComparison",
    "Run",
    "Runs",
    "Stopped",
    "StreamTask",
    "Superseded",
    "Table",
    "Task",
    "load",
    "paired_permutation_test",
    "run",
    "smallest_reachable_p",
]
