"""The hook for Mammoth, with a double of its loop: what `utils.training.train` calls, in its order (e75a491)."""

import types
import unittest

from test_run import WithWorkspace

import lethe
from lethe.integrations.mammoth import follow, scenario_of, tasks_of


class DataSet:
    N_TASKS = 2
    N_CLASSES_PER_TASK = 2
    train_loader = range(5)

    def __init__(self, setting):
        self.SETTING = setting


class Model:
    def __init__(self, compatibility=("class-il",), **more):
        self.COMPATIBILITY = list(compatibility)
        self.args = types.SimpleNamespace(**{"fitting_mode": "epochs", "n_epochs": 2, "start_from": None, **more})
        self.current_task = 0
        self.calls = []

    def meta_begin_task(self, dataset):
        self.calls.append("begin_task")

    def meta_observe(self, inputs, labels, not_aug_inputs, epoch=None):
        return 0.5

    def meta_end_task(self, dataset):
        self.current_task += 1

    def meta_end_eval(self, dataset, accs):
        self.calls.append(accs)


def train(model, dataset, accuracies):
    for task in range(dataset.N_TASKS):
        model.meta_begin_task(dataset)
        for epoch in range(model.args.n_epochs):
            for batch in dataset.train_loader:
                assert model.meta_observe(batch, batch, batch, epoch=epoch) == 0.5
        model.meta_end_task(dataset)
        model.meta_end_eval(dataset, accuracies[task])


class Mammoth(WithWorkspace):
    def learn(self, setting, accuracies, **of_model):
        model, dataset = Model(**of_model), DataSet(setting)
        with self.run_of(tasks=tasks_of(dataset), scenario=scenario_of(dataset)) as run:
            follow(run, model)
            train(model, dataset, accuracies)
        # What the model does itself it still does.
        self.assertEqual(model.calls, ["begin_task", accuracies[0], "begin_task", accuracies[1]])
        events = self.events(run)
        self.assertEqual(events[-1]["status"], "done")
        self.assertEqual([event["steps"] for event in events if event["type"] == "task-start"], [10, 10])
        self.assertNotIn("plan", self.kinds(run))
        return events[0]["tasks"], [
            (event["accuracy"], event["taskAware"]) for event in events if event["type"] == "task-end"
        ]

    def test_class_incremental_with_task_aware_accuracies(self):
        tasks, rows = self.learn("class-il", [([99.0], [99.5]), ([50.0, 90.0], [97.0, 96.0])])
        self.assertEqual([task["classes"] for task in tasks], [[0, 1], [2, 3]])
        self.assertEqual(rows, [([0.99], [0.995]), ([0.5, 0.9], [0.97, 0.96])])

    def test_models_that_need_the_task_have_task_aware_accuracies_alone(self):
        _, rows = self.learn("class-il", [([0], [99.5]), ([0, 0], [97.0, 96.0])], compatibility=["task-il"])
        self.assertEqual(rows, [([None], [0.995]), ([None, None], [0.97, 0.96])])

    def test_domains_have_the_same_classes(self):
        tasks, rows = self.learn("domain-il", [([99.0], [0.0]), ([50.0, 90.0], [0.0, 0.0])])
        self.assertEqual([task["classes"] for task in tasks], [[0, 1], [0, 1]])
        self.assertEqual(rows, [([0.99], [None]), ([0.5, 0.9], [None, None])])

    def test_numbers_of_classes_may_differ(self):
        dataset = DataSet("class-il")
        dataset.N_CLASSES_PER_TASK = [1, 3]
        self.assertEqual([task.classes for task in tasks_of(dataset)], [(0,), (1, 2, 3)])

    def test_streams_without_tasks_and_skipped_tasks_are_refused(self):
        with self.assertRaisesRegex(lethe.Mistake, "the setting of the data set is 'general-continual': known are"):
            scenario_of(DataSet("general-continual"))
        with self.assertRaisesRegex(lethe.Mistake, "start_from leaves tasks out"):
            with self.run_of() as run:
                follow(run, Model(start_from=1))


if __name__ == "__main__":
    unittest.main()
