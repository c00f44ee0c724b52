"""Where nothing else is called `lethe`, the client beside this folder is.

Lethe puts this folder on the PYTHONPATH of the programs that it starts. What is there comes before installed packages, so
this module takes itself away and imports anew, with the client behind them: an installed one is used where there is one.
"""

import importlib
import sys
from pathlib import Path

_here = Path(__file__).resolve().parent
sys.path[:] = [place for place in sys.path if Path(place).resolve() != _here]
sys.path.append(str(_here.parent / "src"))
del sys.modules[__name__]
# Whoever imports this module is given what is in its place when it is through.
importlib.import_module("lethe")
