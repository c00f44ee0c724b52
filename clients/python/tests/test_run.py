"""What the client writes, and which mistakes it names at the call."""

import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path
from unittest import mock

SOURCE = Path(__file__).resolve().parent.parent / "src"
sys.path.insert(0, str(SOURCE))

import lethe  # noqa: E402

TASKS = [[0, 1], [2, 3]]


class WithWorkspace(unittest.TestCase):
    def setUp(self):
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        self.workspace = kept.name

    def run_of(self, **more):
        given = {"experiment": "Toys", "method": "none", "tasks": TASKS, "folder": self.workspace, **more}
        return lethe.run(**given)

    def events(self, run):
        lines = (Path(run.path) / "events.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

    def kinds(self, run):
        return [event["type"] for event in self.events(run)]


def answers(right):
    """Logits over four classes: of each task the first `right[task]` of ten examples are right, the others taken for 3 or 0."""

    def test(task):
        labels = [TASKS[task][i % 2] for i in range(10)]
        wrong = {0: 3, 1: 0}[task]
        taken = [label if i < right[task] else wrong for i, label in enumerate(labels)]
        return [[float(column == answer) for column in range(4)] for answer in taken], labels

    return test


class Tensor:
    """What the client asks of one. `elements`: how many it says it has."""

    def __init__(self, values, elements=None):
        self.values = values
        self.elements = len(values) if elements is None else elements

    def detach(self):
        return self

    def numel(self):
        return self.elements

    def __radd__(self, other):
        return Tensor([value + other for value in self.values])

    def item(self):
        if len(self.values) > 1:
            raise RuntimeError("a tensor of several elements is no number")
        return self.values[0]


class Writing(WithWorkspace):
    def test_a_run_that_goes_well(self):
        with self.run_of(steps=3, parameters=12) as run:
            run.baseline(answers([5, 5]))
            for task in run.remaining():
                self.assertEqual(run.task(task), 0)
                for _ in range(3):
                    run.step(0.5)
                costs = {"memory_bytes": 7, "flops": 2.5e9} if task == 1 else {"memory_bytes": 0}
                run.evaluate(answers([8, 2 + 4 * task]), **costs)
        self.assertEqual(
            self.kinds(run),
            ["started", "baseline"]
            + ["task-start", "step", "step", "eval", "confusion", "task-end"] * 2
            + ["ended"],
        )
        ignored = Path(self.workspace) / ".lethe" / ".gitignore"
        self.assertEqual(ignored.read_text(encoding="utf-8"), "*\n")
        started, *_, ended = self.events(run)
        self.assertEqual([task["name"] for task in started["tasks"]], ["0, 1", "2, 3"])
        self.assertEqual((started["steps"], started["parameters"]), ([3, 3], 12))
        self.assertEqual(ended["status"], "done")
        rows = [event for event in self.events(run) if event["type"] == "task-end"]
        self.assertEqual([row["accuracy"] for row in rows], [[0.8, 0.2], [0.8, 0.6]])
        self.assertEqual([row["memoryBytes"] for row in rows], [0, 7])
        self.assertEqual([row.get("flops") for row in rows], [None, 2.5e9])

    def test_joint_counts_of_the_class_incremental_scenario(self):
        with self.run_of() as run:
            for task in run.remaining():
                run.task(task)
                run.evaluate(answers([8, 6]))
        first, last = [event for event in self.events(run) if event["type"] == "confusion"]
        self.assertEqual((last["among"], last["examples"], last["right"]), ("all", [10, 10], [8, 6]))
        # Wrong answers of task 0 are class 3, of task 1; those of task 1 are class 0, of task 0.
        self.assertEqual((last["ownTask"], last["newest"]), ([8, 6], [2, 6]))
        self.assertEqual(first["newest"], [8, 4])
        self.assertEqual(sum(last["cells"]["count"]), 20)
        self.assertNotIn("unlisted", last)

    def test_told_the_task_only_its_own_outputs_count(self):
        with self.run_of() as run:
            run.task(0)
            # The largest of all outputs is 3; of those of task 0 it is 1.
            row = run.evaluate(lambda task: ([[0.0, 1.0, 0.5, 2.0]] * 2, TASKS[task]))
            self.assertEqual((row["accuracy"], row["taskAware"]), ([0.0, 0.5], [0.5, 0.5]))
            run.task(1)
            run.evaluate(answers([1, 1]))

    def test_a_head_for_each_task_has_the_classes_of_the_task(self):
        with self.run_of(scenario="task") as run:
            run.task(0)
            row = run.evaluate(lambda task: ([[0.0, 1.0], [1.0, 0.0]], [TASKS[task][1], TASKS[task][1]]))
            self.assertEqual((row["accuracy"], row["taskAware"]), ([0.5, 0.5], [0.5, 0.5]))
            confusion = next(event for event in self.events(run) if event["type"] == "confusion")
            self.assertEqual(confusion["among"], "task")
            self.assertEqual(confusion["cells"]["takenLabel"], [0, 1, 2, 3])
            run.task(1)
            run.evaluate(answers([1, 1]))

    def test_answers_that_were_given_with_the_task_are_task_aware(self):
        with self.run_of(scenario="task") as run:
            run.task(0)
            row = run.evaluate(lambda task: ([TASKS[task][0]] * 2, TASKS[task]))
            self.assertEqual((row["accuracy"], row["taskAware"]), ([0.5, 0.5], [0.5, 0.5]))
            run.task(1)
            run.evaluate(answers([1, 1]))

    def test_tasks_that_share_outputs_count_by_place(self):
        with self.run_of(scenario="domain") as run:
            run.task(0)
            row = run.evaluate(lambda task: ([[0.0, 1.0]], [TASKS[task][1]]))
            self.assertEqual(row["accuracy"], [1.0, 1.0])
            confusion = next(event for event in self.events(run) if event["type"] == "confusion")
            self.assertNotIn("ownTask", confusion)
            self.assertEqual(confusion["cells"]["takenTask"], [0, 1])
            run.task(1)
            run.evaluate(lambda task: ([[0.0, 1.0]], [TASKS[task][1]]))

    def test_tasks_without_classes_are_answered_among_all_outputs(self):
        domains = [lethe.Task(name="prose", train=9, test=2), {"name": "code"}]
        with self.run_of(tasks=domains) as run:
            self.assertEqual(run.scenario, "domain")
            for task in run.remaining():
                run.task(task)
                row = run.evaluate(lambda tested: ([[0.0, 0.1, 2.0], [3.0, 0.1, 2.0]], [2, 1 - tested]))
        self.assertEqual((row["accuracy"], row["taskAware"]), ([0.5, 1.0], [None, None]))
        started = self.events(run)[0]
        self.assertEqual([task["name"] for task in started["tasks"]], ["prose", "code"])
        self.assertEqual([task["classes"] for task in started["tasks"]], [[], []])
        self.assertNotIn("confusion", self.kinds(run))
        self.assertEqual(lethe.load(self.workspace)[0].matrix[1], [0.5, 1.0])

    def test_told_which_one_it_is_a_task_without_classes_has_a_task_aware_accuracy(self):
        with self.run_of(tasks=[{"name": "prose"}], scenario="task") as run:
            run.task(0)
            row = run.evaluate(lambda _: ([7, 8], [7, 9]))
        self.assertEqual((row["accuracy"], row["taskAware"]), ([0.5], [0.5]))

    def test_tasks_without_classes_have_a_name_and_no_classes_to_tell_apart(self):
        for tasks, scenario, message in (
            ([[]], None, "tasks\\[0\\] has neither classes nor a name"),
            ([[0, 1], {"name": "prose"}], None, "classes in all of them, or in none"),
            ([{"name": "prose"}], "class", 'expected "domain", or "task"'),
        ):
            with self.assertRaisesRegex(lethe.Mistake, message):
                self.run_of(tasks=tasks, scenario=scenario)

    def test_batches_arrays_and_outputs_that_are_not_there_yet(self):
        class Array:
            def __init__(self, values):
                self.values = values

            def tolist(self):
                return self.values

        def batches(task):
            for label in TASKS[task]:
                yield Array([[1.0, 0.0]]), Array([label])

        with self.run_of() as run:
            run.task(0)
            row = run.evaluate(batches)
            self.assertEqual((row["accuracy"], row["taskAware"]), ([0.5, 0.0], [0.5, 0.0]))
            run.task(1)
            row = run.evaluate(lambda task: ([TASKS[task][0]] * 2, TASKS[task]) if task == 1 else None)
            self.assertEqual((row["accuracy"], row["taskAware"], row["tasks"]), ([0.5], [None], [1]))

    def test_the_loss_is_told_as_a_mean_and_the_plan_corrected(self):
        with self.run_of(steps=9) as run:
            for task in run.remaining():
                run.task(task)
                for loss in (1.0, 2.0, 4.0):
                    run.step(loss, accuracy=0.5)
                run.evaluate(answers([1, 1]))
        steps = [event for event in self.events(run) if event["type"] == "step" and event["task"] == 0]
        self.assertEqual([(event["step"], event["loss"]) for event in steps], [(1, 1.0), (3, 3.0)])
        self.assertEqual([event["accuracy"] for event in steps], [0.5, 0.5])
        plan = next(event for event in self.events(run) if event["type"] == "plan")
        self.assertEqual((plan["step"], plan["steps"]), (3, 3))

    def test_a_loss_that_is_the_mean_of_several_steps_counts_as_often(self):
        with self.run_of() as run:
            for task in run.remaining():
                run.task(task)
                run.step(1.0)
                run.step(2.0, accuracy=0.25, count=3)
                run.step(6.0, accuracy=1.0)
                run.look()
                run.evaluate(answers([1, 1]))
        steps = [event for event in self.events(run) if event["type"] == "step" and event["task"] == 0]
        self.assertEqual([(event["step"], event["loss"]) for event in steps], [(1, 1.0), (5, 3.0)])
        self.assertEqual(steps[-1]["accuracy"], 0.4375)

    def test_numbers_of_ones_own(self):
        with self.run_of() as run:
            run.task(0)
            run.step(0.5)
            run.log({"gradient norm": 2.5}, rate=0.1, gap=None)
            run.log(rate=math.nan)
            for i in range(1000):
                run.log(count=i)
            run.evaluate(answers([1, 1]))
            run.task(1)
            run.evaluate(answers([1, 1]))
        found = [event for event in self.events(run) if event["type"] == "metrics"]
        self.assertEqual(found[0]["values"], {"gradient norm": 2.5, "rate": 0.1, "gap": None})
        self.assertEqual((found[0]["task"], found[0]["step"]), (0, 1))
        self.assertEqual(found[1]["values"], {"rate": None})
        # Very many in no time are thinned, and the newest is kept.
        self.assertLess(len(found), 200)
        self.assertEqual(found[-1]["values"], {"count": 999})
        rows = lethe.load(self.workspace).metrics()
        self.assertEqual((rows[0]["metric"], rows[0]["value"]), ("gradient norm", 2.5))

    def test_views_of_the_inside_come_before_the_row(self):
        with self.run_of() as run:
            run.task(0)
            run.mechanism("memory", "Examples in memory", policy="reservoir", count=2, perClass=[1, 1])
            run.mechanism("layers", "Importance", quantity="Fisher", unit="1", layers=[{"name": "a", "value": None}])
            run.evaluate(answers([1, 1]))
            run.task(1)
            run.evaluate(answers([1, 1]))
        event = next(event for event in self.events(run) if event["type"] == "mechanism")
        self.assertEqual([view["kind"] for view in event["views"]], ["memory", "layers"])
        kinds = self.kinds(run)
        self.assertLess(kinds.index("mechanism"), kinds.index("task-end"))

    def test_equal_descriptions_have_equal_hashes_and_other_settings_other_keys(self):
        manifests = []
        for more in ({}, {"seed": 2}, {"settings": {"lr": 0.1}}, {"label": "Own", "settings": {"lr": 0.1}}):
            with self.run_of(**more) as run:
                for task in run.remaining():
                    run.task(task)
                    run.result([1, 1])
            manifests.append(json.loads((Path(run.path) / "run.json").read_text()))
        first, repeated, other, own = [manifest["variant"] for manifest in manifests]
        self.assertEqual(first, repeated)
        self.assertNotEqual(first["hash"], other["hash"])
        self.assertNotEqual(first["key"], other["key"])
        self.assertEqual((own["key"], own["label"]), ("own", "Own"))


class Ends(WithWorkspace):
    def end_of(self, error):
        with self.assertRaises(type(error)):
            with self.run_of() as run:
                raise error
        return self.events(run)[-1]

    def test_an_exception_is_a_failure_with_its_message(self):
        ended = self.end_of(RuntimeError("no memory left"))
        self.assertEqual((ended["type"], ended["status"]), ("ended", "failed"))
        self.assertEqual(ended["error"], "RuntimeError: no memory left")

    def test_an_interrupt_is_a_stop(self):
        self.assertEqual(self.end_of(KeyboardInterrupt())["status"], "stopped")
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt:
            as_an_exit = SystemExit(1)
            as_an_exit.__context__ = sys.exc_info()[1]
        self.assertEqual(self.end_of(as_an_exit)["status"], "stopped")
        self.assertEqual(self.end_of(SystemExit(1))["status"], "failed")

    def test_a_loss_that_is_not_finite_is_a_failure(self):
        with self.assertRaises(lethe.Diverged):
            with self.run_of() as run:
                run.task(0)
                run.step(math.nan)
        self.assertEqual(self.events(run)[-1]["status"], "failed")

    def test_results_that_are_missing_are_a_failure(self):
        with self.assertRaisesRegex(lethe.Mistake, "results after 1 of 2 tasks"):
            with self.run_of() as run:
                run.task(0)
                run.result([0.5, 0.5])
        self.assertEqual(self.events(run)[-1]["status"], "failed")

    def test_a_run_that_another_process_has_taken_over_writes_nothing_more(self):
        with self.assertRaises(SystemExit) as ended:
            with self.run_of() as run:
                before = self.kinds(run)
                (Path(run.path) / "process.json").unlink()
                (Path(run.path) / "process.json").write_text('{"token": "another"}')
                run.task(0)
        self.assertEqual(ended.exception.code, 4)
        self.assertEqual(self.kinds(run), before)


    def test_what_waits_to_be_told_never_hides_what_ended_the_run(self):
        for waiting in (math.nan, Tensor([0.1, 0.2], elements=1)):
            with self.subTest(waiting), self.assertRaisesRegex(RuntimeError, "no memory left"):
                with self.run_of() as run:
                    run.task(0)
                    run.step(0.5)
                    run.step(waiting)
                    run.log(rate=0.1)
                    raise RuntimeError("no memory left")
            *_, ended = self.events(run)
            self.assertEqual((ended["status"], ended["error"]), ("failed", "RuntimeError: no memory left"))

    def test_a_loss_that_is_not_finite_and_was_not_told_yet_is_a_failure(self):
        with self.assertRaises(lethe.Diverged):
            with self.run_of() as run:
                run.task(0)
                run.step(0.5)
                run.step(math.nan)
        self.assertEqual(self.events(run)[-1]["status"], "failed")
        self.assertIn("Diverged", self.events(run)[-1]["error"])

    def test_an_error_in_a_run_that_is_anothers_by_now_stays_that_error(self):
        with self.assertRaisesRegex(RuntimeError, "no memory left"):
            with self.run_of() as run:
                (Path(run.path) / "process.json").write_text('{"token": "another"}')
                raise RuntimeError("no memory left")
        self.assertEqual(self.kinds(run), ["started"])

    def test_nothing_is_written_after_the_end(self):
        with self.run_of() as run:
            for task in run.remaining():
                run.task(task)
                run.result([1, 1])
        before = self.events(run)
        # A file of the program's own gets the number that the log had.
        with tempfile.TemporaryFile() as own:
            for act in (
                lambda: run.warn("late"),
                lambda: run.checkpoint(lambda path: Path(path).write_text("state")),
                lambda: run.step(0.5),
                lambda: run.task(0),
                lambda: run.baseline(answers([1, 1])),
            ):
                with self.assertRaisesRegex(lethe.Mistake, "the run is over"):
                    act()
            own.seek(0)
            self.assertEqual(own.read(), b"")
        self.assertEqual(self.events(run), before)
        self.assertFalse((Path(run.path) / "checkpoints").exists())

    def test_a_thread_that_outlives_the_block_writes_nowhere(self):
        with self.assertRaises(KeyboardInterrupt):
            with self.run_of() as run:
                folder = run._open
                raise KeyboardInterrupt
        with tempfile.TemporaryFile() as own:
            with self.assertRaisesRegex(lethe.Mistake, "the run is over"):
                folder.write("warning", {"message": "late"})
            folder.close()
            own.write(b"still open")

    def test_a_run_that_fails_before_its_block_has_an_end_and_no_sign_of_life(self):
        with mock.patch.object(lethe.Run, "_listen", side_effect=OSError("no signals here")):
            with self.assertRaisesRegex(OSError, "no signals here"):
                with self.run_of() as run:
                    self.fail("the block is not entered")
        (path,) = (Path(self.workspace) / ".lethe" / "runs").iterdir()
        started, ended = map(json.loads, (path / "events.jsonl").read_text().splitlines())
        self.assertEqual((started["type"], ended["type"]), ("started", "ended"))
        self.assertEqual(ended["error"], "OSError: no signals here")
        self.assertNotIn("lethe heartbeat", [thread.name for thread in threading.enumerate()])


class Mistakes(WithWorkspace):
    def assert_mistake(self, pattern, act, **more):
        with self.assertRaisesRegex(lethe.Mistake, pattern):
            with self.run_of(**more) as run:
                run.task(0)
                act(run)
        runs = Path(self.workspace) / ".lethe" / "runs"
        if runs.exists():
            log = max(runs.iterdir(), key=lambda folder: folder.stat().st_mtime) / "events.jsonl"
            self.assertEqual(json.loads(log.read_text().splitlines()[-1])["status"], "failed")

    def test_are_named_at_the_call(self):
        cases = [
            (r"accuracy\[0\] is 93: .*per cent", lambda run: run.result([93, 12])),
            (r"accuracy\[0\] is 1.5", lambda run: run.result([1.5, 0])),
            (r"accuracy has 1 values: expected 2", lambda run: run.result([0.5])),
            (r"task is 'one': expected a number", lambda run: (run.result([1, 1]), run.task("one"))),
            (r"task 0 has no results yet", lambda run: run.task(1)),
            (r"no more than the 2 tasks", lambda run: [run.result([1, 1]), run.task(1), run.result([1, 1]), run.task(2)]),
            (r"expected run.task\(1\)", lambda run: (run.result([1, 1]), run.step(0.1))),
            (r"the metric \"a\" is 'x': expected a number", lambda run: run.log(a="x")),
            (r"run.log was given 3: expected numbers by name", lambda run: run.log(3)),
            (r"the loss is '0.3': expected a number", lambda run: run.step("0.3")),
            (r"the loss is a tensor of 2 elements", lambda run: run.step(Tensor([0.1, 0.2]))),
            (r'step has no argument "acuracy": did you mean "accuracy"', lambda run: run.step(0.3, acuracy=0.5)),
            ("flops is -1: expected a number of at least 0", lambda run: run.evaluate(answers([8, 2]), flops=-1)),
            (r'evaluate has no argument "memory": did you mean "memory_bytes"', lambda run: run.evaluate(None, memory=1)),
            (r'no field "polciy": did you mean "policy"', lambda run: run.mechanism("memory", "M", polciy="x", count=1)),
            (r'the view "memory" lacks "count"', lambda run: run.mechanism("memory", "M", policy="x")),
            (r'did you mean "memory"', lambda run: run.mechanism("memroy", "M")),
            (
                r"needs one count for each bin",
                lambda run: run.mechanism(
                    "distribution",
                    "D",
                    quantity="q",
                    unit="1",
                    scale="linear",
                    edges=[0, 1],
                    parts=[{"name": "a", "counts": [1, 2], "below": 0, "above": 0}],
                ),
            ),
            (
                r"has an image of another size",
                lambda run: run.mechanism(
                    "images", "I", height=2, width=2, channels=1, rows=[{"name": "made", "images": [bytes(3)]}]
                ),
            ),
            (
                r"needs one caption",
                lambda run: run.mechanism(
                    "images", "I", height=1, width=1, channels=1, rows=[{"name": "a", "images": ["AA=="], "captions": []}]
                ),
            ),
            (
                r"the images of task 0 have 196608 bytes",
                lambda run: run.mechanism(
                    "images", "I", height=256, width=256, channels=3, rows=[{"name": "made", "images": [bytes(196608)]}]
                ),
            ),
            (r"has the label 7: its classes are \[0, 1\]", lambda run: run.evaluate(lambda _: ([[1.0, 0.0]], [7]))),
            (r"answers to 1 examples of task 0, and 2 labels", lambda run: run.evaluate(lambda _: ([[1.0, 0]], [0, 1]))),
            (r"no test examples of task 0", lambda run: run.evaluate(lambda _: ([], []))),
            (r"is no function", lambda run: run.evaluate([0.5, 0.5])),
            (r"before the first task", lambda run: run.baseline(answers([1, 1]))),
        ]
        for pattern, act in cases:
            with self.subTest(pattern):
                self.assert_mistake(pattern, act)

    def test_descriptions_are_checked_before_anything_is_written(self):
        cases = [
            ({"tasks": []}, "at least one task"),
            ({"tasks": ["01"]}, r"tasks\[0\] is '01'"),
            ({"tasks": [{"clases": [0]}]}, 'did you mean "classes"'),
            ({"tasks": [[0, 0]]}, "each once"),
            ({"sede": 1}, 'run has no argument "sede": did you mean "seed"'),
            ({"scenario": "classes"}, 'did you mean "class"'),
            ({"seed": -1}, "seed is -1"),
            ({"experiment": " "}, "experiment is ' ': expected text"),
            ({"settings": [1]}, "settings is"),
            ({"settings": {"lr": math.nan}}, "cannot be written as JSON"),
            ({"steps": [1]}, "one for each of 2 tasks"),
            ({"data": "train.npz"}, "data is 'train.npz': expected the SHA-256 of each file by its name"),
            ({"data": {"train.npz": 12}}, r"data\['train.npz'\] is 12: expected text"),
            ({"data": {3: "ab"}}, "the name of a file of data is 3: expected text"),
            ({"program": 3}, "program is 3: expected text"),
        ]
        for more, pattern in cases:
            with self.subTest(pattern), self.assertRaisesRegex(lethe.Mistake, pattern):
                self.run_of(**more)
        self.assertFalse((Path(self.workspace) / ".lethe").exists())


PROGRAM = """
import sys, time
sys.path.insert(0, {source!r})
import lethe
with lethe.run(experiment="Toys", method="slow", tasks=[[0], [1], [2]], steps=4, folder=sys.argv[1], resume=True) as run:
    print(run.path, run.resumed and (run.resumed.task, run.resumed.step, open(run.resumed.path).read()), flush=True)
    for task in run.remaining():
        for step in range(run.task(task), 4):
            state = f"{{task}} {{step + 1}}"
            run.step(1.0)
            run.checkpoint(lambda path: open(path, "w").write(state))
            print("step", state, flush=True)
            while task == 1 and step == 1 and "endless" in sys.argv:
                time.sleep(0.05)
                run.step(1.0)
        run.result([0.5, 0.6, 0.7])
"""


class Processes(WithWorkspace):
    """Real ones: stopped, killed and resumed."""

    def start(self, *more):
        program = PROGRAM.format(source=str(SOURCE))
        return subprocess.Popen(
            [sys.executable, "-c", program, self.workspace, *more], stdout=subprocess.PIPE, text=True
        )

    def until(self, process, line):
        first = None
        for said in process.stdout:
            first = first or said.strip()
            if said.strip() == line:
                return Path(first.split(" ")[0])
        self.fail(f"never said {line}")

    def finish(self, expected):
        process = self.start()
        said = process.communicate(timeout=60)[0].splitlines()
        self.assertEqual(process.returncode, 0)
        self.assertIn(expected, said[0])
        return said

    def events_in(self, path):
        """Of every line that can be read."""
        found = []
        for line in (path / "events.jsonl").read_text().splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
        return found

    @unittest.skipIf(os.name == "nt", "needs POSIX signals")
    def test_a_signal_stops_a_run_which_then_goes_on(self):
        process = self.start("endless")
        path = self.until(process, "step 1 2")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        *_, kept, last = self.events_in(path)
        self.assertEqual((process.returncode, last["type"], last["status"]), (3, "ended", "stopped"))
        self.assertEqual((kept["type"], kept["task"]), ("checkpoint", 1))

    def test_a_killed_run_goes_on_from_its_checkpoint(self):
        process = self.start("endless")
        path = self.until(process, "step 1 2")
        process.kill()
        process.wait()
        process.stdout.close()
        with open(path / "events.jsonl", "a") as log:
            log.write('{"type":"st')  # torn
        said = self.finish("(1, 2, '1 2')")
        self.assertEqual(said[1], "step 1 3")
        self.assertEqual(said[0].split(" ")[0], str(path))
        loaded = lethe.load(self.workspace)
        self.assertEqual([(run.status, run.log.unreadable) for run in loaded], [("done", 1)])
        self.assertEqual(loaded[0].matrix, [[0.5, 0.6, 0.7]] * 3)
        self.assertEqual([event["task"] for event in self.events_in(path) if event["type"] == "resumed"], [1])

    def test_a_run_that_lives_is_not_resumed(self):
        process = self.start("endless")
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.until(process, "step 1 2")
        with self.assertRaisesRegex(lethe.Mistake, "has not ended"):
            with lethe.run(
                experiment="Toys",
                method="slow",
                tasks=[[0], [1], [2]],
                folder=self.workspace,
                resume=True,
                program="-c",
            ):
                pass

    def test_the_file_stop_asks_for_a_stop_and_a_last_checkpoint(self):
        with self.assertRaises(lethe.Stopped):
            with self.run_of() as run:
                run.task(0)
                saved = []
                run.checkpoint(lambda path: (saved.append(path), Path(path).write_text("state")))
                (Path(run.path) / "stop").touch()
                deadline = time.monotonic() + 10
                while time.monotonic() < deadline:
                    run.step(1.0)
        self.assertEqual(len(saved), 2)
        self.assertEqual(self.events(run)[-1]["status"], "stopped")
        with self.run_of(resume=True) as again:
            self.assertEqual(again.path, run.path)
            self.assertEqual(again.resumed.task, 0)
            self.assertFalse((Path(run.path) / "stop").exists())
            for task in again.remaining():
                again.task(task)
                again.result([1, 1])
        self.assertEqual(self.events(again)[-1]["status"], "done")

    def test_a_checkpoint_that_is_cut_off_is_not_used(self):
        with self.assertRaises(KeyboardInterrupt):
            with self.run_of() as run:
                run.task(0)
                for state in ("first", "second"):
                    run.step(1.0)
                    run.checkpoint(lambda path, state=state: Path(path).write_text(state))
                raise KeyboardInterrupt
        (Path(run.path) / "checkpoints" / "latest.bin").write_text("sec")
        with self.assertRaises(KeyboardInterrupt):
            with self.run_of(resume=True) as again:
                self.assertEqual((again.resumed.step, Path(again.resumed.path).read_text()), (1, "first"))
                raise KeyboardInterrupt
        (Path(run.path) / "checkpoints" / "previous.bin").unlink()
        with self.assertRaises(KeyboardInterrupt):
            with self.run_of(resume=True) as anew:
                self.assertIsNone(anew.resumed)
                self.assertEqual(self.kinds(anew)[-2:], ["started", "warning"])
                raise KeyboardInterrupt


if __name__ == "__main__":
    unittest.main()
