"""Runs of a store, whoever trained them, as objects and tables."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, Optional, Sequence, Set, Union, overload

from .errors import Mistake, meant
from .events import Event
from .folder import runs_folder, workspace_of
from .log import Log, read_log
from .manifest import read_manifest
from .measures import MEASURES, OF_BOUNDS, BoundFacts, Entry, Matrix, Row, RunFacts, measures_of
from .repetitions import counted_of
from .statistics import mean, paired_permutation_test, standard_deviation
from .tensorboard import scalars_of, write_scalars
from .variants import Variant, variant_named, variants_of


#: Keys of the variants that others are compared with.
BOUNDS = ("none", "joint", "cumulative")


class Table(List[Dict[str, Any]]):
    """Rows with the same columns."""

    def to_pandas(self) -> Any:
        """A pandas.DataFrame. Needs pandas."""
        import pandas  # type: ignore[import-untyped,unused-ignore]

        return pandas.DataFrame(list(self))


class LoadedRun:
    """One run as its folder tells it."""

    def __init__(self, path: Path, manifest: Dict[str, Any], log: Log) -> None:
        self.path = path
        self.manifest = manifest
        self.log = log
        self.id: str = manifest["id"]
        #: lethe, program or command.
        self.trainer: str = manifest["trainer"]
        self.experiment: str = manifest["experiment"]["name"]
        self.key: str = manifest["variant"]["key"]
        self.label: str = manifest["variant"]["label"]
        self.hash: str = manifest["variant"]["hash"]
        self.seed: int = manifest["seed"]

    def __repr__(self) -> str:
        return f"<{self.label}, seed {self.seed}: {self.status}>"

    @property
    def status(self) -> str:
        """done, stopped or failed; else "open": it is running, or its process is gone without a word."""
        return self.log.status or "open"

    @property
    def backend(self) -> str:
        """Name of the backend that it used last; before it has started, of the one that was asked for."""
        return self.log.backend or str(self.manifest.get("backend", "auto"))

    @property
    def tasks(self) -> List[Dict[str, Any]]:
        return self.log.started["tasks"] if self.log.started else []

    @cached_property
    def matrix(self) -> List[Row]:
        """`matrix[i][j]`: accuracy on task j after task i. NaN where it is not defined, None where it was not measured."""
        return [_dense(row, "accuracy", len(self.tasks)) for row in self._rows]

    @cached_property
    def task_aware(self) -> List[Row]:
        """The same among the outputs of each task alone."""
        return [_dense(row, "taskAware", len(self.tasks)) for row in self._rows]

    @cached_property
    def baseline(self) -> Row:
        """Accuracies of the untrained network; empty where they are not known."""
        found = list(self.log.of("baseline"))
        return _dense(found[-1], "accuracy", len(self.tasks)) if found else []

    @cached_property
    def measures(self) -> Dict[str, float]:
        """Measures by name, those that need no other run: fractions, bytes, seconds, steps. NaN where one is not defined.

        Of a run that is not over they are of what it has learned so far. One that says it is done without its whole
        results has none but its seconds.
        """
        found = measures_of(self._facts())
        if self.status == "done" and not self.is_whole:
            return {name: value if name == "seconds" else math.nan for name, value in found.items()}
        return found

    @property
    def is_whole(self) -> bool:
        """Whether it is done, with one result for each of its tasks, on those learned by then or on those that it names: only
        then it counts in a comparison."""
        learned = [row["task"] for row in self._rows]
        return (
            self.status == "done"
            and learned == list(range(len(self.tasks)))
            and bool(learned)
            and all(map(_has_learned, self._rows))
        )

    @cached_property
    def _rows(self) -> List[Event]:
        return sorted(self.log.of("task-end"), key=lambda row: row["task"])

    def _facts(self) -> RunFacts:
        rows, count = self._rows, len(self.tasks)
        areas = [_dense(row, "rocAuc", count) for row in rows] if any("rocAuc" in row for row in rows) else []
        return RunFacts(self.matrix, self.task_aware, areas, self.baseline, rows, self.log)

    def evaluations(self) -> Iterator[Dict[str, Any]]:
        """Every accuracy that was measured: a row for each test of each task."""
        for event in self.log.events:
            if event["type"] not in ("baseline", "eval", "task-end"):
                continue
            accuracy, aware = event["accuracy"], event["taskAware"]
            for place, task in enumerate(event.get("tasks", range(max(len(accuracy), len(aware))))):
                yield {
                    **self._names(),
                    "kind": event["type"],
                    "after_task": event.get("task"),
                    "step": event.get("step"),
                    "task": task,
                    "accuracy": _number(accuracy[place] if place < len(accuracy) else None),
                    "task_aware": _number(aware[place] if place < len(aware) else None),
                }

    def metrics(self) -> Iterator[Dict[str, Any]]:
        """Numbers of the program's own: a row for each."""
        for event in self.log.of("metrics"):
            for name, value in event["values"].items():
                place = {"task": event["task"], "step": event["step"]}
                yield {**self._names(), **place, "metric": name, "value": _number(value)}

    def result(self) -> Dict[str, Any]:
        """The run in one row: what it is of, and its measures."""
        return {
            **self._names(),
            "run": self.id,
            "status": self.status,
            "backend": self.backend,
            **self.measures,
        }

    def to_tensorboard(self, folder: Union[str, os.PathLike[str]]) -> str:
        """Writes an event file of TensorBoard into a folder of the run's name in `folder`, and returns its path.

        Another time it is written anew.
        """
        own = Path(folder) / self.id
        own.mkdir(parents=True, exist_ok=True)
        file = own / f"events.out.tfevents.{round(self.manifest['created'] / 1000)}.lethe"
        write_scalars(file, list(scalars_of(self.log)))
        return str(file)

    def _names(self) -> Dict[str, Any]:
        return {"experiment": self.experiment, "key": self.key, "label": self.label, "seed": self.seed}


#: Of each bound that there is its runs, by seed.
Bounds = Dict[str, Dict[int, LoadedRun]]


@dataclass(frozen=True)
class PairedComparison:
    """How far one variant is from another, seed by seed."""

    measure: str
    seeds: List[int]
    #: Of each seed the first less the second.
    differences: List[float]
    mean: float
    standard_deviation: float
    #: p of the exact paired permutation test; NaN for fewer than two pairs.
    p: float


class Runs(Sequence[LoadedRun]):
    """Some runs, in the order they were created."""

    def __init__(self, runs: Sequence[LoadedRun], among: Optional[Sequence[LoadedRun]] = None) -> None:
        """`among`: all that were loaded with them, where bounds are looked for."""
        self._runs = list(runs)
        self._among = self._runs if among is None else among

    def __len__(self) -> int:
        return len(self._runs)

    @overload
    def __getitem__(self, place: int) -> LoadedRun: ...

    @overload
    def __getitem__(self, place: slice) -> Runs: ...

    def __getitem__(self, place: Union[int, slice]) -> Union[LoadedRun, Runs]:
        return Runs(self._runs[place], self._among) if isinstance(place, slice) else self._runs[place]

    def of(
        self, experiment: Optional[str] = None, key: Optional[str] = None, trainer: Optional[str] = None
    ) -> Runs:
        """Those of an experiment, of a trainer ("lethe", "program" or "command"), and of a variant.

        `key`: its key, or else its label. As in Lethe's tables a variant has the newest settings of its trainer and key.

        @raises Mistake where several variants of one experiment have this label or, of several trainers, this key
        """
        chosen = [run for run in self if experiment in (None, run.experiment) and trainer in (None, run.trainer)]
        if key is None:
            return Runs(chosen, self._among)
        variants = _variants_by_experiment(chosen)
        named = {name: variant_named(key, known, name) for name, known in variants.items()}
        hashes = {name: variant.hash for name, variant in named.items() if variant}
        return Runs([run for run in chosen if hashes.get(run.experiment) == run.hash], self._among)

    def results(self) -> Table:
        """A row for each run, with all measures.

        Those that compare a run with bounds are of the bounds of its experiment and seed, among all runs that were loaded.
        """
        bounds = {name: self._bounds(name) for name in {run.experiment for run in self}}
        return Table({**run.result(), **_beside(run, bounds[run.experiment])} for run in self)

    def evaluations(self) -> Table:
        """A row for each accuracy that was measured, of all runs."""
        return Table(row for run in self for row in run.evaluations())

    def metrics(self) -> Table:
        """A row for each number that programs logged under names of their own."""
        return Table(row for run in self for row in run.metrics())

    def to_pandas(self) -> Any:
        """The long table of all evaluations as a pandas.DataFrame."""
        return self.evaluations().to_pandas()

    def to_tensorboard(self, folder: Union[str, os.PathLike[str]]) -> List[str]:
        """Event files of TensorBoard, each in a folder of its run's name: `tensorboard --logdir FOLDER` shows them."""
        return [run.to_tensorboard(folder) for run in self]

    def compare(self, first: str, second: str, measure: str = "accuracy") -> PairedComparison:
        """Two variants of one experiment, by key or label as in `of`, on the seeds that both have finished.

        Of several runs with the same settings and seed counts the one on the backend that has most of the experiment, of these
        the newest: as in Lethe's tables.

        @raises Mistake where a name is unknown or stands for several, or where several experiments have both
        """
        if measure in OF_BOUNDS:
            raise Mistake(f'"{measure}" compares with the bounds already: runs.results() has it')
        if measure not in MEASURES:
            raise Mistake(f'there is no measure "{measure}": {meant(measure, MEASURES)}')
        experiment = self._experiment_with(first, second)
        counted = self._counted(experiment)
        own, other = (_by_seed(self.of(experiment, name), counted, measure) for name in (first, second))
        seeds = sorted(seed for seed in own if seed in other)
        a, b = [own[seed] for seed in seeds], [other[seed] for seed in seeds]
        differences = [x - y for x, y in zip(a, b)]
        p = paired_permutation_test(a, b) if len(seeds) > 1 else math.nan
        # Sorted, so that the order of the seeds cannot change even the last bit.
        ordered = sorted(differences)
        return PairedComparison(measure, seeds, differences, mean(ordered), standard_deviation(ordered), p)

    def _experiment_with(self, *names: str) -> str:
        """The only one that has all these variants."""
        variants = _variants_by_experiment(self)
        having = []
        for name in names:
            found = {of for of, known in variants.items() if any(name in (one.key, one.label) for one in known)}
            if not found:
                keys = sorted({one.key for known in variants.values() for one in known})
                raise Mistake(f'there is no variant "{name}": {meant(name, keys)}')
            having.append(found)
        several = sorted(set.intersection(*having))
        both = " and ".join(f'"{name}"' for name in names)
        if not several:
            raise Mistake(f"no experiment has both {both}: only runs of one experiment are compared")
        if len(several) > 1:
            listed = ", ".join(f'"{name}"' for name in several)
            raise Mistake(f"{both} are in several experiments, {listed}: choose one, as in runs.of({several[0]!r}).compare(…)")
        return several[0]

    def _bounds(self, experiment: str) -> Bounds:
        """The runs of each bound that count, by seed: of several trainers those of the one that had the bound first."""
        loaded = Runs(self._among).of(experiment)
        hashes = {one.key: one.hash for one in reversed(variants_of(loaded)) if one.key in BOUNDS}
        counted = loaded._counted(experiment)
        return {
            key: {run.seed: run for run in loaded if run.id in counted and run.hash == hash}
            for key, hash in hashes.items()
        }

    def _counted(self, experiment: str) -> Set[str]:
        """Ids of the runs of an experiment that count: with whole results, of the newest settings of each variant."""
        own = self.of(experiment)
        newest = {variant.hash for variant in variants_of(own)}
        return {run.id for run in counted_of(run for run in own if run.is_whole and run.hash in newest)}


def load(folder: Union[str, os.PathLike[str], None] = None) -> Runs:
    """The runs of a workspace folder, whoever trained them. A folder that is no run is passed over."""
    runs = runs_folder(workspace_of(folder))
    found = []
    for path in runs.iterdir() if runs.is_dir() else ():
        if path.name.startswith("."):
            continue
        manifest = read_manifest(path)
        if manifest is None:
            continue
        try:
            log = read_log(path / "events.jsonl")
        except OSError:
            continue
        found.append((manifest["created"], manifest["id"], LoadedRun(path, manifest, log)))
    return Runs([run for _, _, run in sorted(found, key=lambda one: one[:2])])


def _dense(row: Event, kind: str, count: int) -> List[Entry]:
    """Index = task, of so many; None for those that a row says it left out."""
    values = [_number(value) for value in row.get(kind, [])]
    tasks = row.get("tasks")
    if tasks is None:
        return list(values)
    dense: List[Entry] = [None] * count
    for task, value in zip(tasks, values):
        if task < count:
            dense[task] = value
    return dense


def _beside(run: LoadedRun, bounds: Bounds) -> Dict[str, float]:
    """The measures of a run that compare it with the bounds of its seed."""
    if not run.is_whole:
        return dict.fromkeys(OF_BOUNDS, math.nan)
    none, joint, cumulative = (bounds.get(key, {}).get(run.seed) for key in BOUNDS)
    # Of what another program calls by the name of one of Lethe's methods it is not known that it must be told the task.
    needs_the_task = run.trainer == "lethe" and math.isnan(run.measures["accuracy"])
    measure = "task_aware_accuracy" if needs_the_task else "accuracy"
    own, lower, upper = (one.measures[measure] if one else math.nan for one in (run, none, joint))
    reference: Matrix = cumulative.matrix if cumulative else [joint.matrix[-1]] * len(run.matrix) if joint else []
    facts = BoundFacts(run.matrix, reference, own, lower, upper)
    return {name: of(facts) for name, of in OF_BOUNDS.items()}


def _has_learned(row: Event) -> bool:
    """Whether a row has accuracies on all tasks learned until then, or on those that it names, one of them learned."""
    if "tasks" in row:
        return bool(row["tasks"]) and bool(row["tasks"][0] <= row["task"])
    return bool(min(len(row["accuracy"]), len(row["taskAware"])) > row["task"])


def _variants_by_experiment(runs: Iterable[LoadedRun]) -> Dict[str, List[Variant]]:
    by_experiment: Dict[str, List[LoadedRun]] = {}
    for run in runs:
        by_experiment.setdefault(run.experiment, []).append(run)
    return {experiment: variants_of(own) for experiment, own in by_experiment.items()}


def _by_seed(runs: Iterable[LoadedRun], counted: Set[str], measure: str) -> Dict[int, float]:
    values = {run.seed: run.measures[measure] for run in runs if run.id in counted}
    return {seed: value for seed, value in values.items() if math.isfinite(value)}


def _number(value: Optional[float]) -> float:
    return math.nan if value is None else float(value)
