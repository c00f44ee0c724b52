"""Which run of a store a program goes on with."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any, Dict, Optional

from .errors import Mistake
from .folder import runs_folder
from .log import read_log
from .machine import is_gone

#: A process that cannot be seen from here counts as lost when its run was silent for so many seconds.
LONGEST_SILENCE = 600


def unfinished_run(workspace: Path, manifest: Dict[str, Any]) -> Optional[Path]:
    """The newest run of the same settings and seed, unless it is done; None where there is none.

    @raises Mistake where its process is still alive, or may be
    """
    newest: Optional[Path] = None
    created = -1.0
    runs = runs_folder(workspace)
    for folder in runs.iterdir() if runs.is_dir() else ():
        found = None if folder.name.startswith(".") else _manifest(folder)
        if found and _is_same(found, manifest) and found.get("created", 0) > created:
            newest, created = folder, found.get("created", 0)
    status = read_log(newest / "events.jsonl").status if newest else "done"
    if newest is None or status == "done":
        return None
    if status is None and not _is_over(newest):
        raise Mistake(f"the run {newest.name} has not ended: stop it before it is resumed")
    return newest


def _manifest(folder: Path) -> Optional[Dict[str, Any]]:
    try:
        found = json.loads((folder / "run.json").read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _is_same(found: Dict[str, Any], asked: Dict[str, Any]) -> bool:
    names = ("trainer", "seed", "experiment")
    same = all(found.get(name) == asked[name] for name in names)
    variant = found.get("variant")
    return same and isinstance(variant, dict) and variant.get("hash") == asked["variant"]["hash"]


def _is_over(folder: Path) -> bool:
    try:
        process = json.loads((folder / "process.json").read_bytes())["process"]
        if is_gone(process):
            return True
    except (OSError, ValueError, KeyError, TypeError):
        pass
    files = (folder / name for name in ("process.json", "events.jsonl"))
    touched = max((file.stat().st_mtime for file in files if file.exists()), default=0)
    return time.time() - touched > LONGEST_SILENCE
