"""Answers that a framework gives batch by batch, kept until all tasks are tested."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Tuple


class Collected:
    """Is what `run.evaluate` and its like take: a function of the task."""

    def __init__(self) -> None:
        self._batches: Dict[int, List[Tuple[Any, Any]]] = {}

    def add(self, task: int, answers: Any, labels: Any) -> None:
        """One batch. `answers`: logits, or the answered classes. Tensors leave their device."""
        self._batches.setdefault(task, []).append((_kept(answers), _kept(labels)))

    def clear(self) -> None:
        self._batches = {}

    def __call__(self, task: int) -> Optional[List[Tuple[Any, Any]]]:
        return self._batches.get(task)

    def __len__(self) -> int:
        """Tasks that were tested."""
        return len(self._batches)


def _kept(values: Any) -> Any:
    return values.detach().cpu() if hasattr(values, "detach") else values
