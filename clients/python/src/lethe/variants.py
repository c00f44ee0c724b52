"""Which runs of an experiment a name stands for: as in Lethe's tables, those with the newest settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Iterable, List, Optional, Protocol, Tuple

from .errors import Mistake


class Named(Protocol):
    """What a run says of its variant."""

    trainer: str
    key: str
    label: str
    hash: str


@dataclass(frozen=True)
class Variant:
    """Runs of an experiment with this hash are its repetitions."""

    trainer: str
    key: str
    label: str
    hash: str


def variants_of(runs: Iterable[Named]) -> List[Variant]:
    """Of each trainer and key the newest settings. `runs`: of one experiment, the oldest first."""
    newest: Dict[Tuple[str, str], Variant] = {}
    for run in runs:
        newest[run.trainer, run.key] = Variant(run.trainer, run.key, run.label, run.hash)
    return list(newest.values())


def variant_named(name: str, variants: Iterable[Variant], experiment: str) -> Optional[Variant]:
    """The one with this key; where no key is so, the one with this label. None where there is none.

    @raises Mistake where there are several. What has the same hash is one variant, whatever its keys
    """
    known = list(variants)
    found = [one for one in known if one.key == name] or [one for one in known if one.label == name]
    if len({one.hash for one in found}) < 2:
        return found[0] if found else None
    if len({one.key for one in found}) == len(found):
        several = ", ".join(f'"{one.key}"' for one in found)
        raise Mistake(f'"{name}" is the label of several variants of "{experiment}": name one by its key, {several}')
    several = ", ".join(sorted({f'"{one.trainer}"' for one in found}))
    raise Mistake(
        f'"{name}" is a variant of several trainers in "{experiment}": take the runs of one first, as in '
        f"runs.of(trainer=…) with {several}"
    )
