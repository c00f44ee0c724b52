"""What Lethe hands to a program that it has started: the run folder, with the settings and the stream as data."""

from __future__ import annotations

import ast
import json
import os
from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, MutableMapping, Optional, Sequence, Tuple

from . import shapes
from .errors import Mistake
from .manifest import read_manifest
from .tasks import Task

#: Version of `stream.json` that is read.
STREAM_FORMAT = 1

VARIABLES = ("LETHE_RUN", "LETHE_TOKEN", "LETHE_DATA", "LETHE_RESUME")


@dataclass(frozen=True)
class StreamTask:
    """One task of the stream. Examples are indices into the files of the data, counted from 0."""

    name: str
    #: Classes of the data, in the order of the task's outputs.
    classes: Tuple[int, ...]
    train: Sequence[int]
    test: Sequence[int]
    #: Those to validate with, where the training asks for that; else none.
    validation: Sequence[int]
    #: Training steps that the settings come to.
    steps: int
    #: The output that each class has in Lethe's own networks.
    units: Tuple[int, ...]
    #: Which value of an image stands at each input, −1 for a 0; None: as they lie.
    view: Optional[Tuple[int, ...]]

    def described(self) -> Task:
        return Task(self.classes, self.name, len(self.train), len(self.test))


@dataclass(frozen=True)
class GivenRun:
    """A run that Lethe has made."""

    folder: Path
    token: str
    #: Whether the run has a checkpoint to go on from.
    resume: bool
    manifest: Mapping[str, Any]
    #: `stream.json`.
    stream: Mapping[str, Any]
    tasks: List[StreamTask]
    #: Of each data set the folder with its files.
    data: Dict[str, Path]

    @property
    def spec(self) -> Mapping[str, Any]:
        return dict(self.manifest["spec"])

    @property
    def method(self) -> Mapping[str, Any]:
        return dict(self.spec["methods"][0])

    def batches(self, task: int) -> Iterator[List[int]]:
        """Of each step of a task the indices of its training examples."""
        file = self.folder / f"batches-{task + 1}.npy"
        try:
            content = file.read_bytes()
        except FileNotFoundError:
            raise Mistake('the run has no order of batches: say "batches": true in the experiment file') from None
        return _rows(content)


def take_given(environment: MutableMapping[str, str] = os.environ) -> Optional[GivenRun]:
    """The run that this program was started for; None where Lethe has not started it.

    It is taken: neither a second run of the program nor a process that it starts takes it for its own.
    """
    found = {name: environment.pop(name, "") for name in VARIABLES}
    if not found["LETHE_RUN"]:
        return None
    folder = Path(found["LETHE_RUN"])
    manifest = read_manifest(folder)
    if manifest is None or not _has_methods(manifest.get("spec")):
        raise Mistake(f"LETHE_RUN is {folder}: expected the folder of a run that Lethe has made")
    try:
        stream = json.loads((folder / "stream.json").read_bytes())
        data = json.loads(found["LETHE_DATA"] or "{}")
    except (OSError, ValueError) as error:
        raise Mistake(f"the stream of the run cannot be read: {error}") from error
    if stream.get("lethe") != STREAM_FORMAT:
        raise Mistake(f"stream.json is of version {stream.get('lethe')}: this client reads version {STREAM_FORMAT}")
    return GivenRun(
        folder=folder,
        token=found["LETHE_TOKEN"],
        resume=found["LETHE_RESUME"] == "1",
        manifest=manifest,
        stream=stream,
        tasks=[_task(task) for task in stream["tasks"]],
        data={name: Path(place) for name, place in data.items()},
    )


_is_spec = shapes.fields({"methods": lambda value: isinstance(value, list) and len(value) > 0})


def _has_methods(spec: Any) -> bool:
    return bool(_is_spec(spec)) and all(isinstance(one, dict) and "method" in one for one in spec["methods"])


def _task(found: Mapping[str, Any]) -> StreamTask:
    view = found.get("view")
    return StreamTask(
        name=str(found["name"]),
        classes=tuple(found["classes"]),
        train=_indices(found["train"]),
        test=_indices(found["test"]),
        validation=_indices(found.get("validation", [])),
        steps=int(found["steps"]),
        units=tuple(found["units"]),
        view=None if view is None else tuple(view),
    )


def _indices(found: Any) -> Sequence[int]:
    if isinstance(found, dict):
        return range(found["first"], found["first"] + found["count"])
    return list(found)


def _rows(content: bytes) -> Iterator[List[int]]:
    """Rows of an array of 32-bit integers as NumPy writes it (version 1.0)."""
    start = 10 + int.from_bytes(content[8:10], "little")
    steps, size = ast.literal_eval(content[10:start].decode("latin1"))["shape"]
    numbers = array("i")
    numbers.frombytes(content[start : start + 4 * steps * size])
    for step in range(steps):
        yield list(numbers[step * size : (step + 1) * size])
