"""What Mammoth's Logger has written: `logs.pyd`, with a line for each run, a dictionary in the notation of Python."""

from __future__ import annotations

import ast
import os
from pathlib import Path
from typing import Any, Dict, Iterable, List, Optional, Union

from ..errors import Mistake
from ..values import shown
from .finished import Accuracies, accuracy_of, whole_of, write_finished

#: Arguments of Mammoth that are taken for settings where they are there.
SETTINGS = (
    "optimizer", "lr", "optim_wd", "optim_mom", "batch_size", "n_epochs", "n_iters", "buffer_size", "minibatch_size",
    "alpha", "beta", "gamma", "e_lambda", "softmax_temp", "c", "xi",
)  # fmt: skip
#: Of one run, in the file of class-incremental accuracies and in that of task-aware ones.
IDENTITY = "conf_jobnum"


def mammoth(
    file: Union[str, os.PathLike[str]],
    *,
    tasks: Any,
    experiment: str,
    seed: Optional[int] = None,
    settings: Iterable[str] = SETTINGS,
    **description: Any,
) -> List[str]:
    """Makes a run of each line of `results/class-il/DATASET/MODEL/logs.pyd`, and returns their ids.

    Task-aware accuracies are those of the file of the same place under `task-il`, where it is there. `seed`: of lines that
    have none. `settings`: names of the arguments that tell variants apart. Mammoth logs accuracies per task in the
    class-incremental setting only. `description`: as `lethe.run` takes it.
    """
    path = Path(file)
    aware = _aware_of(path)
    names = list(settings)
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        where = f"{path.name}, line {number}"
        logged = _dictionary(line, where)
        own_seed = logged.get("seed") if logged.get("seed") is not None else seed
        if own_seed is None:
            raise Mistake(f"{where} has no seed: give seed=…")
        told = {name: logged[name] for name in names if isinstance(logged.get(name), (bool, int, float, str))}
        found.append(
            write_finished(
                _accuracies(logged, aware.get(logged.get(IDENTITY), {}), where),
                program="mammoth",
                experiment=experiment,
                method=str(logged.get("model", path.parent.name)),
                tasks=tasks,
                seed=whole_of(own_seed, f"{where}: seed"),
                settings=told,
                **description,
            )
        )
    return found


def _aware_of(path: Path) -> Dict[Any, Dict[str, Any]]:
    """The task-aware lines by the run they are of."""
    place = path.resolve().parts
    if len(place) < 4 or place[-4] != "class-il":
        return {}
    other = Path(*place[:-4], "task-il", *place[-3:])
    if not other.is_file():
        return {}
    lines = other.read_text(encoding="utf-8").splitlines()
    logged = [_dictionary(line, f"task-il/{path.name}, line {number}") for number, line in enumerate(lines, 1) if line.strip()]
    return {one[IDENTITY]: one for one in logged if IDENTITY in one}


def _dictionary(line: str, where: str) -> Dict[str, Any]:
    """The dictionary that a line is; of values that are no plain ones (a device, NaN) their text. Nothing is run."""
    try:
        tree = ast.parse(line.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError) as error:
        raise Mistake(f"{where} is {shown(line)}: expected a dictionary, as Mammoth writes it") from error
    if not isinstance(tree, ast.Dict):
        raise Mistake(f"{where} is {shown(line)}: expected a dictionary, as Mammoth writes it")
    return {_value(key): _value(value) for key, value in zip(tree.keys, tree.values) if key is not None}


def _value(node: ast.expr) -> Any:
    # numpy writes np.float64(97.5) for its numbers.
    if isinstance(node, ast.Call) and len(node.args) == 1 and ast.unparse(node.func).startswith("np."):
        node = node.args[0]
    try:
        return ast.literal_eval(node)
    except ValueError:
        return ast.unparse(node)


def _accuracies(logged: Dict[str, Any], aware: Dict[str, Any], where: str) -> Accuracies:
    found = Accuracies()
    after = 0
    while f"accuracy_1_task{after + 1}" in logged:
        tested = 0
        while f"accuracy_{tested + 1}_task{after + 1}" in logged:
            name = f"accuracy_{tested + 1}_task{after + 1}"
            accuracy, told = (accuracy_of(of.get(name), True, f"{where}: {name}") for of in (logged, aware))
            found.add(after, tested, accuracy, told, where)
            tested += 1
        if tested != after + 1:
            raise Mistake(
                f"{where} has accuracies on {tested} tasks in the place of task {after + 1}: expected {after + 1}, as without"
                " tests in the middle of tasks (--eval_epochs)"
            )
        after += 1
    if after == 0:
        raise Mistake(f"{where} has no accuracies per task (accuracy_1_task1, …): Mammoth logs them in the setting class-il only")
    return found
