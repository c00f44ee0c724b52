"""The callback for Lightning in an experiment of CLArena: its pipeline, algorithm and metrics as they are."""

import csv
import unittest
import warnings
from importlib.util import find_spec
from pathlib import Path

from test_run import WithWorkspace

import lethe

MISSING = None if find_spec("clarena") and find_spec("torch") else "clarena is not installed"
if not MISSING:
    from clarena.cl_datasets import CLDataset
    from clarena.pipelines import CLMainExperiment
    from omegaconf import OmegaConf
    from toy_data import FEATURES, TASKS, examples

    from lethe.integrations.lightning import LetheCallback

    class Toys(CLDataset):
        def prepare_data(self):
            pass

        def get_cl_class_map(self, task_id):
            classes = TASKS[task_id - 1]
            return {label: label if self.cl_paradigm == "CIL" else place for place, label in enumerate(classes)}

        def _examples(self, count, seed):
            found = examples(TASKS[self.task_id - 1], count, seed)
            return [(inputs, self.get_cl_class_map(self.task_id)[int(label)]) for inputs, label in found]

        def train_and_val_dataset(self):
            return self._examples(40, 1), self._examples(4, 3)

        def test_dataset(self):
            return self._examples(20, 2)


@unittest.skipIf(MISSING, MISSING)
class CLArena(WithWorkspace):
    def configuration(self, paradigm):
        output = str(Path(self.workspace, paradigm))
        return OmegaConf.create(
            {
                "pipeline": "CL_MAIN_EXPR",
                "expr_name": "toys",
                "cl_paradigm": paradigm,
                "train_tasks": 2,
                "eval_after_tasks": 2,
                "global_seed": 1,
                "cl_dataset": {"_target_": f"{__name__}.Toys", "root": output, "num_tasks": 2, "batch_size": 20},
                "cl_algorithm": {"_target_": "clarena.cl_algorithms.Finetuning"},
                "backbone": {
                    "_target_": "clarena.backbones.CLMLP",
                    "input_dim": FEATURES,
                    "hidden_dims": [8],
                    "output_dim": 8,
                },
                "optimizer": {"_target_": "torch.optim.SGD", "_partial_": True, "lr": 0.1},
                "lr_scheduler": {"_target_": "torch.optim.lr_scheduler.ConstantLR", "_partial_": True, "factor": 1},
                "trainer": {
                    "_target_": "lightning.Trainer",
                    "max_epochs": 2,
                    "accelerator": "cpu",
                    "devices": 1,
                    "enable_checkpointing": False,
                    "enable_progress_bar": False,
                    "enable_model_summary": False,
                },
                "metrics": [{"_target_": "clarena.metrics.CLAccuracy", "save_dir": output}],
                "lightning_loggers": {"csv": {"_target_": "lightning.pytorch.loggers.CSVLogger", "save_dir": output}},
                "callbacks": [{"_target_": "lightning.pytorch.callbacks.Timer"}],
                "output_dir": output,
                "misc": {"any": 1},
            }
        )

    def own_accuracies(self, paradigm):
        """Of each task those that CLArena's own metric wrote, on the tasks so far: means of batches, here of equal size."""
        with open(Path(self.workspace, paradigm, "acc.csv")) as file:
            rows = list(csv.DictReader(file))
        return [[float(row[f"test_on_task_{task}"]) for task in range(1, place + 2)] for place, row in enumerate(rows)]

    def test_its_experiments_stream(self):
        warnings.simplefilter("ignore")
        self.addCleanup(warnings.resetwarnings)
        for paradigm, scenario, tasks in (("CIL", "class", TASKS), ("TIL", "task", [[0, 1], [0, 1]])):
            with self.run_of(method="finetuning", scenario=scenario, tasks=tasks) as run:

                class Streamed(CLMainExperiment):
                    def instantiate_callbacks(self, metrics_cfg, callbacks_cfg):
                        super().instantiate_callbacks(metrics_cfg, callbacks_cfg)
                        self.callbacks.append(LetheCallback(run))

                Streamed(self.configuration(paradigm)).run()
            rows = [event for event in self.events(run) if event["type"] == "task-end"]
            own = self.own_accuracies(paradigm)
            self.assertEqual(([len(row["accuracy"]) for row in rows], len(own)), ([1, 2], 2))
            for row, accuracies in zip(rows, own):
                for told, accuracy in zip(row["accuracy"], accuracies):
                    self.assertAlmostEqual(told, accuracy, places=4)
            # Answers alone say what they would have been, told the task, only where they were told it.
            aware = [row["taskAware"] for row in rows]
            unknown = [[None], [None, None]]
            self.assertEqual(aware, unknown if scenario == "class" else [row["accuracy"] for row in rows])
            loaded = next(one for one in lethe.load(self.workspace) if one.id == run.id)
            self.assertEqual((loaded.is_whole, loaded.log.unreadable), (True, 0))


if __name__ == "__main__":
    unittest.main()
