"""A program that an experiment names (frameworks.lethe.json beside it): the EWC of CLArena on the tasks of Lethe.

The data set is made of the very examples that Lethe's own methods meet; their order CLArena draws itself. Its EWC holds
the layers before the heads alone, by squared gradients of batches, so that its factor is another scale than Lethe's lambda.
"""

import tempfile

import torch
from clarena.cl_datasets import CLDataset
from clarena.pipelines import CLMainExperiment
from idx_files import numbers, read_part
from omegaconf import OmegaConf

import lethe
from lethe.integrations.lightning import LetheCallback

PIXELS, HIDDEN = 784, 100
#: Bytes of a number.
FLOAT = 4


class Tasks(CLDataset):
    """The tasks of the run. Classes are called as the data set calls them."""

    def prepare_data(self):
        pass

    def get_cl_class_map(self, task_id):
        return {label: label for label in run.tasks[task_id - 1].classes}

    def train_and_val_dataset(self):
        task = run.tasks[self.task_id - 1]
        # A trainer of CLArena validates; what it says of these few is not used.
        return examples("train", task.train), examples("t10k", list(task.test)[:1])

    def test_dataset(self):
        return examples("t10k", run.tasks[self.task_id - 1].test)


def examples(part, indices):
    images, labels = parts[part]
    return [(numbers(images[at]), int(labels[at])) for at in indices]


class Streamed(CLMainExperiment):
    def instantiate_callbacks(self, metrics_cfg, callbacks_cfg):
        super().instantiate_callbacks(metrics_cfg, callbacks_cfg)
        self.callbacks.append(LetheCallback(run, memory_bytes=self.stored))

    def stored(self):
        """Of each task that is over the old parameters, and the importance of each."""
        kept = self.model.previous_task_backbones.values()
        return sum(2 * FLOAT * parameter.numel() for network in kept for parameter in network.parameters())


def configuration(output):
    training = run.spec["training"]
    count = len(run.tasks)
    return OmegaConf.create(
        {
            "pipeline": "CL_MAIN_EXPR",
            "expr_name": "ewc",
            "cl_paradigm": "CIL",
            "train_tasks": count,
            "eval_after_tasks": count,
            "global_seed": run.seed,
            "cl_dataset": {
                "_target_": f"{__name__}.Tasks",
                "root": output,
                "num_tasks": count,
                "batch_size": training["batchSize"],
            },
            "cl_algorithm": {
                "_target_": "clarena.cl_algorithms.EWC",
                "parameter_change_reg_factor": run.settings["factor"],
                "when_calculate_fisher_information": "train_end",
            },
            "backbone": {
                "_target_": "clarena.backbones.CLMLP",
                "input_dim": PIXELS,
                "hidden_dims": [],
                "output_dim": HIDDEN,
            },
            "optimizer": {"_target_": "torch.optim.Adam", "_partial_": True, "lr": training["learningRate"]},
            "lr_scheduler": {"_target_": "torch.optim.lr_scheduler.ConstantLR", "_partial_": True, "factor": 1},
            "trainer": {
                "_target_": "lightning.Trainer",
                "max_epochs": training["epochs"],
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


with lethe.run() as run:
    parts = {part: read_part(run.data["mnist"], part) for part in ("train", "t10k")}
    with tempfile.TemporaryDirectory() as output:
        Streamed(configuration(output)).run()
