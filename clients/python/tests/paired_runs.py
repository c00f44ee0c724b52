"""Writes two variants with seven seeds each, then prints as JSON what the client itself reads of them. NaN is null."""

import json
import math
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

import lethe  # noqa: E402
from lethe.measures import MEASURES  # noqa: E402

TASKS = [[0, 1], [2, 3, 4], [5], [6, 7]]
SEEDS = range(1, 8)


def answers(chance, keep, learned, holes):
    """Logits that are right the more often the newer a task is; one task is left out where there are `holes`."""

    def test(task):
        if holes and task == 0 and learned == 2:
            return None
        labels = [chance.choice(TASKS[task]) for _ in range(37)]
        skill = 0.1 if task > learned else keep ** (learned - task)
        logits = []
        for label in labels:
            row = [chance.random() for _ in range(8)]
            row[label] += skill
            logits.append(row)
        return logits, labels

    return test


def main(workspace):
    for method, keep in (("forgets", 0.5), ("keeps", 0.9)):
        for seed in SEEDS:
            chance = random.Random(f"{method} {seed}")
            with lethe.run(
                experiment="Pairs", method=method, seed=seed, tasks=TASKS, steps=5, folder=workspace
            ) as run:
                run.baseline(answers(chance, keep, -1, False))
                for task in run.remaining():
                    run.task(task)
                    for step in range(5):
                        run.step(1 / (step + 1))
                        run.log(rate=0.1 / (step + 1))
                        run.point(answers(chance, keep, task, False))
                    if task == 1:
                        run.mechanism("memory", "Examples", policy="reservoir", count=3, examples={"index": [4, 5, 6]})
                    run.evaluate(answers(chance, keep, task, seed == 7), memory_bytes=100 * task)
    runs = lethe.load(workspace)
    pairs = {measure: vars(runs.compare("keeps", "forgets", measure)) for measure in MEASURES}
    print(json.dumps(without_nan(pairs)))


def without_nan(value):
    if isinstance(value, dict):
        return {name: without_nan(item) for name, item in value.items()}
    if isinstance(value, list):
        return [without_nan(item) for item in value]
    return None if isinstance(value, float) and math.isnan(value) else value


main(sys.argv[1])
