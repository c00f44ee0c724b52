"""Runs a command and writes what it took to a file, as JSON: measured.py FILE COMMAND…

    wall      seconds from its start to its end
    cpu       seconds of user and system time, its descendants' included
    peak      largest resident memory of any single process of them, in bytes

It ends with the command's exit code. Descendants that outlive the command (runs of a queue do) are waited for;
`wall` does not count that.
"""

import ctypes
import json
import os
import resource
import subprocess
import sys
import time

PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans():
    """Makes the processes that a descendant leaves behind children of this one, where the system can do that."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def wait_for_orphans():
    try:
        while True:
            os.wait()
    except ChildProcessError:
        pass


def main():
    file, *command = sys.argv[1:]
    adopt_orphans()
    start = time.perf_counter()
    status = subprocess.call(command)
    wall = time.perf_counter() - start
    wait_for_orphans()
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    unit = 1 if sys.platform == "darwin" else 1024
    result = {
        "wall": wall,
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak": usage.ru_maxrss * unit,
    }
    with open(file, "w", encoding="utf-8") as out:
        json.dump(result, out)
    sys.exit(status)


main()
