"""Reads the log of a run: which of its events hold, in the order they were written."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterator, List, Optional

from .events import Event, event_of

#: Events of a task that a resumption from before its end makes void.
OF_A_ROW = {"task-end", "mechanism", "confusion", "forgotten"}
#: Events of a step that a resumption from before it makes void.
OF_A_STEP = {"step", "eval", "interference", "validation", "metrics"}


@dataclass
class Log:
    """What holds of a log."""

    started: Optional[Event] = None
    #: Name of the backend that was used last; None where nothing says so.
    backend: Optional[str] = None
    events: List[Event] = field(default_factory=list)
    #: done, stopped or failed; None as long as the log does not say.
    status: Optional[str] = None
    error: Optional[str] = None
    #: Lines that are no events, or whose fields are not as the protocol has them.
    unreadable: int = 0
    #: Checkpoints that hold, the newest last.
    checkpoints: List[Event] = field(default_factory=list)

    def of(self, kind: str) -> Iterator[Event]:
        return (event for event in self.events if event["type"] == kind)

    def take(self, event: Event) -> None:
        kind = event["type"]
        if kind == "started":
            self.started, self.events, self.checkpoints = event, [], []
            self.backend = event["backend"]["name"]
            self.status = self.error = None
            return
        if kind == "resumed":
            self.status = self.error = None
            self.backend = event.get("backend", {}).get("name", self.backend)
            place = (event["task"], event["step"])
            self.events = [one for one in self.events if _holds(one, *place)]
            self.checkpoints = [one for one in self.checkpoints if (one["task"], one["step"]) <= place]
            return
        if kind == "ended":
            self.status, self.error = event["status"], event.get("error")
        if kind == "checkpoint":
            self.checkpoints.append(event)
        self.events.append(event)


def read_log(file: Path) -> Log:
    """Everything that a log says. A last line that is torn counts as unreadable."""
    log = Log()
    try:
        lines = file.read_bytes().split(b"\n")
    except FileNotFoundError:
        return log
    for line in lines:
        if not line.strip():
            continue
        try:
            event = event_of(line)
        except ValueError:
            log.unreadable += 1
            continue
        log.take(event)
    return log


def _holds(event: Event, task: int, step: int) -> bool:
    """Whether an event is from before the place that a run goes on from."""
    if event["type"] in OF_A_ROW:
        return bool(event["task"] < task)
    if event["type"] in OF_A_STEP:
        return bool(event["task"] < task or (event["task"] == task and event["step"] <= step and step > 0))
    return True
