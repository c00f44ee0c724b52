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
from .manifest import read_manifest

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
        found = None if folder.name.startswith(".") else read_manifest(folder)
        if found and _is_same(found, manifest) and found["created"] > created:
            newest, created = folder, found["created"]
    status = read_log(newest / "events.jsonl").status if newest else "done"
    if newest is None or status == "done":
        return None
    if status is None and not _is_over(newest):
        raise Mistake(f"the run {newest.name} has not ended: stop it before it is resumed")
    return newest


def _is_same(found: Dict[str, Any], asked: Dict[str, Any]) -> bool:
    same = all(found[name] == asked[name] for name in ("trainer", "seed", "experiment"))
    return same and bool(found["variant"]["hash"] == asked["variant"]["hash"])


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
