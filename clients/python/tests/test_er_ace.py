"""The example ER-ACE, on images small in number."""

import argparse
import unittest
from importlib.util import find_spec
from pathlib import Path

from examples import write_digits
from test_run import WithWorkspace

import lethe

MISSING = None if find_spec("torch") else "torch is not installed"
if not MISSING:
    import er_ace
    import torch


@unittest.skipIf(MISSING, MISSING)
class ErAce(WithWorkspace):
    def test_the_loss_of_incoming_examples_is_among_their_classes_and_those_to_come(self):
        torch.manual_seed(1)
        logits = torch.randn(2, 10)
        seen = torch.zeros(10, dtype=torch.bool)
        seen[[0, 1, 2, 3]] = True
        labels = torch.tensor([2, 3])
        loss = er_ace.asymmetric_loss(lambda _: logits, (torch.zeros(2, 784), labels), None, seen)
        self.assertTrue(torch.equal(loss, torch.nn.functional.cross_entropy(logits[:, 2:], labels - 2)))

    def test_the_loss_of_replayed_examples_is_among_all_classes(self):
        logits = {1: torch.randn(1, 10), 2: torch.randn(2, 10)}
        seen = torch.ones(10, dtype=torch.bool)
        incoming = torch.zeros(1, 784), torch.tensor([9])
        replayed = torch.zeros(2, 784), torch.tensor([0, 9])
        loss = er_ace.asymmetric_loss(lambda images: logits[len(images)], incoming, replayed, seen)
        # Among its only class the incoming one cannot be wrong.
        self.assertTrue(torch.equal(loss, torch.nn.functional.cross_entropy(logits[2], replayed[1])))

    def test_a_reservoir_holds_every_example_with_the_same_probability(self):
        held = torch.zeros(12)
        for seed in range(2000):
            memory = er_ace.Reservoir(3, torch.Generator().manual_seed(seed))
            memory.add(torch.zeros(12, 784, dtype=torch.uint8), torch.arange(12))
            held[memory.labels] += 1
        self.assertEqual(int(held.sum()), 6000)
        # Four standard deviations of a binomial with p = 1/4.
        self.assertLess(float((held - 500).abs().max()), 4 * (2000 * 0.25 * 0.75) ** 0.5)

    def test_it_streams_whole_runs(self):
        data = Path(self.workspace, "data")
        data.mkdir()
        write_digits(data, 60, 20)
        options = argparse.Namespace(
            experiment="Toys", memory=20, batch=4, lr=0.01, data=data, folder=self.workspace
        )
        er_ace.learn(3, options)
        [run] = lethe.load(self.workspace)
        self.assertEqual((run.is_whole, run.log.unreadable, run.seed), (True, 0, 3))
        self.assertEqual([row["memoryBytes"] for row in run.log.of("task-end")], [12 * 785] + [20 * 785] * 4)
        self.assertEqual(run.task_aware[-1][-1], 1.0)
        views = [event["views"][0] for event in run.log.of("mechanism")]
        self.assertEqual(sum(views[-1]["perClass"]), 20)


if __name__ == "__main__":
    unittest.main()
