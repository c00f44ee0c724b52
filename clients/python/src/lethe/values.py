"""Checks of single values, with messages that say what was given and what is expected."""

from __future__ import annotations

import math
from typing import Any, Iterable, Mapping, Optional

from .errors import Mistake, meant


def shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def number(value: Any, what: str) -> float:
    """A Python number of a number, or of an array or tensor of one element. May be NaN or infinite."""
    if hasattr(value, "item") and not isinstance(value, (int, float)):
        try:
            value = value.item()
        except (ValueError, RuntimeError) as error:
            raise Mistake(f"{what} is {shown(value)}: expected one number") from error
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Mistake(f"{what} is {shown(value)}: expected a number")
    return value


def finite(value: Any, what: str) -> float:
    found = number(value, what)
    if not math.isfinite(found):
        raise Mistake(f"{what} is {found}: expected a finite number")
    return found


def whole(value: Any, what: str, least: int = 0) -> int:
    found = number(value, what)
    if isinstance(found, float) and not found.is_integer() or found < least:
        raise Mistake(f"{what} is {shown(value)}: expected a whole number of at least {least}")
    return int(found)


def text(value: Any, what: str, longest: Optional[int] = None) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Mistake(f"{what} is {shown(value)}: expected text")
    if longest is not None and len(value.encode("utf-16-le")) // 2 > longest:
        raise Mistake(f"{what} has {len(value)} characters: expected at most {longest}")
    return value


def accuracy(value: Any, what: str) -> Optional[float]:
    """A fraction from 0 to 1; None, or NaN, where it is not defined."""
    if value is None:
        return None
    found = number(value, what)
    if math.isnan(found):
        return None
    if 1 < found <= 100:
        raise Mistake(f"{what} is {found}: expected a fraction from 0 to 1, and this looks like per cent")
    if not 0 <= found <= 1:
        raise Mistake(f"{what} is {found}: expected a fraction from 0 to 1")
    return found


def known_fields(given: Mapping[str, Any], known: Iterable[str], what: str) -> None:
    names = list(known)
    for name in given:
        if name not in names:
            raise Mistake(f'{what} has no field "{name}": {meant(name, names)}')
