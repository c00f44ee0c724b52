"""A run folder while its run is written: the manifest once, whole lines of events, and a sign of life."""

from __future__ import annotations

import json
import os
import secrets
import threading
import time
from pathlib import Path
from typing import Any, Dict, Mapping, Optional, Tuple, Union

from .errors import Mistake, Superseded
from .machine import identity

#: Seconds between two signs of life.
HEARTBEAT = 10.0


def now() -> int:
    """Milliseconds since 1970."""
    return round(time.time() * 1000)


def workspace_of(given: Union[str, os.PathLike[str], None]) -> Path:
    """The folder whose store is meant: the given one, or the nearest from here up that has a .lethe or a .git in it."""
    if given is not None:
        return Path(given)
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / ".lethe").exists() or (folder / ".git").exists():
            return folder
    return here


def runs_folder(workspace: Path) -> Path:
    return workspace / ".lethe" / "runs"


def keep_out_of_git(store: Path) -> None:
    """Runs are large and personal: they are not committed by accident. What a store says of it already stays."""
    try:
        with open(store / ".gitignore", "x", encoding="utf-8") as out:
            out.write("*\n")
    except FileExistsError:
        pass


def write_whole(file: Path, content: bytes) -> None:
    """Writes beside the place and renames, so that a file of this name is always whole."""
    draft = file.with_name(f".{file.name}.part")
    with open(draft, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    os.replace(draft, file)


def to_json(value: Any, what: str) -> str:
    try:
        return json.dumps(value, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError) as error:
        raise Mistake(f"{what} cannot be written as JSON: {error}") from error


class RunFolder:
    """The one writer of a run folder."""

    def __init__(self, path: Path, token: Optional[str] = None) -> None:
        """`token`: of the start by which Lethe, which looks after the process, began or resumed the run."""
        self.path = path
        self.token = token or secrets.token_hex(12)
        self._owner = os.getpid()
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._process_file = path / "process.json"
        if token is None:
            write_whole(self._process_file, self._process_text())
        self._mark = self._process_mark()
        #: None once the run is over: its number may be another file's by then.
        self._log: Optional[int] = os.open(path / "events.jsonl", os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
        _end_torn_line(self._log)
        self._beat = threading.Thread(target=self._live, name="lethe heartbeat", daemon=True)
        self._beat.start()

    @classmethod
    def create(cls, workspace: Path, manifest: Mapping[str, Any]) -> RunFolder:
        """A new one, which appears whole."""
        runs = runs_folder(workspace)
        draft = runs / f".{manifest['id']}"
        draft.mkdir(parents=True)
        keep_out_of_git(runs.parent)
        write_whole(draft / "run.json", (json.dumps(manifest, indent=2, allow_nan=False) + "\n").encode())
        path = runs / str(manifest["id"])
        draft.rename(path)
        return cls(path)

    def write(self, kind: str, fields: Mapping[str, Any]) -> None:
        """Appends one event as one line, at once.

        @raises Mistake where the run is over
        @raises Superseded where it is another process's by now
        """
        if os.getpid() != self._owner:
            raise Mistake("a forked process cannot write the run of its parent")
        line = to_json({"type": kind, "at": now(), **fields}, f'the event "{kind}"') + "\n"
        with self._lock:
            if self._log is None:
                raise Mistake("the run is over")
            if not self.is_ours():
                raise Superseded
            rest = line.encode()
            while rest:
                rest = rest[os.write(self._log, rest) :]

    def is_ours(self) -> bool:
        """Whether no other process has taken the run over."""
        mark = self._process_mark()
        if mark is not None and mark == self._mark:
            return True
        try:
            ours = json.loads(self._process_file.read_bytes()).get("token") == self.token
        except (OSError, ValueError, AttributeError):
            return False
        self._mark = mark
        return bool(ours)

    @property
    def stop_asked(self) -> bool:
        return (self.path / "stop").exists()

    def forget_stop(self) -> None:
        """A request that an earlier process has followed."""
        try:
            (self.path / "stop").unlink()
        except FileNotFoundError:
            pass

    @property
    def is_open(self) -> bool:
        return self._log is not None

    def close(self) -> None:
        """Nothing is written any more. A forked process leaves all to its parent, whose thread may hold the lock."""
        if os.getpid() != self._owner:
            return
        self._over.set()
        if self._beat is not threading.current_thread():
            self._beat.join()
        with self._lock:
            log, self._log = self._log, None
        if log is not None:
            os.close(log)

    def _process_text(self) -> bytes:
        content: Dict[str, Any] = {"token": self.token, "at": now(), "process": identity()}
        return json.dumps(content).encode()

    def _process_mark(self) -> Optional[Tuple[int, int, int]]:
        """Tells whether the file is as it was without reading it. A new file may be given the number of a former one."""
        try:
            found = self._process_file.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _live(self) -> None:
        while not self._over.wait(HEARTBEAT):
            with self._lock:
                if not self.is_ours():
                    return
                try:
                    os.utime(self._process_file)
                except OSError:
                    return


def _end_torn_line(log: int) -> None:
    size = os.lseek(log, 0, os.SEEK_END)
    if size == 0:
        return
    os.lseek(log, size - 1, os.SEEK_SET)
    if os.read(log, 1) != b"\n":
        os.write(log, b"\n")
