"""What runs held of GPUs, counted from samples, against the plainest reckoning second by second."""

import contextlib
import itertools
import math
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from store import runs, samples, series
from store.database import open_journal, write
from store.history import extent, read_history
from store.weekly.gpu_use import GAP_SECONDS, QUARTER, UNKNOWN

START = 2_000_000 * QUARTER
Launched = Callable[..., str]
Uses = dict[tuple[int, str, str], tuple[float, float]]


def uses(journal: sqlite3.Connection) -> Uses:
    """Held and idle seconds by quarter (from the beginning), run and GPU."""
    rows = journal.execute("SELECT quarter, run_id, gpu, held, idle FROM gpu_use WHERE held > 0")
    return {(row["quarter"] - START // QUARTER, row["run_id"], row["gpu"]): (row["held"], row["idle"]) for row in rows}


def see(journal: sqlite3.Connection, time: float, run: str = "r1", **used: float) -> None:
    """Keep a sample of a run on some GPUs, as the daemon does."""
    points = [(f"run:{run}", f"on:{gpu}", value) for gpu, value in used.items()]
    samples.keep(journal, time, [*points, (f"run:{run}", "cpu", 50.0)])


def fold(journal: sqlite3.Connection, now: float) -> int:
    """Fold in a transaction of its own."""
    with write(journal):
        return samples.fold(journal, now)


def test_held_and_idle(journal: sqlite3.Connection, launched: Launched) -> None:
    """A sample stands for the time since the one before it; up to five percent is nothing, what is unknown is use."""
    launched("r1")
    with write(journal):
        for second, value in enumerate([90.0, 90.0, 5.0, 5.1, 0.0, UNKNOWN, 90.0]):
            see(journal, START + 2 * second, a=value, b=0.0)
    fold(journal, START + 60)
    assert uses(journal) == {(0, "r1", "a"): (12.0, 4.0), (0, "r1", "b"): (12.0, 12.0)}


def test_over_folds_and_quarters(journal: sqlite3.Connection, launched: Launched) -> None:
    """No second is lost between two folds, nor between two quarters of an hour: each has its own part."""
    launched("r1")
    for minute in range(40):
        with write(journal):
            for second in range(1, 61, 2):
                see(journal, START + 60 * minute + second, a=80.0 if minute % 2 else 0.0)
        fold(journal, START + 60 * minute + 60.5)
    fold(journal, START + 9000)
    found = uses(journal)
    assert [key[0] for key in sorted(found)] == [0, 1, 2]
    assert [held for _, (held, _) in sorted(found.items())] == [899.0, 900.0, 599.0]
    assert sum(idle for _, idle in found.values()) == pytest.approx(2398 / 2, abs=2)


def test_a_gap(journal: sqlite3.Connection, launched: Launched) -> None:
    """What lies between samples further apart than a minute is not known, and does not count."""
    launched("r1")
    moments = [0, 30, 30 + GAP_SECONDS, 91 + GAP_SECONDS, 95 + GAP_SECONDS, 5000, 5002]
    with write(journal):
        for moment in moments:
            see(journal, START + moment, a=50.0)
    fold(journal, START + 9000)
    assert sum(held for held, _ in uses(journal).values()) == 30 + GAP_SECONDS + 4 + 2


def test_two_runs_on_a_gpu(journal: sqlite3.Connection, launched: Launched) -> None:
    """It counts for each, with what each makes of it."""
    launched("r1")
    launched("r2")
    with write(journal):
        for second in (0, 10, 20):
            see(journal, START + second, "r1", a=0.0)
            see(journal, START + second, "r2", a=99.0)
    fold(journal, START + 60)
    assert uses(journal) == {(0, "r1", "a"): (20.0, 20.0), (0, "r2", "a"): (20.0, 0.0)}


def test_a_clock_that_was_set_back(journal: sqlite3.Connection, launched: Launched) -> None:
    """The time that it passes again counts once."""
    launched("r1")
    for begin in (0, 600, 300, 890):
        with write(journal):
            for second in range(begin, begin + 400, 2):
                see(journal, START + second, a=50.0)
        fold(journal, START + 9000)
    assert uses(journal) == {(0, "r1", "a"): (398 + 900 - 600, 0.0), (1, "r1", "a"): (1288 - 900, 0.0)}


def test_it_is_no_figure(journal: sqlite3.Connection, launched: Launched) -> None:
    """Neither what waits nor a series nor a chart knows these names; the run's other figures are as ever."""
    launched("r1")
    with write(journal):
        for second in range(90):
            see(journal, START + second, a=50.0)
    assert set(samples.waiting(journal, "run:r1")) == {"cpu"}
    assert fold(journal, START + 89) == 60
    assert set(samples.waiting(journal, "run:r1")) == {"cpu"}
    assert {one.name for one in series.list_series(journal, "r1", samples.SYSTEM)} == {"cpu"}
    found = read_history(journal, "run:r1", ["cpu", "on:a"], START, START + 100)
    assert sum(bucket.count for bucket in found["cpu"]) == 90
    assert found["on:a"] == []
    assert extent(journal, "run:r1") == (START, START + 89)


def test_a_run_that_is_gone(journal: sqlite3.Connection, launched: Launched) -> None:
    """What is left of it in the samples is dropped, as is what was counted; other runs keep theirs."""
    launched("r1")
    launched("r2")
    for begin in (0, 60):
        with write(journal):
            for second in (begin, begin + 20):
                see(journal, START + second, "r1", a=50.0)
                see(journal, START + second, "r2", a=50.0)
            if begin:
                journal.execute("DELETE FROM runs WHERE id = 'r1'")
        fold(journal, START + begin + 60)
    assert uses(journal) == {(0, "r2", "a"): (80.0, 0.0)}


@pytest.mark.parametrize("seed", range(6))
def test_as_second_by_second(journal: sqlite3.Connection, launched: Launched, seed: int) -> None:
    """Whatever is sampled when, wherever it is folded and wherever that dies: as reckoned one second after another."""
    rng = random.Random(seed)
    launched("r1")
    launched("r2")
    known: Uses = {}
    now, last = START, dict[tuple[str, str], int]()
    for _ in range(300):
        now += rng.choice([1, 2, 2, 2, 7, 59, 60, 61, 300])
        with write(journal):
            for run in ("r1", "r2"):
                on = {gpu: float(rng.choice([UNKNOWN, 0, 5, 6, 100])) for gpu in "ab" if rng.random() < 0.7}
                see(journal, now, run, **on)
                for gpu, value in on.items():
                    before = last.get((run, gpu), -math.inf)
                    for second in range(int(before), now) if now - before <= GAP_SECONDS else ():
                        key = (second - START) // QUARTER, run, gpu
                        held, idle = known.get(key, (0.0, 0.0))
                        known[key] = held + 1, idle + (0 <= value <= 5)
                    last[run, gpu] = now
        if rng.random() < 0.3:
            with contextlib.suppress(KeyboardInterrupt), write(journal):
                samples.fold(journal, now)
                raise KeyboardInterrupt
            fold(journal, now)
    fold(journal, now + 1e6)
    assert uses(journal) == known
    assert fold(journal, now + 2e6) == 0
    assert uses(journal) == known


def test_killed_by_the_system(home: Path) -> None:
    """A process that keeps and folds is killed outright again and again: every second it told of counts, once."""
    with contextlib.closing(open_journal(home / "journal.db")) as journal, write(journal):
        runs.record_launch(journal, {"id": "r1", "created": 1.0, "argv": [], "project_root": "/p"}, "/runs/r1")
    told: list[int] = []
    for turn in range(3):
        code = (
            "import sys; from pathlib import Path; from store import samples; "
            "from store.database import open_journal, write\n"
            "journal = open_journal(Path(sys.argv[1])); second = int(sys.argv[2])\n"
            "while True:\n"
            "    with write(journal): samples.keep(journal, second, [('run:r1', 'on:a', float(second % 2 * 100))])\n"
            "    print(second, flush=True)\n"
            "    with write(journal): samples.fold(journal, second)\n"
            "    second += 7\n"
        )
        command = [sys.executable, "-c", code, str(home / "journal.db"), str(START + 100_000 * turn)]
        root = Path(__file__).resolve().parents[3]
        with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for count, line in enumerate(process.stdout):
                told.append(int(line))
                if count == 150 + 7 * turn:
                    process.send_signal(signal.SIGKILL)
    expected = [7 for before, after in itertools.pairwise(told) if after - before == 7]
    idle = [7 for before, after in itertools.pairwise(told) if after - before == 7 and after % 2 == 0]
    with contextlib.closing(open_journal(home / "journal.db")) as journal:
        fold(journal, START + 1e6)
        found = uses(journal)
    # The last of each turn may have been kept before it could be said.
    assert 0 <= sum(held for held, _ in found.values()) - sum(expected) <= 3 * 7
    assert 0 <= sum(used for _, used in found.values()) - sum(idle) <= 3 * 7
    assert all(held <= QUARTER for held, _ in found.values())
