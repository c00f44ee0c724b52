"""Runs as event files of TensorBoard, written without it.

A file is a row of records, each with its length and the masked CRC-32C of both, and a record is the protocol buffer `Event`
with a `Summary` of one number (tensorflow/core/lib/io/record_writer.cc, tensorboard/compat/proto/event.proto).
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Iterator, List, NamedTuple

from .events import Event
from .log import Log

#: Says of a file which version of the records it has; the first record.
FILE_VERSION = "brain.Event:2"
#: The Castagnoli polynomial, its bits in reverse order.
POLYNOMIAL = 0x82F63B78
MASK_DELTA = 0xA282EAD8


class Scalar(NamedTuple):
    """`step`: training steps since the run began. `at`: milliseconds since 1970."""

    tag: str
    step: int
    value: float
    at: float


def write_scalars(file: Path, scalars: List[Scalar]) -> None:
    first = min((scalar.at for scalar in scalars), default=0.0)
    with open(file, "wb") as out:
        out.write(record(_double(1, first / 1000) + _bytes(3, FILE_VERSION.encode())))
        for scalar in scalars:
            value = _bytes(1, scalar.tag.encode()) + _float(2, scalar.value)
            summary = _bytes(1, value)
            out.write(record(_double(1, scalar.at / 1000) + _whole(2, scalar.step) + _bytes(5, summary)))


# ---- what a run has to draw


def scalars_of(log: Log) -> Iterator[Scalar]:
    """Losses, points of the curves, rows of the accuracy matrix and numbers of the program's own. Tasks count from 1, as in views."""
    tasks = log.started["tasks"] if log.started else []
    begins = _begins(log, len(tasks))
    for event in log.events:
        kind, at = event["type"], event["at"]
        task = event.get("task", 0)
        if task >= len(tasks):
            continue
        step = begins[task] + event.get("step", 0)
        if kind == "step":
            yield Scalar("training/loss", step, event["loss"], at)
            if "accuracy" in event:
                yield Scalar("training/accuracy", step, event["accuracy"], at)
        elif kind == "metrics":
            for name, value in event["values"].items():
                if value is not None:
                    yield Scalar(f"metrics/{name}", step, value, at)
        elif kind in ("baseline", "eval"):
            yield from _tested(event, "curve", step, at)
        elif kind == "task-end":
            yield from _tested(event, "after each task", begins[task + 1], at)


def _tested(event: Event, when: str, step: int, at: float) -> Iterator[Scalar]:
    for name, measure in (("accuracy", "accuracy"), ("taskAware", "task-aware accuracy")):
        values = event[name]
        for task, value in zip(event.get("tasks", range(len(values))), values):
            if value is not None:
                yield Scalar(f"{measure}, {when}/task {task + 1}", step, value, at)


def _begins(log: Log, count: int) -> List[int]:
    """Steps that were taken before each task, and before the end: by the newest plan, or by what was taken if that is more."""
    planned = list(log.started["steps"]) if log.started else []
    lengths = (planned + [0] * count)[:count]
    for event in log.events:
        task = event.get("task", count)
        if task < count:
            told = event["steps"] if event["type"] in ("task-start", "plan") else lengths[task]
            lengths[task] = max(told, event.get("step", 0))
    begins = [0]
    for length in lengths:
        begins.append(begins[-1] + length)
    return begins


# ---- protocol buffers: (field number, wire type), then the value


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def _whole(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _double(field: int, value: float) -> bytes:
    return _varint(field << 3 | 1) + struct.pack("<d", value)


def _float(field: int, value: float) -> bytes:
    return _varint(field << 3 | 5) + struct.pack("<f", value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


# ---- records


def _table() -> List[int]:
    found = []
    for byte in range(256):
        rest = byte
        for _ in range(8):
            rest = rest >> 1 ^ (POLYNOMIAL if rest & 1 else 0)
        found.append(rest)
    return found


TABLE = _table()


def crc32c(content: bytes) -> int:
    rest = 0xFFFFFFFF
    for byte in content:
        rest = TABLE[(rest ^ byte) & 0xFF] ^ rest >> 8
    return rest ^ 0xFFFFFFFF


def _masked(content: bytes) -> bytes:
    found = crc32c(content)
    return struct.pack("<I", ((found >> 15 | found << 17) + MASK_DELTA) & 0xFFFFFFFF)


def record(content: bytes) -> bytes:
    length = struct.pack("<Q", len(content))
    return length + _masked(length) + content + _masked(content)
