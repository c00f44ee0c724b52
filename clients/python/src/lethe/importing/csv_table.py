"""A table in CSV with a line for each accuracy that was measured."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Tuple, Union

from ..errors import Mistake, meant
from .finished import UNTRAINED, Accuracies, accuracy_of, whole_of, write_finished

NEEDED = ("after_task", "task", "accuracy")
OPTIONAL = ("task_aware", "method", "seed")


def table(
    file: Union[str, os.PathLike[str]],
    *,
    tasks: Any,
    experiment: str,
    method: Optional[str] = None,
    seed: int = 1,
    percent: bool = False,
    columns: Optional[Mapping[str, str]] = None,
    first_task: int = 0,
    **description: Any,
) -> List[str]:
    """Makes a run of each method and seed in the table, and returns their ids.

    The first line names the columns: `after_task` (empty for the untrained network), `task`, `accuracy`, and perhaps
    `task_aware`, `method` and `seed`; `columns` says which names they have there, as in {"accuracy": "acc"}. Other columns
    are passed over. `method`, `seed`: where the table has no such column. `percent`: accuracies from 0 to 100.
    `first_task`: the number of the first task. `description`: the rest of what `lethe.run` takes to describe a run.
    """
    names = {name: name for name in (*NEEDED, *OPTIONAL)}
    for name in columns or {}:
        if name not in names:
            raise Mistake(f'columns has "{name}": {meant(name, names)}')
    names.update(columns or {})
    runs: Dict[Tuple[str, int], Accuracies] = {}
    with open(file, newline="", encoding="utf-8-sig") as content:
        reader = csv.DictReader(content)
        given = reader.fieldnames or []
        for name in NEEDED:
            if names[name] not in given:
                raise Mistake(f'{Path(file).name} has no column "{names[name]}": {meant(names[name], given)}')
        for line in reader:
            where = f"{Path(file).name}, line {reader.line_num}"
            cells = {name: (line.get(column) or "").strip() for name, column in names.items()}
            of = cells["method"] or method
            if not of:
                raise Mistake(f"{where} names no method: give method=…")
            own = whole_of(cells["seed"], f"{where}: seed") if cells["seed"] else seed
            after = whole_of(cells["after_task"], f"{where}: after_task", first_task) - first_task if cells["after_task"] else UNTRAINED
            task = whole_of(cells["task"], f"{where}: task", first_task) - first_task
            accuracy, aware = (accuracy_of(cells[name], percent, f"{where}: {name}") for name in ("accuracy", "task_aware"))
            runs.setdefault((of, own), Accuracies()).add(after, task, accuracy, aware, where)
    return [
        write_finished(found, program="table", experiment=experiment, method=of, tasks=tasks, seed=own, **description)
        for (of, own), found in runs.items()
    ]
