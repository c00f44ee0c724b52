"""The callback for Lightning, in trainers of the real package."""

import os
import signal
import types
import unittest
import warnings
from importlib.util import find_spec
from pathlib import Path

from test_run import WithWorkspace

import lethe

MISSING = None if find_spec("lightning") and find_spec("torch") else "lightning is not installed"
if not MISSING:
    import lightning
    import torch
    from lightning.pytorch import LightningModule, Trainer
    from toy_data import FEATURES, TASKS, loader

    from lethe.integrations.lightning import LetheCallback

    class Linear(LightningModule):
        #: What test_step returns, of logits and the batch.
        returned = staticmethod(lambda logits, batch: (logits, batch[1]))
        #: What happens before each training step.
        before = staticmethod(lambda: None)

        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(FEATURES, 4)
            self.losses = []

        def training_step(self, batch, batch_idx):
            self.before()
            inputs, labels = batch
            loss = torch.nn.functional.cross_entropy(self.layer(inputs), labels)
            self.losses.append(loss.item())
            self.log("train/loss", loss)
            return loss

        def test_step(self, batch, batch_idx, dataloader_idx=0):
            logits = self.layer(batch[0])
            self.log("accuracy", (logits.argmax(1) == batch[1]).float().mean())
            return self.returned(logits, batch)

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), lr=0.1)


def trainer(callback, of=None, **more):
    given = {"max_epochs": 2, "accelerator": "cpu", "devices": 1, "callbacks": [callback], **more}
    quiet = dict.fromkeys(("logger", "enable_checkpointing", "enable_progress_bar", "enable_model_summary"), False)
    return (of or Trainer)(**given, **quiet)


@unittest.skipIf(MISSING, MISSING)
class Lightning(WithWorkspace):
    def setUp(self):
        super().setUp()
        warnings.simplefilter("ignore")
        self.addCleanup(warnings.resetwarnings)
        lightning.seed_everything(1, verbose=False)
        self.model = Linear()
        self.tests = [loader(classes, 20, seed=2) for classes in TASKS]

    def learn(self, run, callback=None, **more):
        """Both tasks, each with a trainer of its own. Returns Lightning's own accuracies after each."""
        callback = callback or LetheCallback(run)
        own = []
        for task in run.remaining():
            learning = trainer(callback, **more)
            learning.fit(self.model, loader(TASKS[task], 40))
            found = learning.test(self.model, self.tests, verbose=False)
            own.append([found[task][f"accuracy/dataloader_idx_{task}"] for task in range(2)])
        return own

    def rows(self, run):
        return [event["accuracy"] for event in self.events(run) if event["type"] == "task-end"]

    def test_fits_are_tasks_and_tests_rows(self):
        with self.run_of() as run:
            callback = LetheCallback(run, memory_bytes=7)
            trainer(callback).test(self.model, self.tests, verbose=False)
            own = self.learn(run, callback)
        for row, accuracies in zip(self.rows(run), own):
            for told, accuracy in zip(row, accuracies):
                self.assertAlmostEqual(told, accuracy, places=6)
        self.assertEqual(self.kinds(run)[:2], ["started", "baseline"])
        begun = [event["steps"] for event in self.events(run) if event["type"] == "task-start"]
        self.assertEqual(begun, [10, 10])
        self.assertNotIn("plan", self.kinds(run))
        first = next(event for event in self.events(run) if event["type"] == "step")
        self.assertAlmostEqual(first["loss"], self.model.losses[0], places=6)
        metrics = lethe.load(self.workspace).metrics()
        self.assertEqual({row["metric"] for row in metrics}, {"train/loss"})
        self.assertEqual(self.events(run)[-1]["status"], "done")

    def test_losses_are_whole_where_batches_are_accumulated(self):
        with self.run_of() as run:
            self.learn(run, accumulate_grad_batches=2)
        first = next(event for event in self.events(run) if event["type"] == "step")
        self.assertAlmostEqual(first["loss"], self.model.losses[0], places=6)

    def test_answers_are_found_in_what_a_test_step_returns(self):
        rows = []
        for returned in (
            lambda logits, batch: {"preds": logits.argmax(1)},
            lambda logits, batch: {"logits": logits, "y": batch[1]},
            lambda logits, batch: logits,
        ):
            self.model = Linear()
            self.model.returned = returned
            torch.nn.init.eye_(self.model.layer.weight)
            torch.nn.init.zeros_(self.model.layer.bias)
            with self.run_of() as run:
                self.learn(run)
            rows.append(self.rows(run))
        self.assertEqual(rows, rows[:1] * 3)

    def test_answers_that_are_not_found_are_named_and_can_be_given(self):
        self.model.returned = lambda logits, batch: {"scores": logits}
        with self.assertRaisesRegex(lethe.Mistake, "test_step returned a mapping with scores: expected logits and labels"):
            with self.run_of() as run:
                self.learn(run)
        with self.run_of() as run:
            self.learn(run, LetheCallback(run, answers=lambda outputs, batch: (outputs["scores"], batch[1])))
        self.assertEqual(self.events(run)[-1]["status"], "done")

    def test_a_trainer_that_trains_no_more_is_named(self):
        with self.assertRaisesRegex(lethe.Mistake, "task 0 has its results already, and nothing was trained since"):
            with self.run_of() as run:
                only = trainer(LetheCallback(run))
                for task in range(2):
                    only.fit(self.model, loader(TASKS[task], 40))
                    only.test(self.model, self.tests, verbose=False)

    def test_a_task_without_results_is_named(self):
        with self.assertRaisesRegex(lethe.Mistake, "task 0 has no results yet: call trainer.test"):
            with self.run_of() as run:
                callback = LetheCallback(run)
                for task in range(2):
                    trainer(callback).fit(self.model, loader(TASKS[task], 40))

    def test_several_processes_are_refused(self):
        with self.assertRaisesRegex(lethe.Mistake, "2 processes train together"):
            with self.run_of() as run:
                LetheCallback(run).on_train_start(types.SimpleNamespace(world_size=2), self.model)

    def test_a_stop_ends_training(self):
        with self.assertRaises(lethe.Stopped):
            with self.run_of() as run:
                Path(run.path, "stop").touch()
                self.learn(run)
        self.assertEqual(self.events(run)[-1]["status"], "stopped")

    def test_an_interrupt_is_a_stop(self):
        self.model.before = lambda: os.kill(os.getpid(), signal.SIGINT)
        former = signal.getsignal(signal.SIGINT)
        self.addCleanup(signal.signal, signal.SIGINT, former)
        with self.assertRaises(SystemExit):
            with self.run_of() as run:
                self.learn(run)
        self.assertEqual(self.events(run)[-1]["status"], "stopped")

    @unittest.skipUnless(find_spec("pytorch_lightning"), "pytorch_lightning is not installed")
    def test_trainers_of_pytorch_lightning_take_it_too(self):
        import pytorch_lightning

        class Other(pytorch_lightning.LightningModule):
            before, returned, losses = staticmethod(Linear.before), staticmethod(Linear.returned), []
            training_step, test_step = Linear.training_step, Linear.test_step
            configure_optimizers = Linear.configure_optimizers

            def __init__(self):
                super().__init__()
                self.layer = torch.nn.Linear(FEATURES, 4)

        self.model = Other()
        with self.run_of() as run:
            self.learn(run, of=pytorch_lightning.Trainer)
        self.assertEqual((self.events(run)[-1]["status"], len(self.rows(run))), ("done", 2))


if __name__ == "__main__":
    unittest.main()
