"""Views of a method's inside: the kinds of the event `mechanism`, with what each must have."""

from __future__ import annotations

import base64
import binascii
import math
from typing import Any, Callable, Dict, List, Mapping, Optional

from .errors import Mistake, meant
from .values import finite, known_fields, shown, text, whole

LONGEST_TITLE = 120
LONGEST_NAME = 80
MOST_VIEWS = 64
MOST_ROWS = 512
MOST_CELLS = 256
MOST_TASKS = 1000
#: Images in a row, and bytes of all images of one event.
MOST_IMAGES = 64
MOST_IMAGE_BYTES = 100_000
#: Numbers and texts in all views of one event.
MOST_VALUES = 20_000

Check = Callable[[Any, str], Any]


def _name(value: Any, what: str) -> str:
    return text(value, what, LONGEST_NAME)


def _count(value: Any, what: str) -> int:
    return whole(value, what)


def _at_least_one(value: Any, what: str) -> int:
    return whole(value, what, 1)


def _positive(value: Any, what: str) -> float:
    found = finite(value, what)
    if found <= 0:
        raise Mistake(f"{what} is {found}: expected more than 0")
    return found


def _share(value: Any, what: str) -> float:
    found = finite(value, what)
    if not 0 <= found <= 1:
        raise Mistake(f"{what} is {found}: expected a share from 0 to 1")
    return found


def _or_none(check: Check) -> Check:
    return lambda value, what: None if value is None else check(value, what)


def _one_of(*choices: str) -> Check:
    def check(value: Any, what: str) -> str:
        if value not in choices:
            raise Mistake(f"{what} is {shown(value)}: {meant(str(value), choices)}")
        return str(value)

    return check


def _side(value: Any, what: str) -> int:
    found = whole(value, what, 1)
    if found > 256:
        raise Mistake(f"{what} is {found}: expected at most 256 pixels")
    return found


def _channels(value: Any, what: str) -> int:
    found = whole(value, what, 1)
    if found not in (1, 3):
        raise Mistake(f"{what} is {found}: expected 1, grey, or 3, red, green and blue")
    return found


def _image(value: Any, what: str) -> str:
    """Bytes, or what base64 makes of them."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, str):
        try:
            base64.b64decode(value, validate=True)
            return value
        except binascii.Error:
            pass
    raise Mistake(f"{what} is {shown(value)}: expected bytes, or text in base64")


def _list_of(check: Check, most: int, least: int = 0) -> Check:
    def checked(value: Any, what: str) -> List[Any]:
        items = value.tolist() if hasattr(value, "tolist") else value
        if isinstance(items, (str, Mapping)) or not hasattr(items, "__iter__"):
            raise Mistake(f"{what} is {shown(value)}: expected a list")
        found = [check(item, f"{what}[{place}]") for place, item in enumerate(items)]
        if not least <= len(found) <= most:
            raise Mistake(f"{what} has {len(found)} values: expected from {least} to {most}")
        return found

    return checked


def _fields(required: Mapping[str, Check], optional: Optional[Mapping[str, Check]] = None) -> Check:
    checks = {**required, **(optional or {})}

    def checked(value: Any, what: str) -> Dict[str, Any]:
        if not isinstance(value, Mapping):
            raise Mistake(f"{what} is {shown(value)}: expected an object with {', '.join(checks)}")
        known_fields(value, checks, what)
        for name in required:
            if name not in value:
                raise Mistake(f'{what} lacks "{name}"')
        return {name: checks[name](item, f"{what}.{name}") for name, item in value.items()}

    return checked


def _rows(required: Mapping[str, Check], optional: Optional[Mapping[str, Check]] = None, most: int = MOST_ROWS) -> Check:
    return _list_of(_fields(required, optional), most, 1)


_per_task = _list_of(_count, MOST_TASKS)
_column = _list_of(_count, 128)

#: Of each kind the fields that it must have, and those that it may have.
KINDS: Dict[str, Check] = {
    "layers": _fields(
        {"quantity": _name, "unit": _name, "layers": _rows({"name": _name, "value": _or_none(finite)})},
    ),
    "memory": _fields(
        {"policy": _name, "count": _count},
        {
            "capacity": _count,
            "bytes": _count,
            "perClass": _list_of(_count, 1024),
            "perTask": _per_task,
            "ages": _per_task,
            "examples": _fields({"index": _column}, {"task": _column, "label": _column}),
        },
    ),
    "images": _fields(
        {
            "height": _side,
            "width": _side,
            "channels": _channels,
            "rows": _rows(
                {"name": _name, "images": _list_of(_image, MOST_IMAGES, 1)},
                {"captions": _list_of(_name, MOST_IMAGES)},
            ),
        }
    ),
    "capacity": _fields({"unit": _name, "layers": _rows({"name": _name, "free": _count, "perTask": _per_task})}),
    "raster": _fields(
        {
            "unit": _name,
            "perColumn": _positive,
            "duration": _positive,
            "rows": _rows({"name": _name, "neurons": _at_least_one, "spikes": _list_of(_count, MOST_CELLS, 1)}),
        }
    ),
    "distribution": _fields(
        {
            "quantity": _name,
            "unit": _name,
            "scale": _one_of("linear", "log10"),
            "edges": _list_of(finite, MOST_CELLS + 1, 2),
            "parts": _rows(
                {"name": _name, "counts": _list_of(_count, MOST_CELLS), "below": _count, "above": _count},
            ),
        }
    ),
    "angle": _fields(
        {
            "unit": _one_of("degrees", "cosine"),
            "pairs": _rows(
                {
                    "first": _name,
                    "second": _name,
                    "steps": _at_least_one,
                    "mean": finite,
                    "least": finite,
                    "most": finite,
                },
                {"event": _fields({"name": _name, "share": _share})},
            ),
        }
    ),
    "spectrum": _fields(
        {
            "quantity": _name,
            "unit": _name,
            "layers": _rows(
                {"name": _name, "count": _count, "values": _list_of(finite, MOST_CELLS)}, {"kept": _count}
            ),
        }
    ),
    "tree": _fields(
        {
            "quantities": _list_of(_fields({"name": _name, "unit": _name}), 8),
            "nodes": _rows(
                {"label": _name, "parent": _or_none(_count), "values": _list_of(_or_none(finite), 8)}, most=1024
            ),
        }
    ),
}


def view_of(kind: str, title: str, fields: Mapping[str, Any]) -> Dict[str, Any]:
    """A view as the protocol has it, checked."""
    if kind not in KINDS:
        raise Mistake(f"there is no view of the kind {shown(kind)}: {meant(str(kind), KINDS)}")
    checked = KINDS[kind](fields, f'the view "{kind}"')
    for rule, says in _RULES.get(kind, ()):
        if not rule(checked):
            raise Mistake(f'the view "{kind}" {says}')
    return {"kind": kind, "title": text(title, "the title of a view", LONGEST_TITLE), **checked}


def _rising(edges: List[float]) -> bool:
    return all(before < after for before, after in zip(edges, edges[1:]))


def _falls(values: List[float]) -> bool:
    return all(before >= after for before, after in zip(values, values[1:]))


def _columns(view: Mapping[str, Any]) -> int:
    # A whole number of columns may come out a little larger in floating point.
    duration, width = float(view["duration"]), float(view["perColumn"])
    return math.ceil(duration / width - 1e-6)


def _in_range(view: Mapping[str, Any]) -> bool:
    low, high = (0, 180) if view["unit"] == "degrees" else (-1, 1)
    return all(low <= pair[name] <= high for pair in view["pairs"] for name in ("mean", "least", "most"))


def _image_size(view: Mapping[str, Any]) -> int:
    return int(view["height"]) * int(view["width"]) * int(view["channels"])


def image_bytes(views: List[Dict[str, Any]]) -> int:
    """Bytes of all images of some views."""
    return sum(
        _image_size(view) * sum(len(row["images"]) for row in view["rows"]) for view in views if view["kind"] == "images"
    )


#: What no single field shows, with how it is said of a view that breaks it.
_RULES = {
    "memory": [
        (
            lambda view: len({len(column) for column in view.get("examples", {}).values()}) <= 1,
            "has columns of examples of different lengths",
        )
    ],
    "images": [
        (
            lambda view: all(
                len(base64.b64decode(image)) == _image_size(view) for row in view["rows"] for image in row["images"]
            ),
            "has an image of another size than it says",
        ),
        (
            lambda view: all(len(row.get("captions", row["images"])) == len(row["images"]) for row in view["rows"]),
            "needs one caption for each image, or none",
        ),
    ],
    "raster": [
        (
            lambda view: all(len(row["spikes"]) == _columns(view) for row in view["rows"]),
            "has not as many columns as its duration takes",
        )
    ],
    "distribution": [
        (lambda view: _rising(view["edges"]), "has edges that do not rise"),
        (
            lambda view: all(len(part["counts"]) == len(view["edges"]) - 1 for part in view["parts"]),
            "needs one count for each bin, one less than edges",
        ),
    ],
    "angle": [(_in_range, "has angles beyond 0 to 180 degrees, or cosines beyond -1 to 1")],
    "spectrum": [
        (
            lambda view: all(
                max(layer.get("kept", 0), len(layer["values"])) <= layer["count"] for layer in view["layers"]
            ),
            "has more values, or more of them kept, than there are",
        ),
        (
            lambda view: all(_falls(layer["values"]) for layer in view["layers"]),
            "has values that are not in falling order",
        ),
    ],
    "tree": [
        (
            lambda view: all(node["parent"] is None or node["parent"] < i for i, node in enumerate(view["nodes"])),
            "has a node whose parent does not stand before it",
        ),
        (
            lambda view: all(len(node["values"]) == len(view["quantities"]) for node in view["nodes"]),
            "needs one value of each node for each quantity",
        ),
    ],
}


def count_values(value: Any) -> int:
    if isinstance(value, Mapping):
        return sum(count_values(item) for item in value.values())
    if isinstance(value, list):
        return sum(count_values(item) for item in value)
    return 1
