"""The callback for Hugging Face's Trainer, in the real package."""

import types
import unittest
from importlib.util import find_spec
from pathlib import Path

from test_run import WithWorkspace

import lethe

NEEDED = ("transformers", "accelerate", "torch")
MISSING = next((f"{name} is not installed" for name in NEEDED if not find_spec(name)), None)
if not MISSING:
    import torch
    from toy_data import FEATURES, TASKS, examples
    from transformers import Trainer, TrainingArguments

    from lethe.integrations.huggingface import LetheCallback

    class Linear(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(FEATURES, 4)
            self.losses = []

        def forward(self, inputs, labels):
            logits = self.layer(inputs)
            loss = torch.nn.functional.cross_entropy(logits, labels)
            if self.training:
                self.losses.append(loss.item())
            return {"loss": loss, "logits": logits}

    def collated(batch):
        inputs, labels = zip(*batch)
        return {"inputs": torch.stack(inputs), "labels": torch.stack(labels)}


@unittest.skipIf(MISSING, MISSING)
class HuggingFace(WithWorkspace):
    def setUp(self):
        super().setUp()
        torch.manual_seed(1)
        self.model = Linear()

    def trainer(self, run, task, **more):
        arguments = TrainingArguments(
            output_dir=str(Path(self.workspace, "trainer")),
            per_device_train_batch_size=16,
            num_train_epochs=2,
            learning_rate=0.1,
            save_strategy="no",
            report_to=[],
            use_cpu=True,
            disable_tqdm=True,
            **{"logging_steps": 1, **more},
        )
        found = Trainer(
            model=self.model,
            args=arguments,
            train_dataset=examples(TASKS[task], 40),
            eval_dataset=examples(TASKS[task], 20, seed=2),
            data_collator=collated,
            callbacks=[LetheCallback(run)],
        )
        return found

    def learn(self, run, **more):
        for task in run.remaining():
            trainer = self.trainer(run, task, **more)
            trainer.train()
            yield
            run.evaluate(lambda tested: trainer.predict(examples(TASKS[tested], 20, seed=2))[:2])
            trainer.evaluate()

    def told(self, run):
        """Sum of the losses of all steps of the first task, as the log has it."""
        steps = [event for event in self.events(run) if event["type"] == "step" and event["task"] == 0]
        counts = [event["step"] - before for event, before in zip(steps, [0] + [event["step"] for event in steps])]
        return sum(event["loss"] * count for event, count in zip(steps, counts)), steps[-1]["step"]

    def test_trainings_are_tasks(self):
        with self.run_of() as run:
            for _ in self.learn(run, eval_strategy="epoch"):
                pass
        begun = [event["steps"] for event in self.events(run) if event["type"] == "task-start"]
        self.assertEqual(begun, [10, 10])
        self.assertNotIn("plan", self.kinds(run))
        total, steps = self.told(run)
        self.assertEqual(steps, 10)
        self.assertAlmostEqual(total, sum(self.model.losses[:10]), places=4)
        [first, last] = lethe.load(self.workspace)[0].matrix
        self.assertTrue(first[0] > first[1] < last[1], (first, last))
        metrics = {row["metric"] for row in lethe.load(self.workspace).metrics()}
        self.assertLessEqual({"learning_rate", "grad_norm", "eval_loss"}, metrics)
        self.assertFalse(metrics & {"loss", "epoch", "train_runtime", "train_loss"})
        self.assertEqual(self.events(run)[-1]["status"], "done")

    def test_steps_after_the_last_that_is_logged_count(self):
        with self.run_of() as run:
            for _ in self.learn(run, logging_steps=4):
                pass
        total, steps = self.told(run)
        self.assertEqual(steps, 10)
        self.assertAlmostEqual(total, sum(self.model.losses[:10]), places=4)

    def test_a_stop_ends_training_between_two_logs(self):
        with self.assertRaises(lethe.Stopped):
            with self.run_of() as run:
                learning = self.learn(run, logging_steps=500, max_steps=10**6)
                self.model.register_forward_hook(lambda *_: Path(run.path, "stop").touch())
                next(learning)
        self.assertEqual(self.events(run)[-1]["status"], "stopped")

    def test_several_processes_are_refused(self):
        with self.assertRaisesRegex(lethe.Mistake, "2 processes train together"):
            with self.run_of() as run:
                LetheCallback(run).on_train_begin(types.SimpleNamespace(world_size=2), None, None)


if __name__ == "__main__":
    unittest.main()
