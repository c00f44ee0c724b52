"""A run as the program that trains sees it."""

from __future__ import annotations

import math
import platform
import signal
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Sequence, Type, Union

from .answers import TaskAnswers, answers_of, confusion_fields
from .checkpoints import Checkpoint, Save, newest_checkpoint, save_checkpoint
from .errors import Diverged, Mistake, Stopped, Superseded, named_arguments
from .events import LONGEST_METRIC, MOST_METRICS
from .folder import RunFolder, workspace_of
from .given import GivenRun, StreamTask, take_given
from .log import read_log
from .machine import identity, peak_memory
from .manifest import Description
from .resuming import unfinished_run
from .tasks import GivenTask, Outputs, Task, scenario_of, tasks_of
from .values import accuracy as fraction
from .values import finite, number, shown, text, whole
from .views import MOST_IMAGE_BYTES, MOST_VALUES, MOST_VIEWS, count_values, image_bytes, view_of

#: Version of the event protocol.
SCHEMA = 1
#: Seconds between two `step` events at least, and between two looks at whether the run is to stop.
THROTTLE = 0.25

#: Answers on one task: logits (or answered classes) and labels, or such a pair for each batch; None: not measured.
Test = Callable[[int], Any]
Numbers = Sequence[Optional[float]]


@named_arguments
def run(
    *,
    experiment: Optional[str] = None,
    method: Optional[str] = None,
    tasks: Optional[Sequence[GivenTask]] = None,
    seed: Optional[int] = None,
    scenario: Optional[str] = None,
    settings: Optional[Mapping[str, Any]] = None,
    label: Optional[str] = None,
    implements: Optional[str] = None,
    stream: Optional[Mapping[str, Any]] = None,
    network: Optional[Mapping[str, Any]] = None,
    training: Optional[Mapping[str, Any]] = None,
    evaluation: Optional[Mapping[str, Any]] = None,
    steps: Union[int, Sequence[int], None] = None,
    parameters: Optional[int] = None,
    backend: Optional[str] = None,
    data: Optional[Mapping[str, str]] = None,
    program: Optional[str] = None,
    folder: Any = None,
    resume: bool = False,
) -> Run:
    """A run of `method` on the tasks of a stream, to be used in a `with` statement.

    A program that Lethe has started, because an experiment file names it, leaves out what the file says: `lethe.run()`
    is the run that it was started for, and `run.settings`, `run.seed` and `run.tasks` say what to train. Otherwise:

    `experiment`: runs of one name are compared with each other. `tasks`: of each task its classes, or a `lethe.Task`.
    `scenario`: "task", "domain" or "class"; left out, the last, or "domain" where tasks have no classes. `settings` are the
    method's own; `stream`, `network`, `training` and `evaluation` describe the rest in any words. Runs whose descriptions
    are equal, but for the seed, are repetitions. `label`: name in tables, the method's where it is left out. `implements`:
    key of a variant of the same experiment whose method this is too, with the same settings: tables say how far both are
    from each other. `steps`: training steps planned for each task, so that progress is known. `data`: SHA-256 of the data
    files by name. `folder`: the workspace folder, else the nearest from here up with a .lethe or a .git in it. `resume`: go
    on with the last run of the same settings and seed, if it is not done.
    """
    said = {
        "experiment": experiment,
        "method": method,
        "tasks": tasks,
        "seed": seed,
        "scenario": scenario,
        "settings": settings,
        "label": label,
        "implements": implements,
        "stream": stream,
        "network": network,
        "training": training,
        "evaluation": evaluation,
        "program": program,
        "folder": folder,
    }
    given = take_given()
    if given:
        description = _description_of(given, said)
        steps = [task.steps for task in given.tasks] if steps is None else steps
        data = given.stream["data"] if data is None else data
    elif experiment is None or method is None or tasks is None:
        missing = ", ".join(name for name in ("experiment", "method", "tasks") if said[name] is None)
        raise Mistake(f"{missing} is missing: only a program that Lethe has started may leave it out")
    else:
        found = tasks_of(tasks)
        description = Description(
            experiment=experiment,
            method=method,
            seed=1 if seed is None else seed,
            tasks=found,
            scenario=scenario_of(scenario, found),
            label=label,
            implements=implements,
            settings=settings or {},
            stream=stream or {},
            network=network or {},
            training=training or {},
            evaluation=evaluation or {},
            program=program,
        )
    more = {
        "backend": {"name": text(backend, "backend"), "version": "1"} if backend else _backend(),
        "versions": _versions(),
        **({} if data is None else {"data": _data(data)}),
        **({} if parameters is None else {"parameters": whole(parameters, "parameters")}),
    }
    return Run(description, _planned(steps, len(description.tasks)), more, folder, resume, given)


def _description_of(given: GivenRun, said: Mapping[str, Any]) -> Description:
    """What the experiment file says of a run."""
    twice = ", ".join(name for name, value in said.items() if value is not None)
    if twice:
        raise Mistake(f"{twice} is given: Lethe has started this program, and its experiment file says that")
    spec, method = given.spec, given.method
    tasks = [task.described() for task in given.tasks]
    return Description(
        experiment=given.manifest["experiment"]["name"],
        method=method["method"],
        seed=given.manifest["seed"],
        tasks=tasks,
        scenario=scenario_of(given.stream["scenario"], tasks),
        label=given.manifest["variant"]["label"],
        settings=method.get("settings", {}),
        stream=spec.get("stream", {}),
        network=spec.get("network", {}),
        training=spec.get("training", {}),
        evaluation=spec.get("evaluation", {}),
    )


class Run:
    """Between `with` and its end exactly one process writes the run; whatever ends the block ends the run too."""

    def __init__(
        self,
        description: Description,
        steps: List[int],
        more: Mapping[str, Any],
        folder: Any,
        resume: bool,
        given: Optional[GivenRun] = None,
    ) -> None:
        self._description = description
        self._tasks = description.tasks
        self._outputs = Outputs(description.tasks, description.scenario)
        self._steps = steps
        self._more = more
        self._workspace = workspace_of(folder)
        self._resume = resume
        self._given = given
        self._manifest = description.manifest() if given is None else given.manifest
        self._folder: Optional[RunFolder] = None
        #: Where the run goes on, or None where it begins.
        self.resumed: Optional[Checkpoint] = None
        self._task = -1
        self._is_training = False
        self._step = 0
        self._last_point = -1
        self._next = 0
        self._views: List[Dict[str, Any]] = []
        self._save: Optional[Save] = None
        self._loss = _Mean()
        self._metrics: Dict[str, Optional[float]] = {}
        self._rate = _Rate()
        self._online = _Mean()
        self._looked = -math.inf
        self._told = -math.inf
        self._began = 0.0
        self._seconds: Dict[str, float] = {}
        self._task_began = 0.0
        self._stop_signal = False
        self._former_handler: Any = None

    # ---- begin and end

    def __enter__(self) -> Run:
        if self._folder:
            raise Mistake("a run is entered once: begin another with lethe.run")
        self._began = time.perf_counter()
        found = self._open_folder()
        try:
            if found is None:
                self._begin()
            else:
                self._resume_from(found)
            self._listen()
        except BaseException as error:
            # There is no block yet whose end would be told.
            self.__exit__(type(error), error, error.__traceback__)
            raise
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        folder = self._open
        self._unlisten()
        try:
            if isinstance(error, Superseded):
                return
            untold = self._tell_rest()
            own = None if error else untold or self._missing_results()
            self._tell_end(folder, error or own)
            if own:
                raise own
        except (Superseded, OSError):
            # What ended the block says more.
            if error is None:
                raise
        finally:
            folder.close()

    def _open_folder(self) -> Optional[Path]:
        """Opens the run folder. Returns it where the run goes on."""
        if self._given:
            self._folder = RunFolder(self._given.folder, self._given.token)
            return self._given.folder if self._given.resume else None
        found = unfinished_run(self._workspace, dict(self._manifest)) if self._resume else None
        self._folder = RunFolder.create(self._workspace, self._manifest) if found is None else RunFolder(found)
        return found

    @property
    def path(self) -> str:
        """The run folder."""
        return str(self._begun.path)

    @property
    def id(self) -> str:
        return self._begun.path.name

    @property
    def _begun(self) -> RunFolder:
        if self._folder is None:
            raise Mistake("the run has not begun: write `with lethe.run(…) as run:`")
        return self._folder

    @property
    def _open(self) -> RunFolder:
        folder = self._begun
        if not folder.is_open:
            raise Mistake("the run is over: its block has ended")
        return folder

    def _process(self) -> Dict[str, Any]:
        own = identity()
        return {"pid": own["pid"], "host": own["host"], "token": self._open.token, "backend": self._more["backend"]}

    def _begin(self) -> None:
        self._open.write(
            "started",
            {
                "schema": SCHEMA,
                **self._process(),
                **self._more,
                "tasks": [task.described() for task in self._tasks],
                "steps": self._steps,
            },
        )

    def _resume_from(self, found: Path) -> None:
        log = read_log(found / "events.jsonl")
        # Lethe itself forgets a request before it starts a program: one that is there came afterwards.
        if self._given is None:
            self._open.forget_stop()
        self.resumed = newest_checkpoint(found, log)
        if self.resumed:
            self._go_on(self.resumed)
        else:
            self._begin()
            self.warn("The run begins anew: it has no checkpoint that is whole.")

    def _go_on(self, place: Checkpoint) -> None:
        self._next = place.task
        self._open.write("resumed", {"task": place.task, "step": place.step, **self._process()})

    def _missing_results(self) -> Optional[Mistake]:
        learned, tasks = self._next, len(self._tasks)
        if learned == tasks:
            return None
        return Mistake(f"there are results after {learned} of {tasks} tasks: call run.evaluate after each")

    def _tell_end(self, folder: RunFolder, error: Optional[BaseException]) -> None:
        status, why = _end_of(error)
        peak = peak_memory()
        folder.write(
            "ended",
            {
                "status": status,
                **({"error": why} if why else {}),
                "token": folder.token,
                "seconds": time.perf_counter() - self._began,
                **({"peakMemoryBytes": peak} if peak else {}),
            },
        )

    # ---- what is trained

    @property
    def settings(self) -> Mapping[str, Any]:
        """Of the method."""
        return self._description.settings

    @property
    def seed(self) -> int:
        return self._description.seed

    @property
    def scenario(self) -> str:
        return self._description.scenario

    @property
    def tasks(self) -> Sequence[Union[Task, StreamTask]]:
        """Where Lethe has started the program, with the indices of their examples."""
        return self._given.tasks if self._given else self._tasks

    @property
    def spec(self) -> Mapping[str, Any]:
        """`stream`, `network`, `training` and `evaluation`, as the experiment has them."""
        return self._given.spec if self._given else self._description.spec()

    @property
    def stream(self) -> Mapping[str, Any]:
        """The whole of `stream.json`, where Lethe has started the program."""
        return self._need_given("run.stream").stream

    @property
    def data(self) -> Mapping[str, Path]:
        """Of each data set the folder with its files, where Lethe has started the program."""
        return self._need_given("run.data").data

    def batches(self, task: int) -> Iterator[List[int]]:
        """Of each step of a task the indices of its training examples, where the experiment file asks for "batches"."""
        return self._need_given("run.batches").batches(whole(task, "task"))

    def _need_given(self, call: str) -> GivenRun:
        if self._given is None:
            raise Mistake(f"{call} is there only in a program that Lethe has started")
        return self._given

    # ---- training

    def remaining(self) -> range:
        """The tasks that are still to be learned: all of them, unless the run goes on from a checkpoint."""
        return range(self._next, len(self._tasks))

    @named_arguments
    def task(self, task: int, steps: Optional[int] = None) -> int:
        """Training on a task begins. `steps`: how many it takes, where `lethe.run` did not say.

        Returns how many of its steps are done already: 0, unless the run goes on in the middle of it.
        """
        _ = self._open
        place = whole(task, "task")
        if self._is_training:
            raise Mistake(f"task {self._task} has no results yet: call run.evaluate before task {place} begins")
        if place != self._next or place >= len(self._tasks):
            raise Mistake(f"task {place} begins: expected {self._expected()}")
        if steps is not None:
            self._steps[place] = whole(steps, "steps")
        self._task, self._is_training = place, True
        self._step = self.resumed.step if self.resumed and self.resumed.task == place else 0
        self._last_point = self._step
        self._told = -math.inf
        self._seconds = {}
        self._task_began = time.perf_counter()
        if self._step == 0:
            self._open.write("task-start", {"task": place, "steps": self._steps[place]})
        self._look()
        return self._step

    @named_arguments
    def step(self, loss: Any, accuracy: Any = None, *, count: int = 1) -> None:
        """A training step is done. `accuracy`: share of its examples answered right before the update.
        `count`: of so many steps both are the mean, where they are not known of each.

        The log gets the mean a few times a second at most. A tensor is not read before, so that a GPU need not wait.

        @raises Diverged where the mean loss is not finite
        @raises Stopped where the run is asked to stop; before, the last `checkpoint` is written anew
        """
        self._need_training("run.step")
        steps = whole(count, "count", 1)
        self._step += steps
        self._loss.add(loss, "the loss", steps)
        if accuracy is not None:
            self._online.add(accuracy, "the accuracy of a step", steps)
        if time.perf_counter() - self._told >= THROTTLE:
            self._tell_loss()
        self.look()

    def look(self) -> None:
        """Sees whether the run is to stop, a few times a second at most. What tells of a run does so itself.

        @raises Stopped where it is; before, the last `checkpoint` is written anew
        """
        if time.perf_counter() - self._looked >= THROTTLE:
            self._look()

    def log(self, *args: Mapping[str, Any], **values: Any) -> None:
        """Numbers of your own, by name: `run.log(rate=0.1)`, or `run.log({"gradient norm": 2.5})`. None, or NaN: not defined.

        Called more often than a few times a second, the log gets the newest of each name.
        """
        self._need_training("run.log")
        given: Dict[str, Any] = {}
        for more in (*args, values):
            if not isinstance(more, Mapping):
                raise Mistake(f"run.log was given {shown(more)}: expected numbers by name, as in run.log(rate=0.1)")
            given.update(more)
        found = {text(name, "the name of a metric", LONGEST_METRIC): _metric(value, name) for name, value in given.items()}
        metrics = {**self._metrics, **found}
        if len(metrics) > MOST_METRICS:
            raise Mistake(f"there are {len(metrics)} metrics at once: expected at most {MOST_METRICS}")
        self._metrics = metrics
        if self._rate.allows():
            self._tell_metrics()

    @named_arguments
    def phase(self, name: str, done: float = 0.0, note: Optional[str] = None) -> None:
        """Something takes a while besides training steps; `done` is the share of it that is done."""
        self._need_training("run.phase")
        share = finite(done, "done")
        if not 0 <= share <= 1:
            raise Mistake(f"done is {share}: expected a share from 0 to 1")
        more = {"note": text(note, "note")} if note else {}
        self._tell_loss()
        self._open.write(
            "phase", {"task": self._task, "step": self._step, "name": text(name, "name"), "done": share, **more}
        )

    def network(self, parameters: int) -> None:
        """The network grew: it has so many parameters now."""
        self._need_training("run.network")
        self._open.write("network", {"task": self._task, "parameters": whole(parameters, "parameters")})

    def warn(self, message: str) -> None:
        """Something that readers of the results should know."""
        self._open.write("warning", {"message": text(message, "message")})

    def mechanism(self, kind: str, title: str, **fields: Any) -> None:
        """A view of the method's inside after the task; docs/event-protocol.md says which kinds there are, with what fields."""
        self._need_training("run.mechanism")
        views = [*self._views, view_of(kind, title, fields)]
        if len(views) > MOST_VIEWS:
            raise Mistake(f"there are {len(views)} views of task {self._task}: expected at most {MOST_VIEWS}")
        values = count_values(views)
        if values > MOST_VALUES:
            raise Mistake(f"the views of task {self._task} hold {values} numbers and texts: expected at most {MOST_VALUES}")
        size = image_bytes(views)
        if size > MOST_IMAGE_BYTES:
            raise Mistake(f"the images of task {self._task} have {size} bytes: expected at most {MOST_IMAGE_BYTES}")
        self._views = views

    # ---- results

    @named_arguments
    def baseline(self, test: Test) -> None:
        """Accuracy of the untrained network on all tasks: what forward transfer is measured against."""
        _ = self._open
        if self._next > 0 or self._is_training:
            raise Mistake("the baseline is that of the untrained network: measure it before the first task")
        measured = self._measure(test, range(len(self._tasks)), -1)
        self._open.write("baseline", self._row(measured))

    @named_arguments
    def point(self, test: Test) -> None:
        """A point of the accuracy curves: the tasks learned so far, and the one in training, tested in the middle of it."""
        self._need_training("run.point")
        began = time.perf_counter()
        measured = self._measure(test, range(self._task + 1), self._task)
        self._write_point(measured)
        self._spend("evaluate", began)
        self._look()

    @named_arguments
    def evaluate(
        self,
        test: Test,
        *,
        memory_bytes: Optional[int] = None,
        flops: Optional[float] = None,
        samples: Optional[int] = None,
    ) -> Dict[str, Any]:
        """A task is learned: a row of the accuracy matrix, with the joint counts of all answers.

        `test(task)` gives the answers on the test set of a task, of those to come too: logits (examples × outputs), or
        the answered classes, and the labels, as data set classes; or such a pair for each batch. None: not measured.
        `memory_bytes`: what the method stores for old tasks. `flops`: floating-point operations of the training steps of this
        task. Neither is known when left out. `samples`: test examples of each task, where not all are used.
        Returns the accuracies.
        """
        self._need_training("run.evaluate")
        began = time.perf_counter()
        measured = self._measure(test, range(len(self._tasks)), self._task)
        row = self._row(measured)
        seen = [one for one in measured if one.task <= self._task]
        if not seen:
            raise Mistake(f"no task learned by then was tested after task {self._task}: expected answers of at least one")
        if self._step > self._last_point:
            self._write_point(seen)
        named = {"tasks": row["tasks"]} if "tasks" in row else {}
        self._spend("evaluate", began)
        confusion = confusion_fields(measured, self._task, self._outputs) if self._outputs.has_classes else None
        costs = _costs(memory_bytes, flops)
        self._end_task(row, costs, samples, confusion and {**confusion, **named})
        return row

    @named_arguments
    def result(
        self,
        accuracy: Numbers,
        task_aware: Optional[Numbers] = None,
        *,
        tasks: Optional[Sequence[int]] = None,
        memory_bytes: Optional[int] = None,
        flops: Optional[float] = None,
        samples: Optional[int] = None,
    ) -> None:
        """The same of accuracies that the program computed itself: fractions, one for each task or for those of `tasks`.

        `task_aware`: among the outputs of the task alone. Left out they are the same where the task is told, else undefined.
        """
        self._need_training("run.result")
        named = self._named(tasks)
        count = len(self._tasks) if named is None else len(named)
        own = self._fractions(accuracy, "accuracy", count)
        if task_aware is None:
            aware = own if self._description.scenario == "task" else [None] * count
        else:
            aware = self._fractions(task_aware, "task_aware", count)
        row: Dict[str, Any] = {"accuracy": own, "taskAware": aware}
        if named is not None:
            row["tasks"] = named
        self._end_task(row, _costs(memory_bytes, flops), samples, None)

    def checkpoint(self, save: Save) -> None:
        """Keeps all that is needed to go on from here: `save(path)` writes one file. A stop calls it once more."""
        folder = self._open
        if self._is_training:
            task, step = self._task, self._step
        else:
            task, step = self._next, 0
        self._tell_loss()
        self._tell_metrics()
        save_checkpoint(folder, save, task, step)
        self._save = save

    # ---- inside

    def _end_task(
        self,
        row: Dict[str, Any],
        costs: Dict[str, float],
        samples: Optional[int],
        confusion: Optional[Dict[str, Any]],
    ) -> None:
        used = {} if samples is None else {"samples": whole(samples, "samples", 1)}
        self._tell_loss()
        self._tell_metrics()
        task = self._task
        if self._step != self._steps[task] and self._step > 0:
            self._steps[task] = self._step
            self._open.write("plan", {"task": task, "step": self._step, "steps": self._step})
        if self._views:
            method = self._description.method
            self._open.write("mechanism", {"task": task, "method": method, "views": self._views})
        if confusion:
            self._open.write("confusion", confusion)
        spent = time.perf_counter() - self._task_began
        seconds = {**self._seconds, "train": max(0.0, spent - sum(self._seconds.values()))}
        self._open.write("task-end", {"task": task, **row, **used, **costs, "seconds": seconds})
        self._views = []
        self._is_training = False
        self._next = task + 1

    def _measure(self, test: Test, tasks: range, learned: int) -> List[TaskAnswers]:
        if not callable(test):
            raise Mistake(f"{shown(test)} is no function: expected one that gives the answers on a task")
        measured = []
        for task in tasks:
            answers = test(task)
            if answers is not None:
                measured.append(answers_of(answers, task, learned, self._outputs))
        return measured

    def _row(self, measured: Sequence[TaskAnswers]) -> Dict[str, Any]:
        tasks = [one.task for one in measured]
        row: Dict[str, Any] = {
            "accuracy": [one.accuracy for one in measured],
            "taskAware": [one.task_aware for one in measured],
        }
        return row if tasks == list(range(len(self._tasks))) else {**row, "tasks": tasks}

    def _write_point(self, measured: Sequence[TaskAnswers]) -> None:
        if not measured:
            return
        self._tell_loss()
        row = self._row(measured)
        if row.get("tasks") == list(range(self._task + 1)):
            del row["tasks"]
        samples = min(one.examples for one in measured)
        self._open.write("eval", {"task": self._task, "step": self._step, **row, "samples": samples})
        self._last_point = self._step

    def _named(self, tasks: Optional[Sequence[int]]) -> Optional[List[int]]:
        if tasks is None:
            return None
        named = [whole(task, "a task of tasks") for task in tasks]
        if named != sorted(set(named)) or not named or named[-1] >= len(self._tasks) or named[0] > self._task:
            raise Mistake(
                f"tasks is {named}: expected rising numbers from 0 to {len(self._tasks) - 1}, one learned among them"
            )
        return named

    def _fractions(self, given: Numbers, what: str, count: int) -> List[Optional[float]]:
        if isinstance(given, (str, bytes, dict)) or not hasattr(given, "__iter__"):
            raise Mistake(f"{what} is {shown(given)}: expected a list with a fraction for each task")
        found = [fraction(value, f"{what}[{place}]") for place, value in enumerate(given)]
        if len(found) != count:
            raise Mistake(f"{what} has {len(found)} values: expected {count}, one for each task (tasks=[…] names others)")
        return found

    def _need_training(self, call: str) -> None:
        _ = self._open
        if not self._is_training:
            raise Mistake(f"{call} belongs to a task: expected {self._expected()} before it")

    def _expected(self) -> str:
        count = len(self._tasks)
        return f"run.task({self._next})" if self._next < count else f"no more than the {count} tasks that were told"

    def _tell_metrics(self) -> None:
        if not self._metrics:
            return
        values, self._metrics = self._metrics, {}
        self._open.write("metrics", {"task": self._task, "step": self._step, "values": values})

    def _tell_loss(self) -> None:
        if self._loss.count == 0:
            return
        # Begun anew before anything is read: what cannot be told now must not wait for the end.
        losses, self._loss = self._loss, _Mean()
        accuracies, self._online = self._online, _Mean()
        loss = losses.mean("the loss")
        if not math.isfinite(loss):
            raise Diverged(f"the loss is {loss} after step {self._step} of task {self._task}")
        more = {}
        if accuracies.count > 0:
            more["accuracy"] = fraction(accuracies.mean("the accuracy of steps"), "the accuracy of steps")
        self._told = time.perf_counter()
        self._open.write("step", {"task": self._task, "step": self._step, "loss": loss, **more})

    def _tell_rest(self) -> Optional[Exception]:
        """Tells what waits. Returns what is wrong with it in place of raising: the end is told whatever waits."""
        found: Optional[Exception] = None
        for tell in (self._tell_loss, self._tell_metrics):
            try:
                tell()
            except Exception as error:
                found = found or error
        return found

    def _spend(self, part: str, began: float) -> None:
        self._seconds[part] = self._seconds.get(part, 0.0) + time.perf_counter() - began

    # ---- stop

    def _look(self) -> None:
        """Looks at whether the run is to stop, or is another process's by now."""
        self._looked = time.perf_counter()
        if not self._open.is_ours():
            raise Superseded
        if not (self._stop_signal or self._open.stop_asked):
            return
        if self._save:
            self.checkpoint(self._save)
        raise Stopped

    def _listen(self) -> None:
        """SIGTERM asks for a stop, unless the program has an answer of its own. Only a main thread may listen."""
        is_main = threading.current_thread() is threading.main_thread()
        if is_main and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            self._former_handler = signal.signal(signal.SIGTERM, self._take_signal)

    def _take_signal(self, *_: Any) -> None:
        self._stop_signal = True

    def _unlisten(self) -> None:
        if self._former_handler is not None:
            signal.signal(signal.SIGTERM, self._former_handler)
            self._former_handler = None


class _Mean:
    """A mean whose terms stay where they are, on a GPU say, until it is asked for."""

    def __init__(self) -> None:
        self._sum: Any = 0.0
        self.count = 0

    def add(self, value: Any, what: str, weight: int) -> None:
        term = _term(value, what)
        self._sum = self._sum + (term if weight == 1 else term * weight)
        self.count += weight

    def mean(self, what: str) -> float:
        return float(number(self._sum, what)) / self.count


def _costs(memory_bytes: Optional[int], flops: Optional[float]) -> Dict[str, float]:
    """What a row says of them: nothing of what is not known."""
    costs: Dict[str, float] = {}
    if memory_bytes is not None:
        costs["memoryBytes"] = whole(memory_bytes, "memory_bytes")
    if flops is not None:
        costs["flops"] = finite(flops, "flops")
        if costs["flops"] < 0:
            raise Mistake(f"flops is {shown(flops)}: expected a number of at least 0")
    return costs


def _term(value: Any, what: str) -> Any:
    """A number, or a tensor of one element without its graph: how many it has is known without reading it."""
    if not hasattr(value, "detach"):
        return number(value, what)
    elements = value.numel() if hasattr(value, "numel") else 1
    if elements != 1:
        raise Mistake(f"{what} is a tensor of {elements} elements: expected one number, a mean perhaps")
    return value.detach()


class _Rate:
    """Lets a burst pass, and then as many in a second as `step` events."""

    BURST = 100.0

    def __init__(self) -> None:
        self._left = self.BURST
        self._at = time.perf_counter()

    def allows(self) -> bool:
        now = time.perf_counter()
        self._left = min(self.BURST, self._left + (now - self._at) / THROTTLE)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


def _metric(value: Any, name: str) -> Optional[float]:
    found = None if value is None else number(value, f'the metric "{name}"')
    return found if found is not None and math.isfinite(found) else None


def _end_of(error: Optional[BaseException]) -> "tuple[str, str]":
    """Status of a run by what ended it, and what to say of it."""
    if error is None:
        return "done", ""
    if isinstance(error, (KeyboardInterrupt, Stopped)) or (isinstance(error, SystemExit) and not error.code):
        return "stopped", ""
    if isinstance(error, SystemExit) and isinstance(error.__context__, KeyboardInterrupt):
        return "stopped", ""  # some frameworks make an exit of an interrupt
    return "failed", f"{type(error).__name__}: {error}"


def _planned(steps: Union[int, Sequence[int], None], tasks: int) -> List[int]:
    if steps is None or isinstance(steps, int):
        return [whole(steps or 0, "steps")] * tasks
    found = [whole(count, "steps") for count in steps]
    if len(found) != tasks:
        raise Mistake(f"steps has {len(found)} values: expected one for each of {tasks} tasks")
    return found


def _data(given: Any) -> Dict[str, str]:
    if not isinstance(given, Mapping):
        raise Mistake(f"data is {shown(given)}: expected the SHA-256 of each file by its name")
    return {text(name, "the name of a file of data"): text(sha256, f"data[{name!r}]") for name, sha256 in given.items()}


def _backend() -> Dict[str, str]:
    torch = sys.modules.get("torch")
    version = getattr(torch, "__version__", None)
    return {"name": "torch", "version": str(version)} if version else {"name": "python", "version": platform.python_version()}


def _versions() -> Dict[str, str]:
    loaded = {name: getattr(sys.modules.get(name), "__version__", None) for name in ("torch", "numpy", "avalanche")}
    return {"python": platform.python_version(), **{name: str(found) for name, found in loaded.items() if found}}
