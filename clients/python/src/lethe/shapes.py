"""Says of values that were read as JSON whether they have the shape that is expected. What is to be written, `values` checks."""

from __future__ import annotations

import sys
from typing import Any, Callable, Dict, Mapping, Optional

Check = Callable[[Any], bool]
#: Of an object whose fields are as expected: what no single field shows.
Rule = Callable[[Dict[str, Any]], bool]

#: Largest whole number that every reader of JSON takes for what it is.
LARGEST_WHOLE = 2**53 - 1


def number(least: float = -sys.float_info.max, most: float = sys.float_info.max) -> Check:
    return lambda value: isinstance(value, (int, float)) and not isinstance(value, bool) and least <= value <= most


def whole(least: int = -LARGEST_WHOLE) -> Check:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and least <= value <= LARGEST_WHOLE


def text(value: Any) -> bool:
    return isinstance(value, str)


def one_of(*choices: str) -> Check:
    return lambda value: isinstance(value, str) and value in choices


def or_null(check: Check) -> Check:
    return lambda value: value is None or check(value)


def list_of(check: Check, least: int = 0, most: Optional[int] = None) -> Check:
    def checked(value: Any) -> bool:
        return (
            isinstance(value, list)
            and least <= len(value)
            and (most is None or len(value) <= most)
            and all(map(check, value))
        )

    return checked


def by_name(check: Check) -> Check:
    return lambda value: isinstance(value, dict) and all(map(check, value.values()))


def fields(required: Mapping[str, Check], optional: Optional[Mapping[str, Check]] = None, *rules: Rule) -> Check:
    more = optional or {}

    def checked(value: Any) -> bool:
        return (
            isinstance(value, dict)
            and all(name in value and check(value[name]) for name, check in required.items())
            and all(name not in value or check(value[name]) for name, check in more.items())
            and all(rule(value) for rule in rules)
        )

    return checked
