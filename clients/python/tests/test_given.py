"""A program that Lethe has started: what `lethe.run()` finds, writes, and refuses."""

import json
import os
import struct
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

SOURCE = Path(__file__).resolve().parent.parent / "src"
sys.path.insert(0, str(SOURCE))

import lethe  # noqa: E402

STREAM = {
    "lethe": 1,
    "seed": 7,
    "scenario": "class",
    "datasets": [{"name": "toy", "classes": 4, "train": 8, "test": 4}],
    "data": {"toy.bin": "ab" * 32},
    "shape": [2, 2, 1],
    "outputs": 4,
    "tasks": [
        {
            "name": "first",
            "classes": [2, 0],
            "units": [0, 1],
            "train": {"first": 3, "count": 4},
            "test": [0, 3],
            "steps": 2,
            "view": [3, -1, 1, 0],
        },
        {"name": "second", "classes": [1, 3], "units": [2, 3], "train": [5], "validation": [1], "test": [1], "steps": 3},
    ],
}


class WithGivenRun(unittest.TestCase):
    def setUp(self):
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        self.folder = Path(kept.name) / "a-run"
        self.folder.mkdir()
        self.write("run.json", self.manifest())
        self.write("stream.json", STREAM)
        self.write("process.json", {"token": "t1", "at": 1, "process": {}})
        self.environment = {
            "LETHE_RUN": str(self.folder),
            "LETHE_TOKEN": "t1",
            "LETHE_DATA": json.dumps({"toy": "/data/toy"}),
        }

    def manifest(self):
        return {
            "lethe": 2,
            "trainer": "command",
            "command": ["python", "train.py"],
            "id": "a-run",
            "created": 1,
            "experiment": {"name": "Toys", "file": "x.lethe.json"},
            "variant": {"key": "mine", "label": "Mine", "hash": "h"},
            "seed": 7,
            "spec": {
                "training": {"batchSize": 2},
                "methods": [{"method": "train", "settings": {"lr": 0.5}}],
            },
        }

    def write(self, name, value):
        (self.folder / name).write_text(json.dumps(value))

    def events(self):
        return [json.loads(line) for line in (self.folder / "events.jsonl").read_text().splitlines()]

    def begun(self, **more):
        with mock.patch.dict(os.environ, self.environment):
            run = lethe.run(**more)
            self.assertNotIn("LETHE_RUN", os.environ)
        return run

    def learn(self, run, tasks):
        for task in tasks:
            run.task(task)
            run.step(1.0)
            run.result([0.5, 0.5])

    def test_says_what_to_train(self):
        run = self.begun()
        self.assertEqual((run.seed, run.scenario, dict(run.settings)), (7, "class", {"lr": 0.5}))
        first, second = run.tasks
        self.assertEqual((first.classes, list(first.train), list(first.test)), ((2, 0), [3, 4, 5, 6], [0, 3]))
        self.assertEqual((first.view, second.view, list(second.validation)), ((3, -1, 1, 0), None, [1]))
        self.assertEqual(run.spec["training"], {"batchSize": 2})
        self.assertEqual(run.stream["shape"], [2, 2, 1])
        self.assertEqual(run.data, {"toy": Path("/data/toy")})

    def test_writes_the_run_that_lethe_made(self):
        process = (self.folder / "process.json").read_text()
        with self.begun() as run:
            self.learn(run, run.remaining())
        started, *_, ended = self.events()
        self.assertEqual((started["type"], started["token"], started["steps"]), ("started", "t1", [2, 3]))
        self.assertEqual(started["data"], STREAM["data"])
        self.assertEqual(started["tasks"][0], {"name": "first", "classes": [2, 0], "train": 4, "test": 2})
        self.assertEqual((ended["status"], ended["token"]), ("done", "t1"))
        self.assertEqual((self.folder / "process.json").read_text(), process)
        self.assertEqual(os.listdir(self.folder.parent), ["a-run"])

    def test_goes_on_where_lethe_says_so(self):
        with self.assertRaises(lethe.Stopped):
            with self.begun() as run:
                self.learn(run, [0])
                run.checkpoint(lambda path: Path(path).write_text("state"))
                self.write("stop", {})
                run.task(1)
        self.assertEqual(self.events()[-1]["status"], "stopped")
        (self.folder / "stop").unlink()
        self.write("process.json", {"token": "t2", "at": 2, "process": {}})
        self.environment.update(LETHE_TOKEN="t2", LETHE_RESUME="1")
        with self.begun() as run:
            self.assertEqual(Path(run.resumed.path).read_text(), "state")
            self.assertEqual(list(run.remaining()), [1])
            self.learn(run, run.remaining())
        self.assertEqual([e["type"] for e in self.events() if e["type"] in ("started", "resumed")], ["started", "resumed"])
        self.assertEqual((self.events()[-1]["status"], self.events()[-1]["token"]), ("done", "t2"))

    def test_leaves_a_run_that_another_process_has(self):
        with self.assertRaises(lethe.Superseded):
            with self.begun() as run:
                self.write("process.json", {"token": "other", "at": 3, "process": {}})
                run.task(0)
        self.assertNotIn("ended", [event["type"] for event in self.events()])

    def test_gives_the_order_of_batches(self):
        with self.assertRaisesRegex(lethe.Mistake, '"batches": true'):
            list(self.begun().batches(0))
        head = b"{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3), }\n"
        content = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head + struct.pack("<6i", *range(6))
        (self.folder / "batches-1.npy").write_bytes(content)
        self.assertEqual(list(self.begun().batches(0)), [[0, 1, 2], [3, 4, 5]])

    def test_refuses_what_the_experiment_file_says(self):
        with self.assertRaisesRegex(lethe.Mistake, "method, seed is given: Lethe has started this program"):
            self.begun(method="x", seed=1)

    def test_names_what_is_wrong_with_the_folder(self):
        self.write("stream.json", {**STREAM, "lethe": 9})
        with self.assertRaisesRegex(lethe.Mistake, "version 9"):
            self.begun()
        (self.folder / "run.json").unlink()
        with self.assertRaisesRegex(lethe.Mistake, "expected the folder of a run"):
            self.begun()


class WithoutLethe(unittest.TestCase):
    def test_needs_to_be_told(self):
        with self.assertRaisesRegex(lethe.Mistake, "method, tasks is missing"):
            lethe.run(experiment="Toys")

    def test_has_no_stream_of_lethe(self):
        with tempfile.TemporaryDirectory() as folder:
            run = lethe.run(experiment="Toys", method="m", tasks=[[0, 1]], folder=folder, settings={"a": 1})
            self.assertEqual((dict(run.settings), run.seed, run.tasks[0].classes), ({"a": 1}, 1, (0, 1)))
            with self.assertRaisesRegex(lethe.Mistake, "only in a program that Lethe has started"):
                _ = run.stream


if __name__ == "__main__":
    unittest.main()
