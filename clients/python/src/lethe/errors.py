"""What a run may end with besides the program's own errors."""

from __future__ import annotations

import difflib
import functools
import inspect
from typing import Any, Callable, Iterable, TypeVar, cast

Call = TypeVar("Call", bound=Callable[..., Any])


class Mistake(ValueError):
    """A call that would write what nobody can read: says what was given and what is expected."""


class Diverged(ArithmeticError):
    """A loss that is not finite. It ends the run as failed, as the protocol asks."""


class Stopped(SystemExit):
    """Lethe, or a signal, asked the run to stop. Not caught, it ends the program with the exit code of the protocol: 3."""

    def __init__(self) -> None:
        super().__init__(3)


class Superseded(SystemExit):
    """Another process has taken the run over, or its folder is gone: nothing more is written. Exit code 4."""

    def __init__(self) -> None:
        super().__init__(4)


def meant(word: str, known: Iterable[str]) -> str:
    """The end of a message on a name that is not known: what is probably meant, or else all that there is."""
    names = list(known)
    close = difflib.get_close_matches(word, names, n=1)
    return f'did you mean "{close[0]}"?' if close else f"known are {', '.join(names)}"


def named_arguments(function: Call) -> Call:
    """Refuses arguments that the function does not have, and says what is probably meant."""
    known = [name for name in inspect.signature(function).parameters if name != "self"]

    @functools.wraps(function)
    def checked(*args: Any, **values: Any) -> Any:
        for name in values:
            if name not in known:
                raise Mistake(f'{function.__name__} has no argument "{name}": {meant(name, known)}')
        return function(*args, **values)

    return cast(Call, checked)
