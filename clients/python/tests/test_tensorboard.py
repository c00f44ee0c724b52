"""Event files of TensorBoard: their records, and what the real TensorBoard reads in them."""

import struct
import unittest
from importlib.util import find_spec
from pathlib import Path

from test_run import WithWorkspace, answers

import lethe
from lethe.tensorboard import crc32c, record

MISSING = None if find_spec("tensorboard") else "tensorboard is not installed"


def records(content):
    """Checks the sums of each record, and gives what is in them."""
    found = []
    while content:
        length, masked = struct.unpack_from("<QI", content)
        [own] = struct.unpack_from("<I", content, 12 + length)
        inside = content[12 : 12 + length]
        for part, told in ((content[:8], masked), (inside, own)):
            rotated = (told - 0xA282EAD8) & 0xFFFFFFFF
            assert crc32c(part) == (rotated << 15 | rotated >> 17) & 0xFFFFFFFF
        found.append(inside)
        content = content[16 + length :]
    return found


class EventFiles(WithWorkspace):
    def learned(self):
        with self.run_of(steps=[3, 2]) as run:
            run.baseline(answers([1, 2]))
            for task in run.remaining():
                run.task(task)
                for step in range(3 - task):
                    run.step(0.5 + step)
                    run.log(rate=0.1, gap=None)
                run.evaluate(answers([8, 2 + 4 * task]) if task else lambda t: answers([8, 2])(t) if t == 0 else None)
        return lethe.load(self.workspace)

    def test_sums_are_those_of_the_polynomial(self):
        # Check values of RFC 3720, B.4.
        self.assertEqual(crc32c(b"123456789"), 0xE3069283)
        self.assertEqual(crc32c(bytes(32)), 0x8A9136AA)
        self.assertEqual(records(record(b"first") + record(b"")), [b"first", b""])

    def test_a_file_holds_its_version_and_a_record_for_each_number(self):
        [file] = self.learned().to_tensorboard(Path(self.workspace, "boards"))
        self.assertRegex(Path(file).name, r"^events\.out\.tfevents\.\d+\.lethe$")
        first, *rest = records(Path(file).read_bytes())
        self.assertIn(b"brain.Event:2", first)
        self.assertTrue(any(b"metrics/rate" in one for one in rest))
        self.assertFalse(any(b"gap" in one for one in rest))

    @unittest.skipIf(MISSING, MISSING)
    def test_the_real_tensorboard_reads_all_numbers(self):
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

        runs = self.learned()
        [file] = runs.to_tensorboard(Path(self.workspace, "boards"))
        # Written anew it is the same.
        runs.to_tensorboard(Path(self.workspace, "boards"))
        board = EventAccumulator(str(Path(file).parent))
        board.Reload()

        def points(tag):
            return [(event.step, round(event.value, 6)) for event in board.Scalars(tag)]

        self.assertEqual(points("training/loss")[0], (1, 0.5))
        self.assertEqual(points("training/loss")[-1][0], 5)
        self.assertEqual(points("metrics/rate")[-1][1], 0.1)
        self.assertEqual(points("accuracy, after each task/task 1"), [(3, 0.8), (5, 0.8)])
        self.assertEqual(points("accuracy, after each task/task 2"), [(5, 0.6)])
        self.assertEqual(points("accuracy, curve/task 1"), [(0, 0.1), (3, 0.8), (5, 0.8)])
        times = [event["at"] for event in runs[0].log.of("task-end")]
        walls = [event.wall_time for event in board.Scalars("accuracy, after each task/task 1")]
        self.assertEqual(walls, [at / 1000 for at in times])


if __name__ == "__main__":
    unittest.main()
