"""The logger for Avalanche, in strategies of the real package."""

import unittest
from importlib.util import find_spec
from pathlib import Path

from test_run import WithWorkspace

import lethe

MISSING = None if find_spec("avalanche") and find_spec("torch") else "avalanche-lib is not installed"
if not MISSING:
    import torch
    from avalanche.benchmarks import nc_benchmark
    from avalanche.benchmarks.scenarios.online import split_online_stream
    from avalanche.evaluation.metrics import accuracy_metrics, loss_metrics
    from avalanche.models import MTSimpleMLP
    from avalanche.training.plugins import EvaluationPlugin
    from avalanche.training.supervised import Naive

    from lethe.integrations.avalanche import LetheLogger, tasks_of

    class Breaking(torch.nn.Linear):
        """Its loss is not finite after this many passes."""

        def __init__(self, breaks_after=None):
            super().__init__(6, 4)
            self.left = breaks_after

        def forward(self, inputs):
            if self.training and self.left is not None:
                self.left -= 1
                if self.left < 0:
                    return super().forward(inputs) * float("nan")
            return super().forward(inputs)


def benchmark(**more):
    """Four classes in two experiences: 40 training examples and 20 test examples of each class."""

    def examples(count, seed):
        chance = torch.Generator().manual_seed(seed)
        labels = torch.arange(4).repeat(count)
        inputs = torch.randn(len(labels), 6, generator=chance) + 2 * torch.nn.functional.one_hot(labels, 6)
        dataset = torch.utils.data.TensorDataset(inputs, labels)
        dataset.targets = labels
        return dataset

    given = {"task_labels": False, "shuffle": False, **more}
    return nc_benchmark(examples(40, 1), examples(20, 2), n_experiences=2, **given)


@unittest.skipIf(MISSING, MISSING)
class Avalanche(WithWorkspace):
    def setUp(self):
        super().setUp()
        torch.manual_seed(1)
        self.benchmark = benchmark()

    def run_of(self, **more):
        return super().run_of(**{"tasks": tasks_of(self.benchmark), **more})

    def strategy(self, run, network=None, every=-1, **logger):
        network = network or Breaking()
        return Naive(
            model=network,
            optimizer=torch.optim.SGD(network.parameters(), lr=0.1),
            train_mb_size=16,
            train_epochs=2,
            eval_mb_size=32,
            eval_every=every,
            evaluator=EvaluationPlugin(
                accuracy_metrics(epoch=True, experience=True),
                loss_metrics(epoch=True),
                loggers=[LetheLogger(run, **logger)],
            ),
        )

    def test_experiences_are_tasks_and_evaluations_rows(self):
        own = []
        with self.run_of() as run:
            strategy = self.strategy(run, memory_bytes=lambda: 7)
            strategy.eval(self.benchmark.test_stream)
            for experience in self.benchmark.train_stream:
                strategy.train(experience)
                found = strategy.eval(self.benchmark.test_stream)
                names = [f"Top1_Acc_Exp/eval_phase/test_stream/Task000/Exp00{task}" for task in range(2)]
                own.append([found[name] for name in names])
        events = self.events(run)
        started, baseline = events[:2]
        self.assertEqual([task["classes"] for task in started["tasks"]], [[0, 1], [2, 3]])
        self.assertEqual([(task["train"], task["test"]) for task in started["tasks"]], [(80, 40)] * 2)
        self.assertEqual(started["backend"]["name"], "torch")
        self.assertEqual((baseline["type"], len(baseline["accuracy"])), ("baseline", 2))
        rows = [event for event in events if event["type"] == "task-end"]
        # What Avalanche's own metric says of the same answers.
        self.assertEqual([row["accuracy"] for row in rows], own)
        self.assertTrue(all(told >= of_all for row in rows for told, of_all in zip(row["taskAware"], row["accuracy"])))
        self.assertEqual([row["memoryBytes"] for row in rows], [7, 7])
        begun = [event for event in events if event["type"] == "task-start"]
        self.assertEqual([(event["task"], event["steps"]) for event in begun], [(0, 10), (1, 10)])
        self.assertEqual([event["step"] for event in events if event["type"] == "step"][-1], 10)
        self.assertNotIn("plan", self.kinds(run))
        self.assertEqual((events[-1]["type"], events[-1]["status"]), ("ended", "done"))
        metrics = lethe.load(self.workspace).metrics()
        self.assertIn("Top1_Acc_Epoch/train_phase/train_stream/Task000", {row["metric"] for row in metrics})
        self.assertFalse(any("eval_phase" in row["metric"] for row in metrics))

    def test_evaluations_during_training_are_points_of_the_curves(self):
        with self.run_of() as run:
            strategy = self.strategy(run, every=1)
            for experience in self.benchmark.train_stream:
                strategy.train(experience, eval_streams=[self.benchmark.test_stream])
                strategy.eval(self.benchmark.test_stream)
        points = [(event["task"], event["step"]) for event in self.events(run) if event["type"] == "eval"]
        self.assertEqual(sorted(set(points)), [(0, 5), (0, 10), (1, 5), (1, 10)])
        self.assertEqual(self.kinds(run).count("baseline"), 1)
        self.assertEqual(self.kinds(run).count("task-end"), 2)

    def test_other_streams_do_not_count(self):
        with self.run_of() as run:
            strategy = self.strategy(run)
            for experience in self.benchmark.train_stream:
                strategy.train(experience)
                strategy.eval(self.benchmark.train_stream)
                strategy.eval(self.benchmark.test_stream)
        self.assertEqual(self.kinds(run).count("confusion"), 2)

    def test_parts_of_an_online_stream_are_one_task(self):
        with self.run_of() as run:
            strategy = self.strategy(run)
            strategy.train_epochs = 1
            for experience in self.benchmark.train_stream:
                for part in split_online_stream([experience], experience_size=16):
                    strategy.train(part)
                strategy.eval(self.benchmark.test_stream)
        plans = [(event["task"], event["steps"]) for event in self.events(run) if event["type"] == "plan"]
        self.assertEqual(plans, [(0, 5), (1, 5)])
        self.assertEqual(self.events(run)[-1]["status"], "done")

    def test_heads_of_ones_own_where_classes_begin_anew(self):
        self.benchmark = benchmark(task_labels=True, class_ids_from_zero_in_each_exp=True)
        own = []
        with self.run_of(scenario="task") as run:
            strategy = self.strategy(run, MTSimpleMLP(input_size=6, hidden_size=8))
            for experience in self.benchmark.train_stream:
                strategy.train(experience)
                found = strategy.eval(self.benchmark.test_stream)
                names = [f"Top1_Acc_Exp/eval_phase/test_stream/Task00{task}/Exp00{task}" for task in range(2)]
                own.append([found[name] for name in names])
        self.assertEqual([task["classes"] for task in self.events(run)[0]["tasks"]], [[0, 1], [0, 1]])
        rows = [event for event in self.events(run) if event["type"] == "task-end"]
        self.assertEqual([row["accuracy"] for row in rows], own)
        self.assertEqual([row["taskAware"] for row in rows], own)

    def test_a_task_without_results_is_named(self):
        with self.assertRaisesRegex(lethe.Mistake, r"task 0 has no results yet: call strategy.eval\(benchmark.test_stream\)"):
            with self.run_of() as run:
                self.strategy(run).train(self.benchmark.train_stream)
        self.assertEqual(self.events(run)[-1]["status"], "failed")

    def test_a_second_evaluation_is_named(self):
        with self.assertRaisesRegex(lethe.Mistake, "task 0 has its results already: one strategy.eval"):
            with self.run_of() as run:
                strategy = self.strategy(run)
                strategy.train(self.benchmark.train_stream[0])
                for _ in range(2):
                    strategy.eval(self.benchmark.test_stream)
        self.assertEqual(self.kinds(run).count("task-end"), 1)

    def test_a_stop_ends_training(self):
        with self.assertRaises(lethe.Stopped):
            with self.run_of() as run:
                strategy = self.strategy(run)
                strategy.train(self.benchmark.train_stream[0])
                strategy.eval(self.benchmark.test_stream)
                Path(run.path, "stop").touch()
                strategy.train(self.benchmark.train_stream[1])
        self.assertEqual(self.events(run)[-1]["status"], "stopped")

    def test_a_loss_that_is_not_finite_fails_the_run(self):
        with self.assertRaises(lethe.Diverged):
            with self.run_of() as run:
                self.strategy(run, Breaking(breaks_after=3)).train(self.benchmark.train_stream[0])
        self.assertRegex(self.events(run)[-1]["error"], "Diverged: the loss is nan")


if __name__ == "__main__":
    unittest.main()
