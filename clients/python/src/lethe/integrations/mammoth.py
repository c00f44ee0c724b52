"""Mammoth (aimagelab/mammoth): a hook that streams a run.

Written from its public code (e75a491: utils/training.py, utils/evaluate.py, models/utils/continual_model.py), and tried with
its `er` on its `seq-mnist` once. It is in no registry, so that the tests have a double of its loop in its place.
"""

from __future__ import annotations

from typing import Any, List, Optional

from ..errors import Mistake, meant
from ..run import Run
from ..tasks import Task

#: Settings of Mammoth's data sets as scenarios.
SCENARIOS = {"class-il": "class", "task-il": "task", "domain-il": "domain"}


def scenario_of(dataset: Any) -> str:
    """What is known at test time. @raises Mistake for streams without tasks"""
    found = SCENARIOS.get(dataset.SETTING)
    if found is None:
        raise Mistake(f"the setting of the data set is {dataset.SETTING!r}: {meant(dataset.SETTING, SCENARIOS)}")
    return found


def tasks_of(dataset: Any) -> List[Task]:
    """The tasks of a data set: their classes count on, or are the same in each where only the domain changes."""
    per_task = dataset.N_CLASSES_PER_TASK
    counts = [per_task] * dataset.N_TASKS if isinstance(per_task, int) else list(per_task)
    if scenario_of(dataset) == "domain":
        return [Task(tuple(range(count))) for count in counts]
    firsts = [sum(counts[:task]) for task in range(len(counts))]
    return [Task(tuple(range(first, first + count))) for first, count in zip(firsts, counts)]


def follow(run: Run, model: Any) -> None:
    """From here on what `utils.training.train` does with this model streams into the run.

    Wraps three methods of this one model: a task begins with `meta_begin_task`, `meta_observe` is a step, and `meta_end_eval`
    is given the accuracies after a task. Those that Mammoth does not compute are left undefined: without the task those of
    models that need it, told the task those of settings other than class-il.
    """
    arguments = model.args
    if getattr(arguments, "start_from", None):
        raise Mistake("start_from leaves tasks out: a run has results after every task")
    begin_task, observe, end_eval = model.meta_begin_task, model.meta_observe, model.meta_end_eval

    def meta_begin_task(dataset: Any) -> Any:
        run.task(model.current_task, steps=_planned(arguments, dataset))
        return begin_task(dataset)

    def meta_observe(*args: Any, **kwargs: Any) -> Any:
        loss = observe(*args, **kwargs)
        run.step(loss)
        return loss

    def meta_end_eval(dataset: Any, accuracies: Any) -> Any:
        plain, told = accuracies[:2]
        is_plain = dataset.SETTING != "class-il" or {"class-il", "general-continual"} & set(model.COMPATIBILITY)
        is_told = dataset.SETTING == "class-il"
        run.result(
            [share / 100 if is_plain else None for share in plain],
            [share / 100 for share in told] if is_told else None,
            tasks=list(range(len(plain))),
        )
        return end_eval(dataset, accuracies)

    model.meta_begin_task, model.meta_observe, model.meta_end_eval = meta_begin_task, meta_observe, meta_end_eval


def _planned(arguments: Any, dataset: Any) -> Optional[int]:
    """Steps of a task, where the mode of fitting tells them."""
    mode = getattr(arguments, "fitting_mode", "epochs")
    if mode == "iters":
        return int(arguments.n_iters)
    try:
        return int(arguments.n_epochs) * len(dataset.train_loader) if mode == "epochs" else None
    except TypeError:
        return None
