"""Which runs a name stands for, and what of a log is read."""

import json
import math
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

import lethe  # noqa: E402
from lethe.events import event_of  # noqa: E402


class WithStore(unittest.TestCase):
    def setUp(self):
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        self.workspace = kept.name
        self.created = 0

    def store(self, accuracy, key="a", seed=1, experiment="Toys", hash="1", trainer="program", label=None, log=None, backend="python"):
        """A finished run of two tasks with this accuracy on both; each one is newer than the one before."""
        self.created += 1
        folder = Path(self.workspace) / ".lethe" / "runs" / f"run-{self.created}"
        folder.mkdir(parents=True)
        variant = {"key": key, "label": label or key.upper(), "hash": f"{key}{hash}"}
        manifest = {
            "lethe": 2,
            "trainer": trainer,
            "id": folder.name,
            "created": self.created,
            "experiment": {"name": experiment},
            "variant": variant,
            "seed": seed,
            "spec": {"methods": [{"method": key, "settings": {}}]},
        }
        (folder / "run.json").write_text(json.dumps(manifest))
        row = {"type": "task-end", "at": 1, "accuracy": [accuracy] * 2, "taskAware": [None] * 2, "memoryBytes": 0}
        started = {**STARTED, "backend": {"name": backend, "version": "3"}}
        lines = [started, {**row, "task": 0}, {**row, "task": 1}, {"type": "ended", "at": 1, "status": "done"}]
        (folder / "events.jsonl").write_text("".join(json.dumps(line) + "\n" for line in log or lines))
        return folder

    def mean(self, first, second, **of):
        runs = lethe.load(self.workspace)
        return round((runs.of(**of) if of else runs).compare(first, second).mean, 9)


STARTED = {
    "type": "started",
    "at": 1,
    "schema": 1,
    "backend": {"name": "python", "version": "3"},
    "tasks": [{"name": str(task), "classes": [task], "train": 0, "test": 0} for task in range(2)],
    "steps": [0, 0],
}


class Names(WithStore):
    def test_only_the_newest_settings_of_a_key_count(self):
        for seed in (1, 2):
            self.store(0.5, "a", seed)
            self.store(0.1, "b", seed, hash="old")
        self.store(0.4, "b", 1, hash="new")
        found = lethe.load(self.workspace).compare("a", "b")
        self.assertEqual((found.seeds, round(found.mean, 9)), ([1], 0.1))
        self.assertEqual([run.hash for run in lethe.load(self.workspace).of("Toys", "b")], ["bnew"])

    def test_of_several_backends_the_one_with_most_of_the_experiment_counts(self):
        for seed in (1, 2):
            self.store(0.5, "a", seed, backend="native")
            self.store(0.4, "b", seed, backend="native")
        self.store(0.9, "a", 1, backend="wasm")
        self.assertEqual(self.mean("a", "b"), 0.1)
        # Where each has as much of it, the newest run decides.
        for seed, key in ((2, "a"), (1, "b"), (2, "b")):
            self.store(0.9 if key == "a" else 0.1, key, seed, backend="wasm")
        self.assertEqual(self.mean("a", "b"), 0.8)
        self.store(0.6, "a", 1, backend="native")
        self.assertEqual(self.mean("a", "b"), 0.15)
        # What is on no other backend counts all the same.
        self.store(0.8, "c", 1, backend="cpu")
        self.assertEqual(self.mean("c", "a"), 0.2)

    def test_a_run_is_on_the_backend_that_it_used_last(self):
        log = self.store(0.5, "a", backend="wasm") / "events.jsonl"
        resumed = {"type": "resumed", "at": 1, "task": 2, "step": 0}
        for event, backend in ((resumed, "wasm"), ({**resumed, "backend": {"name": "cpu", "version": "1"}}, "cpu")):
            with log.open("a") as file:
                file.write(json.dumps(event) + "\n")
            self.assertEqual([run.backend for run in lethe.load(self.workspace)], [backend])

    def test_runs_of_several_experiments_are_not_mixed(self):
        for experiment, other in (("Toys", 0.4), ("Games", 0.1)):
            self.store(0.5, "a", experiment=experiment)
            self.store(other, "b", experiment=experiment)
        with self.assertRaisesRegex(lethe.Mistake, r'in several experiments, "Games", "Toys": .*runs.of\(\'Games\'\)'):
            self.mean("a", "b")
        self.assertEqual(self.mean("a", "b", experiment="Toys"), 0.1)
        # Another variant that only one of them has leaves no doubt which is meant.
        self.store(0.2, "c", experiment="Games")
        self.assertEqual(self.mean("a", "c"), 0.3)

    def test_variants_of_different_experiments_have_no_difference(self):
        self.store(0.5, "a", experiment="Toys")
        self.store(0.5, "b", experiment="Games")
        with self.assertRaisesRegex(lethe.Mistake, 'no experiment has both "a" and "b"'):
            self.mean("a", "b")

    def test_a_key_comes_before_a_label_and_a_label_of_several_is_refused(self):
        self.store(0.5, "a")
        self.store(0.4, "b", label="Same")
        self.store(0.3, "c", label="Same")
        self.assertEqual(self.mean("A", "b"), 0.1)
        with self.assertRaisesRegex(lethe.Mistake, 'label of several variants of "Toys": name one by its key, "b", "c"'):
            self.mean("a", "Same")
        self.store(0.1, "Same", label="Other")
        self.assertEqual(self.mean("a", "Same"), 0.4)

    def test_a_key_of_several_trainers_is_refused(self):
        self.store(0.5, "a")
        self.store(0.4, "b")
        self.store(0.3, "b", trainer="lethe", hash="lethe")
        self.store(0.5, "a", trainer="lethe")
        with self.assertRaisesRegex(lethe.Mistake, r'several trainers in "Toys".*"lethe", "program"'):
            self.mean("a", "b")
        self.assertEqual(self.mean("a", "b", trainer="program"), 0.1)
        self.assertEqual(self.mean("a", "b", trainer="lethe"), 0.2)

    def test_a_name_that_nothing_has(self):
        self.store(0.5, "replay")
        with self.assertRaisesRegex(lethe.Mistake, 'no variant "replya": did you mean "replay"'):
            self.mean("replay", "replya")


class Logs(WithStore):
    def load(self, *lines):
        self.store(0, log=[STARTED, *lines])
        return lethe.load(self.workspace)

    def test_events_with_wrong_fields_are_passed_over_and_counted(self):
        row = {"type": "task-end", "at": 1, "task": 0, "accuracy": [0.5, 0.5], "taskAware": [0.5, 0.5], "memoryBytes": 1}
        without = {name: value for name, value in row.items() if name != "accuracy"}
        (run,) = runs = self.load(
            row,
            without,
            {**row, "accuracy": [93, 12]},
            {**row, "accuracy": "0.5"},
            {**row, "memoryBytes": None},
            {**row, "tasks": [1, 0]},
            {**row, "tasks": [-1, 0]},
            {**row, "task": True},
            {"type": "metrics", "at": 1, "task": 0, "step": 1, "values": [1]},
            {"type": "checkpoint", "at": 1},
            {"type": "resumed", "at": 1, "task": "0", "step": 0},
            {"type": "ended", "at": 1, "status": "finished"},
        )
        self.assertEqual((run.log.unreadable, run.status, run.matrix), (11, "open", [[0.5, 0.5]]))
        self.assertEqual([result["accuracy"] for result in runs.results()], [0.5])
        self.assertEqual((len(runs.evaluations()), runs.metrics()), (2, []))

    def test_tasks_beyond_the_stream_are_left_out(self):
        row = {"type": "task-end", "at": 1, "accuracy": [0.5, 0.7], "taskAware": [None, None], "memoryBytes": 0}
        (run,) = runs = self.load({**row, "task": 0, "tasks": [0, 7]})
        self.assertEqual((run.log.unreadable, run.matrix), (0, [[0.5, None]]))
        self.assertEqual(runs.results()[0]["accuracy"], 0.5)

    def test_lists_of_different_lengths_can_be_read(self):
        row = {"type": "task-end", "at": 1, "task": 0, "accuracy": [0.5, 0.7], "taskAware": [0.5], "memoryBytes": 0}
        (first, second) = self.load(row).evaluations()
        self.assertEqual((first["task_aware"], second["accuracy"]), (0.5, 0.7))
        self.assertTrue(math.isnan(second["task_aware"]))

    def test_a_run_with_a_short_row_does_not_count(self):
        row = {"type": "task-end", "at": 1, "taskAware": [0.5, 0.5], "memoryBytes": 0}
        ended = {"type": "ended", "at": 1, "status": "done"}
        rows = [{**row, "task": task, "accuracy": [0.5]} for task in range(2)]
        (run,) = self.load(*rows, ended)
        self.assertEqual((run.status, run.is_whole), ("done", False))

    def test_a_manifest_that_cannot_be_used_is_passed_over(self):
        self.store(0.5, "a")
        broken = self.store(0.5, "b") / "run.json"
        manifest = json.loads(broken.read_text())
        for change in ({"created": "today"}, {"seed": "1"}, {"variant": {"key": "b"}}, {"trainer": None}):
            with self.subTest(change):
                broken.write_text(json.dumps({**manifest, **change}))
                self.assertEqual([run.key for run in lethe.load(self.workspace)], ["a"])

    def test_what_python_reads_and_json_does_not_have(self):
        for line in (b'{"type":"step","at":1,"task":0,"step":1,"loss":NaN}', b'{"type":"step","at":1e999}', b"[" * 10**5):
            with self.subTest(line[:40]), self.assertRaises(ValueError):
                event_of(line)
        whole = event_of(b'{"type":"step","at":1,"task":0.0,"step":1,"loss":2}')
        self.assertIsInstance(whole["task"], int)
        self.assertEqual(event_of(b'{"type":"new kind"}'), {"type": "new kind"})


ROW = {"type": "task-end", "at": 1, "memoryBytes": 0}
ENDED = {"type": "ended", "at": 1, "status": "done", "seconds": 2.5}


class Measures(WithStore):
    def test_bounds_are_those_of_experiment_and_seed_among_all_that_were_loaded(self):
        for key, accuracy in (("none", 0.2), ("joint", 0.8), ("a", 0.5)):
            self.store(accuracy, key)
        self.store(0.5, "a", seed=2)
        self.store(0.5, "a", experiment="Games")
        runs = lethe.load(self.workspace)
        found = {(row["experiment"], row["key"], row["seed"]): row for row in runs.results()}
        for key, gap in (("none", 0), ("joint", 1), ("a", 0.5)):
            self.assertAlmostEqual(found["Toys", key, 1]["gap_closed"], gap)
        row = found["Toys", "a", 1]
        self.assertEqual([round(row[name], 9) for name in ("intransigence", "omega_all", "omega_base")], [0.3, 0.625, 0.625])
        self.assertTrue(math.isnan(found["Toys", "a", 2]["gap_closed"]))
        self.assertTrue(math.isnan(found["Games", "a", 1]["gap_closed"]))
        for part in (runs.of("Toys", "a"), runs.of("Toys", trainer="program")[2:3]):
            self.assertEqual(part.results()[0]["gap_closed"], row["gap_closed"])
        with self.assertRaisesRegex(lethe.Mistake, '"gap_closed" compares with the bounds already'):
            runs.of("Toys").compare("a", "none", "gap_closed")

    def test_cumulative_training_is_the_reference_where_there_is_some(self):
        for key, accuracy in (("joint", 0.8), ("cumulative", 0.6), ("a", 0.5)):
            self.store(accuracy, key)
        (row,) = lethe.load(self.workspace).of("Toys", "a").results()
        self.assertAlmostEqual(row["intransigence"], 0.1)

    def test_the_task_aware_accuracy_stands_for_the_other_in_runs_of_lethe_alone(self):
        def log(accuracy, aware):
            rows = [{**ROW, "task": task, "accuracy": [accuracy] * 2, "taskAware": [aware] * 2} for task in range(2)]
            return [STARTED, *rows, ENDED]

        for key, accuracy, aware in (("none", 0.2, 0.6), ("joint", 0.8, 0.9)):
            self.store(0, key, trainer="lethe", log=log(accuracy, aware))
        self.store(0, "packnet", trainer="lethe", log=log(None, 0.75))
        self.store(0, "packnet", hash="other", log=log(None, 0.75))
        gaps = {row["run"]: row["gap_closed"] for row in lethe.load(self.workspace).results()}
        self.assertAlmostEqual(gaps["run-3"], 0.5)
        self.assertTrue(math.isnan(gaps["run-4"]))

    def test_a_part_of_a_result_is_none(self):
        self.store(0, log=[STARTED, {**ROW, "task": 0, "accuracy": [0.5, 0.5], "taskAware": [0.5, 0.5]}, ENDED])
        (row,) = lethe.load(self.workspace).results()
        named = {name for name, value in row.items() if isinstance(value, (int, float)) and not math.isnan(value)}
        self.assertEqual(named, {"seed", "seconds"})

    def test_a_run_that_is_not_over_has_the_measures_of_what_it_has_learned(self):
        confusion = {"type": "confusion", "at": 1, "among": "all", "examples": [10, 10], "ownTask": [8, 6], "right": [4, 6]}
        row = {**ROW, "task": 0, "accuracy": [0.4, 0.6], "taskAware": [None, None], "memoryBytes": 7}
        self.store(0, log=[STARTED, {**confusion, "task": 0}, row])
        # The counts of its next row are there, and the row is not.
        self.store(0, log=[STARTED, {**confusion, "task": 0}, row, {**confusion, "task": 1}])
        (first, second) = lethe.load(self.workspace)
        self.assertEqual([first.measures[name] for name in ("accuracy", "memory_bytes", "task_inference")], [0.4, 7, 0.8])
        self.assertEqual(first.measures["class_within_task"], 0.5)
        self.assertTrue(math.isnan(second.measures["task_inference"]))

    def test_measures_of_curves(self):
        def point(task, step, *accuracy):
            return {"type": "eval", "at": 1, "task": task, "step": step, "samples": 10, "accuracy": accuracy, "taskAware": accuracy}

        rows = [{**ROW, "task": task, "accuracy": [0.5, 0.5], "taskAware": [0.5, 0.5]} for task in range(2)]
        early = [point(0, 100, 0.5, 0), point(0, 200, 0.8, 0)]
        # It falls from 0.8 to 0.4, and is back at 0.76 = 95 % of it.
        late = [point(1, 50, 0.4, 0.2), point(1, 120, 0.3, 0.5), point(1, 150, 0.7, 0.6), point(1, 200, 0.76, 0.7)]
        self.store(0, log=[STARTED, *early, rows[0], *late, rows[1], ENDED])
        (run,) = lethe.load(self.workspace)
        area = 100 * 0.5 + 100 * 0.8 + 50 * 0.3 + 70 * 0.4 + 30 * 0.65 + 50 * 0.73
        expected = {
            "anytime_accuracy": area / 400,
            "minimum_accuracy": 0.3,
            "worst_case_accuracy": 0.5 / 2 + 0.3 / 2,
            "windowed_forgetting": 0.5 / 2,
            "windowed_plasticity": (0.46 + 0.5) / 2,
            "stability_gap": 0.4,
            "recovery_steps": 200,
        }
        self.assertEqual({name: round(run.measures[name], 9) for name in expected}, {n: round(v, 9) for n, v in expected.items()})
        self.assertTrue(math.isnan(run.measures["learning_curve_area"]))


if __name__ == "__main__":
    unittest.main()
