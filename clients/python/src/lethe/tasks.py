"""The tasks of a stream, and what the columns of a network's outputs stand for in each scenario."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Iterable, List, Mapping, Sequence, Tuple, Union

from .errors import Mistake, meant
from .values import known_fields, shown, text, whole

#: What is known at test time (van de Ven & Tolias): the task, only that its kind is the same, or nothing.
SCENARIOS = ("task", "domain", "class")


@dataclass(frozen=True)
class Task:
    """One task. `classes` are labels of the data set, in the order of the task's outputs; a task that has none, such as
    text whose next token is asked for, has a name.
    """

    classes: Tuple[int, ...] = ()
    name: str = ""
    #: Numbers of training and test examples; 0 where they are not told.
    train: int = 0
    test: int = 0

    def described(self) -> Dict[str, Any]:
        """As the event `started` has it."""
        name = self.name or ", ".join(map(str, self.classes))
        return {"name": name, "classes": list(self.classes), "train": self.train, "test": self.test}


GivenTask = Union[Task, Iterable[int], Mapping[str, Any]]


def task_of(given: GivenTask, place: int) -> Task:
    what = f"tasks[{place}]"
    if isinstance(given, Task):
        given = vars(given)
    if not isinstance(given, Mapping):
        if isinstance(given, str) or not isinstance(given, Iterable):
            raise Mistake(f"{what} is {shown(given)}: expected the classes of the task, as in [0, 1], or lethe.Task(…)")
        given = {"classes": given}
    known_fields(given, ("classes", "name", "train", "test"), what)
    classes = tuple(whole(label, f"a class of {what}") for label in given.get("classes", ()))
    if len(set(classes)) != len(classes):
        raise Mistake(f"{what} has the classes {list(classes)}: expected each once")
    name = given.get("name") or ""
    if name:
        text(name, f"the name of {what}")
    if not classes and not name:
        raise Mistake(f"{what} has neither classes nor a name: expected at least one class, or what the task is called")
    train, test = (whole(given.get(key, 0), f'"{key}" of {what}') for key in ("train", "test"))
    return Task(classes, str(name), train, test)


def tasks_of(given: Sequence[GivenTask]) -> List[Task]:
    if isinstance(given, (str, int)) or not isinstance(given, Iterable):
        raise Mistake(f"tasks is {shown(given)}: expected a list of tasks, each the list of its classes")
    tasks = [task_of(one, place) for place, one in enumerate(given)]
    if not tasks:
        raise Mistake("tasks is empty: expected at least one task")
    if len({bool(task.classes) for task in tasks}) > 1:
        raise Mistake("some of tasks have classes and others have none: expected classes in all of them, or in none")
    return tasks


def scenario_of(given: Any, tasks: Sequence[Task]) -> str:
    """`given`: None where the program does not say."""
    if given is None:
        return "class" if tasks[0].classes else "domain"
    if given not in SCENARIOS:
        raise Mistake(f"scenario is {shown(given)}: {meant(str(given), SCENARIOS)}")
    if given == "class" and not tasks[0].classes:
        raise Mistake('scenario is "class", and the tasks have no classes: expected "domain", or "task"')
    return str(given)


class Outputs:
    """Which class each output stands for, and among which outputs a task is answered."""

    def __init__(self, tasks: Sequence[Task], scenario: str) -> None:
        self.tasks = tasks
        self.scenario = scenario
        self._owner: Dict[int, int] = {}
        for place, task in enumerate(tasks):
            for label in task.classes:
                self._owner.setdefault(label, place)
        #: Whether the tasks have classes. Where they have none, labels are the numbers of outputs, and all outputs compete.
        self.has_classes = bool(tasks[0].classes)
        #: Whether no class belongs to two tasks, so that a class tells its task.
        self.apart = sum(len(task.classes) for task in tasks) == len(self._owner)

    def columns(self, task: int, width: int) -> List[int]:
        """Columns of the task's own classes among `width` outputs, in the order of its classes."""
        classes = self.tasks[task].classes
        own_head = self.scenario == "domain" or (self.scenario == "task" and width == len(classes))
        columns = list(range(len(classes))) if own_head else list(classes)
        if own_head and width < len(classes):
            raise Mistake(f"the network has {width} outputs: task {task} has {len(classes)} classes")
        return [column for column in columns if column < width]

    def class_at(self, task: int, column: int, width: int) -> int:
        """The class that an output stands for where `task` is tested; −1 where it stands for none of its classes."""
        classes = self.tasks[task].classes
        own_head = self.scenario == "domain" or (self.scenario == "task" and width == len(classes))
        if not own_head:
            return column
        return classes[column] if column < len(classes) else -1

    def task_of_class(self, label: int, tested: int) -> int:
        """The task that a class belongs to, the one that is tested where several have it; −1 where none has."""
        return tested if label in self.tasks[tested].classes else self._owner.get(label, -1)
