"""Prints as JSON the results that the client reads of all runs of a workspace folder. NaN is null."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

import lethe  # noqa: E402

results = lethe.load(sys.argv[1]).results()
print(json.dumps([{name: None if value != value else value for name, value in row.items()} for row in results]))
