"""What Avalanche's CSVLogger has written of an evaluation of the whole test stream after each experience."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any, Union

from ..errors import Mistake
from .finished import UNTRAINED, Accuracies, accuracy_of, whole_of, write_finished

COLUMNS = ("eval_exp", "training_exp", "eval_accuracy")


def avalanche(folder_of_logs: Union[str, os.PathLike[str]], *, tasks: Any, experiment: str, method: str, **description: Any) -> str:
    """Makes a run of the logger's folder (`eval_results.csv` in it) and returns its id.

    Avalanche writes four decimals. An evaluation before all training is the baseline. Losses and accuracies of training
    epochs are not taken: of which steps they are is not told. `description`: as `lethe.run` takes it.
    """
    file = Path(folder_of_logs) / "eval_results.csv"
    found = Accuracies()
    with open(file, newline="", encoding="utf-8") as content:
        reader = csv.DictReader(content)
        if not set(COLUMNS) <= set(reader.fieldnames or ()):
            raise Mistake(f"{file.name} has the columns {reader.fieldnames}: expected {', '.join(COLUMNS)}")
        for line in reader:
            where = f"{file.name}, line {reader.line_num}"
            trained = line["training_exp"]
            after = UNTRAINED if trained == "None" else whole_of(trained, f"{where}: training_exp")
            accuracy = accuracy_of(line["eval_accuracy"], False, f"{where}: eval_accuracy")
            found.add(after, whole_of(line["eval_exp"], f"{where}: eval_exp"), accuracy, None, where)
    return write_finished(found, program="avalanche", experiment=experiment, method=method, tasks=tasks, **description)
