"""Which lines of a log are events: what docs/event-protocol.md asks of the fields of each kind.

Fields beyond these are ignored. Of views of a method's inside, which nothing is read from here, only the list is looked at.
"""

from __future__ import annotations

import json
from typing import Any, Dict, List

from .shapes import LARGEST_WHOLE, Check, Rule, by_name, fields, list_of, number, one_of, or_null, text, whole
from .views import MOST_VIEWS

Event = Dict[str, Any]

#: Largest time or amount.
MOST_AMOUNT = 1e15
#: Cells of joint counts in one event, and forgotten examples that one lists.
MOST_CELLS = 4096
MOST_FORGOTTEN = 256
#: Of those listed before, new answers that one event lists.
MOST_TURNED = 1024
#: Numbers in one `metrics` event, and characters of a name.
MOST_METRICS = 64
LONGEST_METRIC = 80


def event_of(line: bytes) -> Event:
    """The event that a line holds; one of a kind that is not known here as it is. @raises ValueError where it holds none"""
    try:
        value = json.loads(line.decode("utf-8", "replace"), parse_float=_float, parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        raise ValueError("no type")
    check = KINDS.get(value["type"])
    if check and not check(value):
        raise ValueError(f"the event {value['type']} is not as specified")
    return value


def _float(text: str) -> float:
    """JSON has one kind of number: 2.0 is the whole number 2."""
    found = float(text)
    return int(found) if found.is_integer() and abs(found) <= LARGEST_WHOLE else found


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


# ---- rules


def _names_its_tasks(event: Event) -> bool:
    """`tasks` names, in ascending order, the task of each accuracy."""
    tasks = event.get("tasks")
    if tasks is None:
        return True
    rising = all(before < after for before, after in zip(tasks, tasks[1:]))
    return rising and len(tasks) == len(event["accuracy"]) == len(event["taskAware"])


def _one_for_each_accuracy(name: str) -> Rule:
    return lambda event: name not in event or len(event[name]) == len(event["accuracy"])


def _of_one_length(*names: str) -> Rule:
    return lambda event: len({len(event[name]) for name in names if name in event}) <= 1


def _counts_no_more_answers(event: Event) -> bool:
    """Of each task no more are right than answered within the task, and no more of these than there are examples."""
    examples: List[int] = event["examples"]
    own, newest = event.get("ownTask", examples), event.get("newest", examples)
    return all(
        right <= within <= count and new <= count
        for right, within, new, count in zip(event["right"], own, newest, examples)
    )


def _changes_no_more_answers(event: Event) -> bool:
    lists = zip(event["lost"], event["regained"], event["examples"])
    return all(lost + regained <= count for lost, regained, count in lists)


def _metric_values(value: Any) -> bool:
    return (
        by_name(or_null(number()))(value)
        and len(value) <= MOST_METRICS
        and all(1 <= len(name) <= LONGEST_METRIC for name in value)
    )


# ---- events

_at = {"at": number(-MOST_AMOUNT, MOST_AMOUNT)}
_amount = number(0, MOST_AMOUNT)
_count = whole(0)
_counts = list_of(_count)
_fraction = number(0, 1)
_layers = list_of(fields({"name": text, "units": _count}), 0, 512)
_task = {**_at, "task": _count}
_step = {**_task, "step": _count}
_measured = {name: list_of(or_null(_fraction)) for name in ("accuracy", "taskAware")}
_tasks = {"tasks": list_of(_count)}
_backend = fields({"name": text, "version": text}, {"why": text, "threads": whole(1), "processor": text})
_process = {"pid": whole(), "host": text, "token": text}


def _columns(names: List[str], most: int) -> Check:
    return fields({name: list_of(_count, 0, most) for name in names}, None, _of_one_length(*names))


#: Of each kind of event that there is.
KINDS: Dict[str, Check] = {
    "started": fields(
        {
            **_at,
            "schema": whole(),
            "backend": _backend,
            "tasks": list_of(
                fields({"name": text, "classes": list_of(whole()), "train": whole(), "test": whole()}), 1
            ),
            "steps": list_of(whole()),
        },
        {
            **_process,
            "versions": by_name(text),
            "data": by_name(text),
            "parameters": whole(),
            "layers": _layers,
            "normalisation": fields({"mean": list_of(number()), "std": list_of(number())}),
            "seconds": by_name(_amount),
        },
    ),
    "baseline": fields({**_at, **_measured}, {**_tasks, "samples": whole(1)}, _names_its_tasks),
    "task-start": fields({**_task, "steps": _count}),
    "plan": fields({**_step, "steps": _count}),
    "network": fields({**_task, "parameters": _count}, {"layers": _layers}),
    "step": fields({**_step, "loss": number()}, {"accuracy": _fraction}),
    "eval": fields({**_step, **_measured, "samples": whole()}, _tasks, _names_its_tasks),
    "validation": fields({**_step, "loss": number(), "accuracy": or_null(_fraction)}),
    "phase": fields({**_task, "name": text, "done": _fraction}, {"step": _count, "steps": _count, "note": text}),
    "task-end": fields(
        {**_task, **_measured},
        {
            "memoryBytes": _count,
            "flops": number(0),
            **_tasks,
            "samples": whole(1),
            "loss": list_of(or_null(number())),
            "rocAuc": list_of(or_null(_fraction)),
            "validation": fields(_measured, _tasks, _names_its_tasks),
            "seconds": by_name(_amount),
        },
        _names_its_tasks,
        _one_for_each_accuracy("loss"),
        _one_for_each_accuracy("rocAuc"),
    ),
    "confusion": fields(
        {**_task, "among": one_of("all", "task"), "examples": _counts, "right": _counts},
        {
            **_tasks,
            "ownTask": _counts,
            "newest": _counts,
            "cells": _columns(["task", "label", "takenTask", "takenLabel", "count"], MOST_CELLS),
            "unlisted": _count,
        },
        _of_one_length("tasks", "examples", "right", "ownTask", "newest"),
        _counts_no_more_answers,
    ),
    "forgotten": fields(
        {**_task, **_tasks, "examples": _counts, "lost": _counts, "regained": _counts},
        {
            "list": _columns(["index", "task", "label", "takenTask", "takenLabel"], MOST_FORGOTTEN),
            "now": _columns(["index", "task", "takenTask", "takenLabel"], MOST_TURNED),
        },
        _of_one_length("tasks", "examples", "lost", "regained"),
        _changes_no_more_answers,
    ),
    "interference": fields(
        {**_step, "cosine": or_null(number(-1, 1)), "images": whole(1)}, {"plain": or_null(number(-1, 1))}
    ),
    "metrics": fields({**_step, "values": _metric_values}),
    "mechanism": fields({**_task, "method": text}, {"views": list_of(by_name(lambda _: True), 0, MOST_VIEWS)}),
    "checkpoint": fields({**_step, "file": text, "sha256": text}),
    "resumed": fields(_step, {"steps": _count, **_process, "backend": _backend}),
    "warning": fields({**_at, "message": text}),
    "ended": fields(
        {**_at, "status": one_of("done", "stopped", "failed")},
        {"error": text, "token": text, "seconds": _amount, "peakMemoryBytes": _amount},
    ),
}
