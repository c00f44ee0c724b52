"""run.json: what is trained, in the program's own words."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional

from . import shapes
from .errors import Mistake
from .folder import now
from .tasks import Task
from .values import shown, text, whole

#: Version of run.json that is written.
FORMAT = 2
LONGEST_KEY = 60

#: Whether what was read is a manifest, as far as anything is taken from it here.
is_manifest = shapes.fields(
    {
        "id": shapes.text,
        "trainer": shapes.one_of("lethe", "program", "command"),
        "created": shapes.number(),
        "experiment": shapes.fields({"name": shapes.text}),
        "variant": shapes.fields({"key": shapes.text, "label": shapes.text, "hash": shapes.text}),
        "seed": shapes.whole(0),
    }
)


def read_manifest(folder: Path) -> Optional[Dict[str, Any]]:
    """That of a run folder; None where it has none that can be used."""
    try:
        found = json.loads((folder / "run.json").read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return found if is_manifest(found) else None


@dataclass
class Description:
    """What a run is of. `stream`, `network`, `training`, `evaluation` and `settings` take any keys with any values."""

    experiment: str
    method: str
    seed: int
    tasks: List[Task]
    scenario: str
    label: Optional[str] = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    stream: Mapping[str, Any] = field(default_factory=dict)
    network: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    evaluation: Mapping[str, Any] = field(default_factory=dict)
    program: Optional[str] = None
    implements: Optional[str] = None

    def spec(self) -> Dict[str, Any]:
        return {
            "stream": {"tasks": len(self.tasks), "scenario": self.scenario, **self.stream},
            "network": dict(self.network),
            "training": dict(self.training),
            "evaluation": dict(self.evaluation),
            "methods": [{"method": self.method, "settings": dict(self.settings)}],
        }

    def manifest(self) -> Dict[str, Any]:
        text(self.experiment, "experiment")
        text(self.method, "method")
        whole(self.seed, "seed")
        for name in ("settings", "stream", "network", "training", "evaluation"):
            if not isinstance(getattr(self, name), Mapping):
                raise Mistake(f"{name} is {shown(getattr(self, name))}: expected names with values, as in {{'lr': 0.1}}")
        spec = self.spec()
        label = text(self.label or self.method, "label")
        key = _key(self.label or self.method, {} if self.label else self.settings)
        program = text(self.program, "program") if self.program else os.path.basename(sys.argv[0] if sys.argv else "") or "python"
        variant = {"key": key, "label": label, "hash": digest({"spec": spec, "tasks": _described(self.tasks)})}
        if self.implements is not None:
            variant["implements"] = text(self.implements, "implements")
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
        return {
            "lethe": FORMAT,
            "trainer": "program",
            "program": program,
            "id": f"{stamp}-{key}-seed{self.seed}-{os.urandom(2).hex()}",
            "created": now(),
            "experiment": {"name": self.experiment},
            "variant": variant,
            "seed": int(self.seed),
            "spec": spec,
        }


def _described(tasks: List[Task]) -> List[Dict[str, Any]]:
    return [task.described() for task in tasks]


def digest(value: Any) -> str:
    """SHA-256 of a value as JSON with sorted keys: equal settings give equal ones."""
    try:
        canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise Mistake(f"settings cannot be written as JSON: {error}") from error
    return hashlib.sha256(canonical.encode()).hexdigest()


def _key(label: str, settings: Mapping[str, Any]) -> str:
    """Names the variant in its experiment: other settings of one method are another variant, unless a label says not."""
    plain = re.sub(r"[^a-z0-9]+", "-", label.lower()).strip("-")[:LONGEST_KEY] or digest(label)[:8]
    return f"{plain}-{digest(dict(settings))[:6]}" if settings else plain
