"""The example LoRA, started as Lethe starts it, on images small in number."""

import json
import os
import struct
import tempfile
import unittest
from importlib.util import find_spec
from pathlib import Path
from unittest import mock

from examples import EXAMPLES, SIDE, write_digits

import lethe

MISSING = None if find_spec("torch") else "torch is not installed"
if not MISSING:
    import lora
    import low_rank
    import torch
    import weights_file

HIDDEN = [12, 8]
TASKS = [[3, 0], [2, 1], [5, 4]]
TRAIN, TEST, BATCH, STEPS = 60, 30, 6, 12
SETTINGS = {"rank": 2, "alpha": 4, "adapters": "own", "orthogonality": 0}


def named(labels, count):
    return [i for i in range(count) if i % 10 in labels]


def array(rows):
    """An array of 32-bit integers as NumPy writes it."""
    head = f"{{'descr': '<i4', 'fortran_order': False, 'shape': ({len(rows)}, {len(rows[0])}), }}\n".encode()
    numbers = [number for row in rows for number in row]
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head + struct.pack(f"<{len(numbers)}i", *numbers)


@unittest.skipIf(MISSING, MISSING)
class LowRankAdapters(unittest.TestCase):
    def adapted(self):
        torch.manual_seed(1)
        network = torch.nn.Sequential(torch.nn.Linear(5, 4), torch.nn.ReLU(), torch.nn.Linear(4, 3))
        inputs = torch.randn(7, 5)
        return network, inputs, network(inputs).detach(), low_rank.adapt(network, lambda name: name == "0")

    def test_training_begins_at_the_network_as_it_is(self):
        network, inputs, before, adapted = self.adapted()
        adapted["0"].add(2, 8, torch.Generator().manual_seed(1))
        low_rank.hear(adapted, [0])
        self.assertTrue(torch.equal(network(inputs), before))
        self.assertIsInstance(network[2], torch.nn.Linear)

    def test_an_adapter_is_an_update_of_the_weight_of_its_rank(self):
        network, inputs, _, adapted = self.adapted()
        layer = adapted["0"]
        layer.add(2, 8, torch.Generator().manual_seed(1))
        torch.nn.init.normal_(layer.adapters[0].b)
        low_rank.hear(adapted, [0])
        update = layer.adapters[0].update().detach()
        self.assertEqual(int(torch.linalg.matrix_rank(update)), 2)
        self.assertTrue(torch.allclose(update, 8 / 2 * layer.adapters[0].b @ layer.adapters[0].a))
        merged = torch.nn.functional.linear(inputs, layer.layer.weight + update, layer.layer.bias).detach()
        self.assertTrue(torch.allclose(layer(inputs), merged, atol=1e-5))
        self.assertAlmostEqual(layer.share(), float(update.norm() / layer.layer.weight.detach().norm()), places=5)

    def test_only_the_newest_adapter_is_trained_and_its_overlap_is_with_all_before(self):
        _, _, _, adapted = self.adapted()
        layer = adapted["0"]
        for place in range(3):
            layer.add(2, 4, torch.Generator().manual_seed(place))
        self.assertEqual([one.a.requires_grad for one in layer.adapters], [False, False, True])
        first, second, newest = (one.a for one in layer.adapters)
        wanted = sum(abs(float((row @ other).detach())) for old in (first, second) for row in old for other in newest)
        self.assertAlmostEqual(float(layer.overlap().detach()), wanted, places=5)


@unittest.skipIf(MISSING, MISSING)
class WeightsOfOnesOwn(unittest.TestCase):
    def setUp(self):
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        self.folder = Path(kept.name)

    def saved(self, sides, name="model.pt"):
        torch.manual_seed(2)
        network = lora.mlp(sides)
        torch.save(network.state_dict(), self.folder / name)
        return network

    def test_a_file_or_its_folder_fills_the_hidden_layers(self):
        saved = self.saved([784, *HIDDEN, 3])
        for place in (self.folder, self.folder / "model.pt"):
            network = lora.mlp([784, *HIDDEN, 10])
            weights_file.load_weights(network[:-1], place)
            self.assertTrue(torch.equal(network[2].weight, saved[2].weight))

    def test_what_is_missing_or_of_another_shape_is_named(self):
        self.saved([784, 9, 10])
        with self.assertRaisesRegex(lethe.Mistake, r"0\.weight of .*model\.pt is \[9, 784\]: expected a tensor \[12, 784\]"):
            weights_file.load_weights(lora.mlp([784, *HIDDEN, 10])[:-1], self.folder)
        torch.save({}, self.folder / "model.pt")
        with self.assertRaisesRegex(lethe.Mistake, r"has no 0\.weight: expected a tensor \[12, 784\]"):
            weights_file.load_weights(lora.mlp([784, *HIDDEN, 10])[:-1], self.folder)
        with self.assertRaisesRegex(lethe.Mistake, "no weights in .*elsewhere"):
            weights_file.load_weights(lora.mlp([784, *HIDDEN, 10])[:-1], self.folder / "elsewhere")

    @unittest.skipIf(find_spec("safetensors") is None, "safetensors is not installed")
    def test_safetensors_are_read(self):
        from safetensors.torch import save_file

        saved = lora.mlp([784, *HIDDEN, 10])
        save_file(saved.state_dict(), self.folder / "model.safetensors")
        network = lora.mlp([784, *HIDDEN, 10])
        weights_file.load_weights(network[:-1], self.folder)
        self.assertTrue(torch.equal(network[0].weight, saved[0].weight))


@unittest.skipIf(MISSING, MISSING)
class Program(unittest.TestCase):
    """Whole runs."""

    def setUp(self):
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        self.workspace = Path(kept.name)
        self.data = self.workspace / "data"
        self.data.mkdir()
        write_digits(self.data, TRAIN, TEST)

    def folder(self, name, settings=SETTINGS, scenario="task"):
        folder = self.workspace / ".lethe" / "runs" / name
        folder.mkdir(parents=True)
        stream = {
            "lethe": 1,
            "seed": 7,
            "scenario": scenario,
            "datasets": [{"name": "mnist", "classes": 10, "train": TRAIN, "test": TEST}],
            "data": {},
            "shape": [SIDE, SIDE, 1],
            "outputs": 10,
            "tasks": [
                {
                    "name": "/".join(map(str, classes)),
                    "classes": classes,
                    "units": classes,
                    "train": named(classes, TRAIN),
                    "test": named(classes, TEST),
                    "steps": STEPS,
                }
                for classes in TASKS
            ],
        }
        manifest = {
            "lethe": 2,
            "trainer": "command",
            "command": ["python3", "lora.py"],
            "id": name,
            "created": 1,
            "experiment": {"name": "Toys", "file": "x.lethe.json"},
            "variant": {"key": "lora", "label": "LoRA", "hash": "h"},
            "seed": 7,
            "spec": {
                "network": {"kind": "mlp", "hidden": HIDDEN},
                "training": {"learningRate": 0.01, "batchSize": BATCH},
                "evaluation": {"points": 2, "samples": 4},
                "methods": [{"method": "lora", "settings": settings}],
            },
        }
        for file, content in (("run.json", manifest), ("stream.json", stream), ("process.json", {"token": "t1"})):
            (folder / file).write_text(json.dumps(content))
        for task, classes in enumerate(TASKS):
            examples = named(classes, TRAIN)
            rows = [[examples[(step * BATCH + i) % len(examples)] for i in range(BATCH)] for step in range(STEPS)]
            (folder / f"batches-{task + 1}.npy").write_bytes(array(rows))
        return folder

    def learn(self, folder, resume=False):
        data = json.dumps({"mnist": str(self.data)})
        given = {"LETHE_RUN": str(folder), "LETHE_TOKEN": "t1", "LETHE_DATA": data, "LETHE_RESUME": "1" if resume else ""}
        with mock.patch.dict(os.environ, given):
            run = lethe.run()
        with run:
            lora.learn(run)

    def events(self, folder, kind):
        events = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
        return [event for event in events if event["type"] == kind]

    def rows(self, folder):
        return [event["accuracy"] for event in self.events(folder, "task-end")]

    def run_with(self, name, **settings):
        folder = self.folder(name, {**SETTINGS, **settings})
        self.learn(folder)
        return folder

    def test_with_adapters_of_its_own_no_task_is_forgotten(self):
        folder = self.run_with("own", rank=4)
        rows = self.rows(folder)
        for task, row in enumerate(rows[1:], 1):
            self.assertEqual(row[:task], rows[task - 1][:task])
        self.assertEqual(rows[-1], [1.0, 1.0, 1.0])
        adapter = 4 * ((784 + 12) + (12 + 8))
        self.assertEqual([e["memoryBytes"] for e in self.events(folder, "task-end")], [0, 4 * adapter, 8 * adapter])
        [_, view, _] = [event["views"][0] for event in self.events(folder, "mechanism")]
        self.assertTrue(all(layer["value"] > 0 for layer in view["layers"]), view)
        self.assertEqual([event["samples"] for event in self.events(folder, "eval")], [4, 4] * 3)

    def test_summed_adapters_change_what_earlier_tasks_are_answered(self):
        learner = lora.Learner({**SETTINGS, "adapters": "sum"}, [784, *HIDDEN, 10], 1, 0.1)
        images, labels = torch.randint(0, 256, (8, 784), dtype=torch.uint8), torch.tensor([3, 0] * 4)
        learner.begin(0)
        before = learner.logits(0, images)
        learner.begin(1)
        self.assertTrue(torch.equal(learner.logits(0, images), before))
        for _ in range(3):
            learner.step(images, labels, [0, 3])
        self.assertFalse(torch.equal(learner.logits(0, images), before))
        self.assertEqual(learner.memory_bytes, 0)

    def test_orthogonality_lessens_the_overlap(self):
        overlaps = []
        for strength in (0, 1.0):
            learner = lora.Learner({**SETTINGS, "adapters": "sum", "orthogonality": strength}, [784, *HIDDEN, 10], 1, 0.001)
            images = torch.randint(0, 256, (8, 784), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))
            for task, classes in enumerate(TASKS):
                learner.begin(task)
                for _ in range(30):
                    learner.step(images, torch.tensor(classes * 4), classes)
            overlaps.append(sum(layer.overlap().item() for layer in learner.hidden.values()))
        self.assertLess(overlaps[1], overlaps[0] / 2)

    def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(self):
        whole = self.run_with("whole", adapters="sum", orthogonality=0.1)
        stopped = self.folder("stopped", {**SETTINGS, "adapters": "sum", "orthogonality": 0.1})
        point = lethe.Run.point

        def stopping(run, test):
            if len(self.events(stopped, "eval")) == 2:
                (stopped / "stop").touch()
            point(run, test)

        with mock.patch.object(lethe.Run, "point", stopping), self.assertRaises(lethe.Stopped):
            self.learn(stopped)
        (stopped / "stop").unlink()
        self.learn(stopped, resume=True)
        resumed = self.events(stopped, "resumed")[0]
        self.assertEqual((resumed["task"], resumed["step"]), (1, 6))
        self.assertEqual(self.rows(stopped), self.rows(whole))
        norms = [self.events(folder, "mechanism")[-1]["views"] for folder in (stopped, whole)]
        self.assertEqual(norms[0], norms[1])

    def test_a_base_of_ones_own_is_not_trained(self):
        base = lora.mlp([784, *HIDDEN, 10])
        torch.save(base.state_dict(), self.workspace / "model.pt")
        learner = lora.Learner({**SETTINGS, "base": str(self.workspace)}, [784, *HIDDEN, 10], 1, 0.01)
        learner.begin(0)
        learner.step(torch.full((2, 784), 9, dtype=torch.uint8), torch.tensor([3, 0]), [3, 0])
        self.assertTrue(torch.equal(learner.hidden["0"].layer.weight, base[0].weight))
        self.assertEqual(len(learner.hidden["0"].adapters), 1)

    def test_other_settings_and_scenarios_are_refused(self):
        with self.assertRaisesRegex(lethe.Mistake, 'expected "own" or "sum"'):
            self.run_with("odd", adapters="merged")
        folder = self.folder("class", scenario="class")
        with self.assertRaisesRegex(lethe.Mistake, 'it has to be "task"'):
            self.learn(folder)
        self.assertEqual(self.events(folder, "ended")[0]["status"], "failed")

    def test_the_experiment_names_all_files_that_the_program_imports(self):
        text = (EXAMPLES / "lora.lethe.json").read_text()
        lines = [line for line in text.splitlines() if not line.strip().startswith("//")]
        entries = [one for one in json.loads("\n".join(lines))["methods"] if "program" in one]
        own = {file.name for file in EXAMPLES.glob("*.py")}
        program = (EXAMPLES / "lora.py").read_text().splitlines()
        imported = {f"{line.split()[1]}.py" for line in program if line.startswith("from ")}
        for entry in entries:
            self.assertEqual(set(entry["files"]), imported & own)


if __name__ == "__main__":
    unittest.main()
