"""Results of other programs as runs."""

import json
import math
import unittest
from importlib.util import find_spec
from pathlib import Path

from test_run import WithWorkspace

import lethe
from lethe import importing

TASKS = [[0, 1], [2, 3]]


class WithFiles(WithWorkspace):
    def file(self, name, *lines):
        path = Path(self.workspace, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{line}\n" for line in lines))
        return path

    def of(self, given):
        return {"experiment": "Toys", "tasks": TASKS, "folder": self.workspace, **given}

    def runs(self):
        return {(run.key, run.seed): run for run in lethe.load(self.workspace)}


class Tables(WithFiles):
    LINES = (
        "method,seed,after_task,task,accuracy,task_aware,note",
        "er,1,,0,0.1,,untrained",
        "er,1,0,0,0.9,0.95,",
        "er,1,1,0,0.5,0.9,",
        "er,1,1,1,0.8,0.9,",
        "er,2,0,0,0.7,,",
        "er,2,1,0,0.6,,",
        "er,2,1,1,,,not defined",
    )

    def test_each_method_and_seed_is_a_run(self):
        ids = importing.table(self.file("results.csv", *self.LINES), **self.of({}))
        self.assertEqual(len(set(ids)), 2)
        runs = self.runs()
        first = runs["er", 1]
        self.assertEqual(first.matrix, [[0.9, None], [0.5, 0.8]])
        self.assertEqual(first.task_aware, [[0.95, None], [0.9, 0.9]])
        self.assertEqual(first.baseline, [0.1, None])
        self.assertEqual((first.is_whole, first.log.unreadable, first.measures["accuracy"]), (True, 0, 0.65))
        self.assertTrue(math.isnan(runs["er", 2].matrix[1][1]))
        # Nothing is said of times and memory that nobody knows.
        self.assertFalse(any("seconds" in event or "memoryBytes" in event for event in first.log.events))
        self.assertTrue(math.isnan(first.measures["memory_bytes"]))
        [warning] = first.log.of("warning")
        self.assertEqual(warning["message"], "Imported (table): its times and memory are not known.")

    def test_other_names_per_cent_and_tasks_that_count_from_one(self):
        file = self.file("other.csv", "trained,test on,acc", "1,1,93.5", "2,1,50", "2,2,80")
        columns = {"after_task": "trained", "task": "test on", "accuracy": "acc"}
        given = {"method": "er", "seed": 3, "columns": columns, "percent": True, "first_task": 1}
        importing.table(file, **self.of({**given, "settings": {"memory": 10}, "training": {"lr": 0.1}}))
        [run] = lethe.load(self.workspace)
        self.assertEqual(run.matrix, [[0.935, None], [0.5, 0.8]])
        self.assertEqual((run.seed, run.manifest["spec"]["training"]), (3, {"lr": 0.1}))

    def test_mistakes_name_file_and_line(self):
        head = "after_task,task,accuracy"
        for lines, message in (
            ((head, "0,0,93"), "results.csv, line 2: accuracy is 93.0: expected a fraction from 0 to 1, and this looks like per"),
            ((head, "0,0,0.9", "0,0,0.8"), "line 3: task 0 is tested after task 0 a second time"),
            ((head, "0,zero,0.9"), "line 2: task is 'zero': expected a whole number"),
            ((head, "0,0,high"), "line 2: accuracy is 'high': expected a number"),
            ((head, "1,0,0.9"), r"results after the tasks \[1\]: expected them after 0, 1"),
            ((head, "0,2,0.9"), "task 2 is tested after task 0: there are 2 tasks"),
            (("after,task,accuracy", "0,0,0.9"), 'no column "after_task": did you mean "after"'),
        ):
            with self.assertRaisesRegex(lethe.Mistake, message):
                importing.table(self.file("results.csv", *lines), **self.of({"method": "er"}))
        with self.assertRaisesRegex(lethe.Mistake, "line 2 names no method"):
            importing.table(self.file("results.csv", head, "0,0,0.9"), **self.of({}))
        self.assertEqual(len(lethe.load(self.workspace)), 0)

    def test_where_tasks_are_still_to_come_the_run_is_stopped(self):
        importing.table(self.file("results.csv", "after_task,task,accuracy", "0,0,0.9"), **self.of({"method": "er"}))
        [run] = lethe.load(self.workspace)
        self.assertEqual((run.status, run.is_whole), ("stopped", False))


class AvalancheLogs(WithFiles):
    HEAD = "eval_exp,training_exp,eval_accuracy,eval_loss,forgetting"

    def test_evaluations_are_rows(self):
        lines = ("0,None,0.1000,2.3,0", "1,None,0.2000,2.3,0", "0,0,0.9000,0.1,0", "1,0,0.0000,5.0,0")
        self.file("csvlogs/eval_results.csv", self.HEAD, *lines, "0,1,0.4000,2.0,0.5", "1,1,0.8000,0.3,0")
        importing.avalanche(Path(self.workspace, "csvlogs"), **self.of({"method": "er-ace"}))
        [run] = lethe.load(self.workspace)
        self.assertEqual((run.matrix, run.baseline), ([[0.9, 0.0], [0.4, 0.8]], [0.1, 0.2]))
        self.assertTrue(run.is_whole)

    @unittest.skipUnless(find_spec("avalanche"), "avalanche-lib is not installed")
    def test_those_of_the_real_logger(self):
        import torch
        from avalanche.evaluation.metrics import accuracy_metrics, loss_metrics
        from avalanche.logging import CSVLogger
        from avalanche.training.plugins import EvaluationPlugin
        from avalanche.training.supervised import Naive
        from test_avalanche import benchmark

        folder = str(Path(self.workspace, "csvlogs"))
        stream, network, logger = benchmark(), torch.nn.Linear(6, 4), CSVLogger(folder)
        strategy = Naive(
            model=network,
            optimizer=torch.optim.SGD(network.parameters(), lr=0.1),
            train_mb_size=16,
            evaluator=EvaluationPlugin(
                accuracy_metrics(epoch=True, experience=True), loss_metrics(epoch=True, experience=True), loggers=[logger]
            ),
        )
        own = []
        strategy.eval(stream.test_stream)
        for experience in stream.train_stream:
            strategy.train(experience)
            found = strategy.eval(stream.test_stream)
            own.append([round(found[f"Top1_Acc_Exp/eval_phase/test_stream/Task000/Exp00{task}"], 4) for task in range(2)])
        logger.close()
        importing.avalanche(folder, **self.of({"method": "naive"}))
        [run] = lethe.load(self.workspace)
        self.assertEqual((run.matrix, len(run.baseline), run.is_whole), (own, 2, True))


class MammothLogs(WithFiles):
    """Lines as Mammoth's Logger writes them (e75a491, utils/loggers.py)."""

    def line(self, job, accuracies, **more):
        logged = {"dataset": "seq-mnist", "model": "er", "lr": 0.03, "buffer_size": 200, "conf_jobnum": job, **more}
        for after, row in enumerate(accuracies):
            logged.update({f"accuracy_{task + 1}_task{after + 1}": value for task, value in enumerate(row)})
        text = str({**logged, "cpu_memory_usage": [], "forward_transfer": None})
        return text.replace("}", ", 'device': device(type='cpu'), 'best': nan, 'last': np.float64(97.5)}")

    def test_a_line_is_a_run_with_its_task_aware_accuracies(self):
        matrix = [[[99.0], [40.0, 90.0]], [[98.0], [50.0, 95.0]]]
        lines = [self.line(f"job {seed}", rows, seed=seed) for seed, rows in enumerate(matrix)]
        file = self.file("results/class-il/seq-mnist/er/logs.pyd", *lines)
        # In another order than the class-incremental ones, and one of them lost.
        self.file("results/task-il/seq-mnist/er/logs.pyd", self.line("job 1", [[99.5], [97.0, 96.0]], seed=1))
        ids = importing.mammoth(file, **self.of({}))
        first, second = (next(run for run in lethe.load(self.workspace) if run.id == id) for id in ids)
        self.assertEqual(first.matrix, [[0.99, None], [0.4, 0.9]])
        self.assertTrue(math.isnan(first.task_aware[0][0]))
        self.assertEqual(second.task_aware, [[0.995, None], [0.97, 0.96]])
        self.assertEqual([first.seed, second.seed, first.hash == second.hash], [0, 1, True])
        [method] = second.manifest["spec"]["methods"]
        self.assertEqual(method, {"method": "er", "settings": {"lr": 0.03, "buffer_size": 200}})
        self.assertTrue(first.is_whole and second.is_whole)

    def test_what_cannot_be_read_is_named(self):
        for line, message in (
            (self.line("1", [[99.0], [1.0, 2.0]], seed=None), "line 1 has no seed: give seed="),
            (self.line("1", [], seed=1), "has no accuracies per task"),
            (self.line("1", [[99.0], [99.5]], seed=1), "accuracies on 1 tasks in the place of task 2"),
            ("__import__('os')", "expected a dictionary"),
            ("{'seed': 1", "expected a dictionary"),
        ):
            with self.assertRaisesRegex(lethe.Mistake, message):
                importing.mammoth(self.file("logs.pyd", line), **self.of({}))
        self.assertEqual(len(lethe.load(self.workspace)), 0)

    def test_values_that_would_run_code_are_text(self):
        line = self.line("1", [[99.0], [1.0, 2.0]], seed=1).replace("device(type='cpu')", "open('made', 'w')")
        importing.mammoth(self.file("logs.pyd", line), **self.of({"settings": ["device", "lr"]}))
        [run] = lethe.load(self.workspace)
        self.assertEqual(run.manifest["spec"]["methods"][0]["settings"], {"device": "open('made', 'w')", "lr": 0.03})
        self.assertFalse(Path("made").exists())
        json.dumps(run.manifest)


if __name__ == "__main__":
    unittest.main()
