"""The plain PyTorch loop of docs/python.md, as it stands there."""

import re
import unittest
from importlib.util import find_spec
from pathlib import Path

from test_run import WithWorkspace

import lethe

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "python.md"
MISSING = None if find_spec("torch") else "torch is not installed"


@unittest.skipIf(MISSING, MISSING)
class PlainLoop(WithWorkspace):
    def test_it_runs_as_it_stands_in_the_documentation(self):
        import torch

        [code] = re.findall(r"### A plain loop\n\n```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
        torch.manual_seed(1)
        tasks = [[0, 1], [2, 3]]

        def loader(classes, count):
            labels = torch.tensor(classes).repeat(count)
            inputs = torch.nn.functional.one_hot(labels, 6) + 0.1 * torch.randn(len(labels), 6)
            return torch.utils.data.DataLoader(torch.utils.data.TensorDataset(inputs, labels), batch_size=10)

        names = {
            "model": torch.nn.Linear(6, 4),
            "tasks": tasks,
            "train_loaders": [loader(classes, 200) for classes in tasks],
            "test_loaders": [loader(classes, 7) for classes in tasks],
        }
        exec(code.replace('method="none"', f'method="none", folder={self.workspace!r}'), names)
        [run] = lethe.load(self.workspace)
        self.assertEqual((run.status, run.log.unreadable), ("done", 0))
        # Each task is learned, and of the old one only the class-incremental answers are lost.
        self.assertEqual((run.matrix[0][0], run.matrix[1][1], run.task_aware[1][0]), (1.0, 1.0, 1.0))
        self.assertEqual([event["steps"] for event in run.log.of("task-start")], [40, 40])


if __name__ == "__main__":
    unittest.main()
