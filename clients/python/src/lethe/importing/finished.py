"""Writes a run of which only the results are known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, List, Mapping, Optional

from ..errors import Mistake
from ..folder import RunFolder, workspace_of
from ..manifest import Description
from ..run import SCHEMA
from ..tasks import scenario_of, tasks_of
from ..values import accuracy as fraction
from ..values import shown, whole

#: After which task the untrained network is tested.
UNTRAINED = -1


@dataclass
class Accuracies:
    """Accuracies by the task after which, and that on which, they were measured; None: not defined."""

    plain: Dict[int, Dict[int, Optional[float]]] = field(default_factory=dict)
    task_aware: Dict[int, Dict[int, Optional[float]]] = field(default_factory=dict)

    def add(self, after: int, task: int, accuracy: Optional[float], task_aware: Optional[float], where: str) -> None:
        row = self.plain.setdefault(after, {})
        if task in row:
            raise Mistake(f"{where}: task {task} is tested after task {after} a second time")
        row[task] = accuracy
        self.task_aware.setdefault(after, {})[task] = task_aware


def accuracy_of(given: Any, percent: bool, what: str) -> Optional[float]:
    """A fraction of what stands in a file; None for nothing there. @raises Mistake"""
    if given in (None, ""):
        return None
    try:
        value = float(given)
    except (TypeError, ValueError) as error:
        raise Mistake(f"{what} is {shown(given)}: expected a number") from error
    return fraction(value / 100 if percent else value, what)


def whole_of(given: Any, what: str, least: int = 0) -> int:
    """A whole number of what stands in a file. @raises Mistake"""
    try:
        return whole(float(given), what, least)
    except (TypeError, ValueError) as error:
        raise Mistake(f"{what} is {shown(given)}: expected a whole number of at least {least}") from error


def write_finished(
    found: Accuracies,
    *,
    program: str,
    experiment: str,
    method: str,
    tasks: Any,
    seed: int = 1,
    scenario: Optional[str] = None,
    label: Optional[str] = None,
    settings: Optional[Mapping[str, Any]] = None,
    memory_bytes: Optional[int] = None,
    folder: Any = None,
    **more: Mapping[str, Any],
) -> str:
    """Writes the run and returns its id. Nothing is said of its times, which are not known, but that.

    `more`: stream, network, training, evaluation. There are results after each task up to the last of them; where tasks are
    still to come the run counts as stopped.
    """
    own = tasks_of(tasks)
    rows = [_row(found, after, len(own)) for after in sorted(found.plain) if after != UNTRAINED]
    learned = [row["task"] for row in rows]
    if learned != list(range(len(rows))) or not rows or len(rows) > len(own):
        raise Mistake(f"there are results after the tasks {learned}: expected them after 0, 1, … of {len(own)} tasks")
    memory = {} if memory_bytes is None else {"memoryBytes": whole(memory_bytes, "memory_bytes")}
    known = ("stream", "network", "training", "evaluation")
    if set(more) - set(known):
        raise Mistake(f"{', '.join(sorted(set(more) - set(known)))}: known are {', '.join(known)}")
    description = Description(
        experiment=experiment,
        method=method,
        seed=whole(seed, "seed"),
        tasks=own,
        scenario=scenario_of(scenario, own),
        label=label,
        settings=settings or {},
        program=program,
        implements=None,
        **more,
    )
    run = RunFolder.create(workspace_of(folder), description.manifest())
    try:
        described: List[Dict[str, Any]] = [task.described() for task in own]
        backend = {"name": program, "version": "unknown"}
        run.write("started", {"schema": SCHEMA, "backend": backend, "tasks": described, "steps": [0] * len(own)})
        unknown = "its times" if memory else "its times and memory"
        run.write("warning", {"message": f"Imported ({program}): {unknown} are not known."})
        if UNTRAINED in found.plain:
            baseline = _row(found, UNTRAINED, len(own))
            del baseline["task"]
            run.write("baseline", baseline)
        for row in rows:
            run.write("task-end", {**row, **memory})
        run.write("ended", {"status": "done" if len(rows) == len(own) else "stopped", "token": run.token})
    finally:
        run.close()
    return run.path.name


def _row(found: Accuracies, after: int, count: int) -> Dict[str, Any]:
    accuracies, aware = found.plain[after], found.task_aware[after]
    tasks = sorted(accuracies)
    if tasks[-1] >= count:
        raise Mistake(f"task {tasks[-1]} is tested after task {after}: there are {count} tasks, which count from 0")
    row = {
        "task": after,
        "accuracy": [accuracies[task] for task in tasks],
        "taskAware": [aware[task] for task in tasks],
    }
    return row if tasks == list(range(count)) else {**row, "tasks": tasks}
