"""Which process this is, told from every other, and whether such a one still lives."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, Mapping, Optional


def identity() -> Dict[str, Any]:
    """`process` of process.json: of this process."""
    found: Dict[str, Any] = {**this_machine(), "pid": os.getpid()}
    start = _start_time(os.getpid())
    return {**found, "startTime": start} if start else found


def this_machine() -> Dict[str, str]:
    host = {"host": socket.gethostname()}
    if sys.platform != "linux":
        return host
    machine = _text("/etc/machine-id")
    digest = hashlib.sha256(f"lethe {machine}".encode()).hexdigest()[:16] if machine else None
    more = {"machine": digest, "boot": _text("/proc/sys/kernel/random/boot_id"), "pidSpace": _link("/proc/self/ns/pid")}
    return {**host, **{name: value for name, value in more.items() if value}}


def is_gone(process: Mapping[str, Any]) -> bool:
    """Whether a process is known to be gone. False where it lives, and where that cannot be seen from here."""
    here = this_machine()
    if process.get("boot") != here.get("boot"):
        same = process.get("machine") is not None and process.get("machine") == here.get("machine")
        return same and "boot" in here and process.get("boot") is not None and process.get("host") == here["host"]
    place = "pidSpace" if "boot" in here else "host"
    if process.get(place) != here.get(place):
        return False
    pid = process.get("pid")
    if not isinstance(pid, int) or not _may_exist(pid):
        return isinstance(pid, int)
    start = process.get("startTime")
    return start is not None and _start_time(pid) != start


def _may_exist(pid: int) -> bool:
    if os.name == "nt":
        return True  # a signal would end it there
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _start_time(pid: int) -> Optional[str]:
    """When a process began, as the system writes it; None for one that only waits to be reaped, or where it is not told."""
    if sys.platform == "linux":
        stat = _text(f"/proc/{pid}/stat")
        # The command's name in parentheses may hold anything: fields count from its end.
        fields = stat[stat.rindex(")") + 2 :].split(" ") if stat else []
        return fields[19] if len(fields) > 19 and fields[0] not in ("Z", "X") else None
    if os.name == "nt":
        return None
    asked = subprocess.run(["ps", "-o", "state=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, *start = asked.stdout.split()[:6] or [""]
    return " ".join(start) if start and not state.startswith("Z") else None


def _text(file: str) -> Optional[str]:
    try:
        return Path(file).read_text(encoding="utf-8", errors="replace").strip() or None
    except OSError:
        return None


def _link(file: str) -> Optional[str]:
    try:
        return os.readlink(file)
    except OSError:
        return None


def peak_memory() -> Optional[int]:
    """Largest resident memory of this process, in bytes."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
