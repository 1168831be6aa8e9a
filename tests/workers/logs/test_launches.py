"""Where another launch begins in a log that several launches were appended to."""

import json
import random
import time

import pytest

from tests.workers.logs.crash_logs import TRACE
from workers.logs.failures import find_failure
from workers.logs.launches import LaunchDetector, last_launch

OPENING = ["loading settings from run.yaml", "model has 2.5 M parameters", "data: 50000 images", "optimizer: AdamW"]
STEPS = [f"epoch {epoch} step {step} loss {1 / (step + 1):.3f}" for epoch in range(3) for step in range(40)]
ERROR = [*TRACE.splitlines(), "ValueError: bad batch"]
LAUNCH = [*OPENING, *STEPS]
CANCELLED = ["slurmstepd: error: *** JOB 7 ON n1 CANCELLED AT 2026-01-01T00:00:00 ***"]


def begins(lines: list[str]) -> list[int]:
    """Where a detector says a launch begins."""
    detector = LaunchDetector()
    return [index for index, line in enumerate(lines) if detector.read(line)]


@pytest.mark.parametrize(
    "end", [ERROR, CANCELLED, ["run.sh: line 3: 77 Killed   python train.py"], ["KeyboardInterrupt"]]
)
def test_opening_after_an_end(end: list[str]) -> None:
    """The file's opening lines after an end are a new launch, within a few lines."""
    first = LAUNCH + end
    found = begins(first + LAUNCH)
    assert len(found) == 1
    assert 0 <= found[0] - len(first) <= 4


def test_another_program_after_an_end() -> None:
    """So are many lines unlike those before, after an exception that left the program."""
    other = [f"{word} of the other program" for word in "reading parsing sorting joining writing checking".split()]
    other += [f"table {name} has {size} rows" for size, name in enumerate("abcdefghijklmnop")]
    assert len(begins(LAUNCH + ERROR + other)) == 1


@pytest.mark.parametrize(
    "banner",
    [
        "nohup: ignoring input",
        "[2026-01-01 00:00:00,000] [INFO] [runner.py:610:main] cmd = /usr/bin/python -u -m deepspeed.launcher.launch",
        "Setting OMP_NUM_THREADS environment variable for each process to be 1 in default, to avoid overload",
    ],
)
def test_a_second_banner(banner: str) -> None:
    """A launcher's banner that comes again is a new launch; the first one is the file's own."""
    assert begins([banner, *LAUNCH, banner, *LAUNCH]) == [1 + len(LAUNCH)]
    assert begins([*OPENING, banner, *STEPS]) == []


def test_no_new_launch() -> None:
    """Ranks that repeat the opening, epochs, and a handled exception in a loop are none."""
    ranks = [line for line in OPENING for _ in range(8)] + OPENING * 7
    assert begins(ranks + STEPS * 5) == []
    handled = [*TRACE.replace(", in <module>", ", in fetch").splitlines(), "ValueError: bad batch"]
    loop = [
        line for step in range(50) for line in [f"epoch 1 step {step} loss 0.1", *(handled if step % 9 == 5 else [])]
    ]
    assert begins(OPENING + loop) == []
    caught = [
        line for step in range(50) for line in [f"epoch 1 step {step} loss 0.1", *(ERROR if step % 9 == 5 else [])]
    ]
    assert begins(OPENING + STEPS + caught) == []


def test_ranks_that_fail_one_after_another() -> None:
    """The exceptions of further ranks are no launches of their own."""
    ranks = [f"[rank{rank}]: {line}" for rank in range(8) for line in ERROR]
    assert begins(LAUNCH + ranks) == []


def test_state_is_small_and_goes_on() -> None:
    """The state survives JSON at any line, stays small, and changes nothing."""
    lines = LAUNCH + ERROR + LAUNCH
    whole = begins(lines)
    for cut in range(0, len(lines), 7):
        first = LaunchDetector()
        found = [index for index, line in enumerate(lines[:cut]) if first.read(line)]
        state = json.dumps(first.state)
        assert len(state) < 4000
        second = LaunchDetector(json.loads(state))
        assert found + [cut + index for index, line in enumerate(lines[cut:]) if second.read(line)] == whole


def test_what_was_written_before_a_restart_is_known_after_it() -> None:
    """An exception after which the job goes on as it did is no end, also where reading began anew before it."""
    opening = ["Using device: cuda:0", "Number of examples: 67349", "total steps planned: 5000"]
    log = ["loading the data", *[f"epoch {n} done, all is well" for n in range(30)], *opening]
    trace = ["Traceback (most recent call last):", '  File "train.py", line 12, in <module>', "ValueError: handled"]
    first = LaunchDetector()
    assert not any(first.read(line) for line in [*opening, *log])
    second = LaunchDetector(json.loads(json.dumps(first.state)))
    assert not any(second.read(line) for line in [*trace, *opening])


def test_many_lines_at_once() -> None:
    """Reading in batches finds what reading line by line finds."""
    lines = LAUNCH + ERROR + LAUNCH + CANCELLED + LAUNCH
    for size in (1, 5, 64, 1000):
        detector = LaunchDetector()
        found = []
        for start in range(0, len(lines), size):
            found += [start + index for index in detector.read_many(lines[start : start + size])]
        assert found == begins(lines)


def test_any_lines() -> None:
    """No lines at all make it fail."""
    chance = random.Random(0)
    lines = [
        "".join(chance.choice('aE: \t%|\x00é\ud800T12."') for _ in range(chance.randrange(40))) for _ in range(3000)
    ]
    begins(lines)
    LaunchDetector().read_many(lines)
    assert last_launch(lines) >= 0


def test_batches_are_quick() -> None:
    """Reading a batch without an end in it takes less than two microseconds a line."""
    lines = [
        f"2026-01-01 00:00:00,000 - INFO - epoch 1 step {step} loss 0.123 accuracy 0.9876" for step in range(20_000)
    ]
    detector = LaunchDetector()
    start = time.process_time()
    for begin in range(0, len(lines), 1000):
        detector.read_many(lines[begin : begin + 1000])
    assert (time.process_time() - start) / len(lines) < 2e-6


def test_a_cause_of_an_earlier_launch() -> None:
    """An exception of an earlier launch is not the cause of the last one, which ends without saying why."""
    assert find_failure(LAUNCH + ERROR + LAUNCH) is None
    found = find_failure(LAUNCH + ERROR + LAUNCH + CANCELLED)
    assert found is not None
    assert found.cause.startswith("cancelled: Slurm JOB 7")


def test_last_launch() -> None:
    """The last launch begins behind the end of the one before."""
    lines = LAUNCH + ERROR + LAUNCH
    assert last_launch(lines) == len(LAUNCH + ERROR)
    assert last_launch(LAUNCH) == 0
