"""Prints as JSON of each line of a file whether the client reads it as an event."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from lethe.events import event_of  # noqa: E402


def is_readable(line):
    try:
        event_of(line)
        return True
    except ValueError:
        return False


print(json.dumps([is_readable(line) for line in Path(sys.argv[1]).read_bytes().split(b"\n")]))
