"""What a network answered: from logits and labels to accuracies and joint counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Dict, Iterable, Iterator, List, Optional, Sequence, Tuple

from .errors import Mistake
from .events import MOST_CELLS
from .tasks import Outputs
from .values import shown, whole

Pair = Tuple[Any, Any]


@dataclass
class TaskAnswers:
    """Counts over the test examples of one task."""

    task: int
    examples: int = 0
    right: int = 0
    #: Right where the outputs are limited to the task's classes; None where only answers without the task are known.
    right_told: Optional[int] = 0
    own_task: int = 0
    newest: int = 0
    #: (label, task taken, label taken) → examples.
    taken: "Counter[Tuple[int, int, int]]" = field(default_factory=Counter)

    @property
    def accuracy(self) -> float:
        return self.right / self.examples

    @property
    def task_aware(self) -> Optional[float]:
        return None if self.right_told is None else self.right_told / self.examples


def answers_of(given: Any, task: int, learned: int, outputs: Outputs) -> TaskAnswers:
    """Counts the answers of one task.

    `given`: a pair of logits (examples × outputs), or of answered classes, and the labels; or the pairs of all batches.
    `learned`: the task just learned, −1 before the first.
    """
    answers = TaskAnswers(task)
    for logits, labels in _pairs(given, task):
        _count(answers, logits, _labels(labels, task, outputs), learned, outputs)
    if answers.examples == 0:
        raise Mistake(f"there are no test examples of task {task}: expected logits and labels of at least one")
    return answers


def _pairs(given: Any, task: int) -> Iterator[Pair]:
    expected = f"the answers on task {task}: expected (logits, labels), or such a pair for each batch"
    if isinstance(given, tuple) and len(given) == 2:
        yield given
        return
    if isinstance(given, (str, bytes, dict)) or not isinstance(given, Iterable):
        raise Mistake(f"{shown(given)} is not {expected}")
    for batch in given:
        if not isinstance(batch, (tuple, list)) or len(batch) != 2:
            raise Mistake(f"{shown(batch)} is not {expected}")
        yield batch[0], batch[1]


def _plain(values: Any) -> List[Any]:
    """The list of a sequence, an array or a tensor."""
    if hasattr(values, "tolist"):
        return list(values.tolist())
    if hasattr(values, "__array__"):
        return list(values.__array__().tolist())
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise Mistake(f"{shown(values)} is neither an array, a tensor nor a list")
    return list(values)


def _labels(given: Any, task: int, outputs: Outputs) -> List[int]:
    own = set(outputs.tasks[task].classes)
    labels = [whole(label, f"a label of task {task}") for label in _plain(given)]
    for label in labels if outputs.has_classes else ():
        if label not in own:
            raise Mistake(f"a test example of task {task} has the label {label}: its classes are {sorted(own)}")
    return labels


def _count(answers: TaskAnswers, logits: Any, labels: List[int], learned: int, outputs: Outputs) -> None:
    width = _width(logits)
    task = answers.task
    if not outputs.has_classes:
        _count_plain(answers, _answers(logits, task) if width is None else _largest(logits), labels, outputs)
        return
    if width is None:
        taken = told = _answers(logits, task)
        if outputs.scenario != "task":
            answers.right_told = None
    else:
        own = outputs.columns(task, width)
        told = _classes(_largest(logits, own), task, width, outputs) if own else [-1] * len(labels)
        taken = told if outputs.scenario == "task" else _classes(_largest(logits), task, width, outputs)
    _count_examples(answers, taken, labels)
    for label, answer in zip(labels, taken):
        owner = outputs.task_of_class(answer, task)
        answers.right += answer == label
        answers.own_task += owner == task
        answers.newest += owner == learned
        answers.taken[label, owner, answer] += 1
    if answers.right_told is not None:
        answers.right_told += sum(answer == label for label, answer in zip(labels, told))


def _answers(given: Any, task: int) -> List[int]:
    return [whole(one, f"an answer on task {task}") for one in _plain(given)]


def _count_plain(answers: TaskAnswers, taken: Sequence[int], labels: Sequence[int], outputs: Outputs) -> None:
    """Where tasks have no classes: right or wrong. Of a task that is told that is the task-aware accuracy too."""
    _count_examples(answers, taken, labels)
    answers.right += sum(label == answer for label, answer in zip(labels, taken))
    answers.right_told = answers.right if outputs.scenario == "task" else None


def _count_examples(answers: TaskAnswers, taken: Sequence[int], labels: Sequence[int]) -> None:
    if len(taken) != len(labels):
        raise Mistake(f"there are answers to {len(taken)} examples of task {answers.task}, and {len(labels)} labels")
    answers.examples += len(labels)


def _classes(columns: Sequence[int], task: int, width: int, outputs: Outputs) -> List[int]:
    class_at: Dict[int, int] = {}
    for column in set(columns):
        class_at[column] = outputs.class_at(task, column, width)
    return [class_at[column] for column in columns]


def _width(logits: Any) -> Optional[int]:
    """Outputs of each example; None where there is one answer for each in place of them."""
    shape = getattr(logits, "shape", None)
    if shape is None and hasattr(logits, "__array__"):
        shape = logits.__array__().shape
    if shape is None:
        first = next(iter(_plain(logits)), None)
        if not isinstance(first, Iterable):
            return None
        return len(_plain(first))
    if len(shape) not in (1, 2):
        raise Mistake(f"logits have the shape {tuple(shape)}: expected examples × outputs")
    return int(shape[1]) if len(shape) == 2 else None


def _largest(logits: Any, columns: Optional[List[int]] = None) -> List[int]:
    """Of each example the column with the largest output, of all or of some; of equal ones the first."""
    if hasattr(logits, "argmax") and hasattr(logits, "shape"):
        if columns is None:
            return list(logits.argmax(1).tolist())
        return [columns[place] for place in logits[:, columns].argmax(1).tolist()]
    found = []
    for row in _plain(logits):
        outputs = _plain(row)
        among = range(len(outputs)) if columns is None else columns
        found.append(max(among, key=outputs.__getitem__))
    return found


def confusion_fields(measured: Sequence[TaskAnswers], learned: int, outputs: Outputs) -> Dict[str, Any]:
    """Fields of the event `confusion`, but for which tasks were tested: joint counts of the answers after a task."""
    among = "task" if outputs.scenario == "task" else "all"
    fields: Dict[str, Any] = {
        "task": learned,
        "among": among,
        "examples": [one.examples for one in measured],
        "right": [one.right for one in measured],
    }
    if outputs.scenario == "class" and outputs.apart:
        fields["ownTask"] = [one.own_task for one in measured]
        fields["newest"] = [one.newest for one in measured]
    cells = [
        (one.task, label, taken_task, taken, count)
        for one in measured
        for (label, taken_task, taken), count in sorted(one.taken.items())
        if taken_task >= 0
    ]
    if len(cells) > MOST_CELLS:
        cells = sorted(sorted(cells, key=lambda cell: -cell[4])[:MOST_CELLS])
    names = ("task", "label", "takenTask", "takenLabel", "count")
    fields["cells"] = {name: [cell[i] for cell in cells] for i, name in enumerate(names)}
    unlisted = sum(one.examples for one in measured) - sum(cell[4] for cell in cells)
    if unlisted:
        fields["unlisted"] = unlisted
    return fields
