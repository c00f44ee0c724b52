"""Checkpoints of a program: files of its own that the log names, from which a run goes on."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Optional

from .errors import Mistake
from .folder import RunFolder
from .log import Log

LATEST = "checkpoints/latest.bin"
PREVIOUS = "checkpoints/previous.bin"

#: Writes a file at the path that it is given.
Save = Callable[[str], Any]


@dataclass(frozen=True)
class Checkpoint:
    """Where a run goes on: `step` steps of `task` are done. `path`: the file that was saved then."""

    task: int
    step: int
    path: str


def save_checkpoint(folder: RunFolder, save: Save, task: int, step: int) -> None:
    """Writes one beside its place and through to the disk, says so in the log, and only then puts it there."""
    latest, previous = folder.path / LATEST, folder.path / PREVIOUS
    part = latest.with_name(latest.name + ".part")
    part.parent.mkdir(exist_ok=True)
    save(str(part))
    if not part.is_file():
        raise Mistake(f"a checkpoint was not saved: expected a file at the path that the function is given, {part.name}")
    with open(part, "rb+") as file:
        os.fsync(file.fileno())
    folder.write("checkpoint", {"task": task, "step": step, "file": LATEST, "sha256": _sha256(part)})
    if latest.exists():
        os.replace(latest, previous)
    os.replace(part, latest)


def newest_checkpoint(folder: Path, log: Log) -> Optional[Checkpoint]:
    """The newest that the log names, that still holds, and whose file is whole."""
    files = [folder / name for name in (LATEST, PREVIOUS)]
    found = {_sha256(file): file for file in reversed([*files, files[0].with_name(files[0].name + ".part")]) if file.is_file()}
    for event in reversed(log.checkpoints):
        file = found.get(event.get("sha256", ""))
        if file:
            return Checkpoint(event["task"], event["step"], str(file))
    return None


def _sha256(file: Path) -> str:
    found = hashlib.sha256()
    with open(file, "rb") as content:
        for block in iter(lambda: content.read(1 << 20), b""):
            found.update(block)
    return found.hexdigest()
