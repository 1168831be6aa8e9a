"""Samples kept, folded into seconds and minutes and trimmed, against a plain dictionary of what was kept."""

import contextlib
import math
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import curves, samples, series
from store.chunks import CHUNK, SPAN
from store.database import open_journal, write
from store.samples import DAY, MINUTE, MINUTE_HIGH, MINUTE_LOW, SECOND, SYSTEM

START = 1_800_000_000
GPU = "gpu:GPU-1"
QUIET = settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
Known = dict[int, float]


@dataclass(frozen=True)
class Stretch:
    """Some seconds of sampling: first the clock jumps, then a sample comes every ``every`` seconds.

    Every ``fold_after`` samples are folded; ``killed``: each fold is first begun and lost half-way.
    """

    jump: int
    length: int
    every: float
    fold_after: int
    killed: bool


def read(journal: sqlite3.Connection, source: str, name: str = "load", run_id: str | None = None) -> Known:
    """The points of one series by step; their times are their steps."""
    subject = GPU if run_id is None else SYSTEM
    found = [one for one in series.list_series(journal, run_id, subject) if one.name == name and one.source == source]
    if not found:
        return {}
    points = curves.read_points(journal, found[0].id)
    assert len(set(points.steps)) == len(points.steps)
    assert points.times == points.steps
    assert not any(points.superseded)
    assert found[0].unit == "s"
    return dict(zip(map(int, points.steps), points.values, strict=True))


def minutes(seconds: Known) -> dict[str, Known]:
    """Mean, lowest and highest of each minute, in the plainest way."""
    made: dict[str, Known] = {MINUTE: {}, MINUTE_LOW: {}, MINUTE_HIGH: {}}
    for minute in sorted({second // 60 for second in seconds}):
        values = [value for second, value in seconds.items() if second // 60 == minute]
        made[MINUTE][60 * minute] = sum(values) / len(values)
        made[MINUTE_LOW][60 * minute] = min(values)
        made[MINUTE_HIGH][60 * minute] = max(values)
    return made


def fold(journal: sqlite3.Connection, now: float, *, killed: bool = False) -> int:
    """Fold in a transaction of its own; ``killed``: a first try dies before it is committed."""
    if killed:
        with contextlib.suppress(KeyboardInterrupt), write(journal):
            samples.fold(journal, now)
            raise KeyboardInterrupt
    with write(journal):
        return samples.fold(journal, now)


def fill(journal: sqlite3.Connection, first: int, last: int, *, name: str = "load", every: int = 1) -> Known:
    """Keep and fold whole numbers from ``first`` to before ``last``; what was kept."""
    rng = random.Random(first)
    known = {}
    for begin in range(first, last, 3600):
        with write(journal):
            for second in range(begin, min(begin + 3600, last), every):
                known[second] = float(rng.randint(0, 100))
                samples.keep(journal, second, [(GPU, name, known[second])])
            samples.fold(journal, last + 3600)
    return known


stretches = st.lists(
    st.builds(
        Stretch,
        jump=st.sampled_from([0, 0, 1, 59, 60, 4000, -5, -70, -4000]),
        length=st.integers(1, 700),
        every=st.sampled_from([0.3, 1.0, 1.0, 1.01, 5.0]),
        fold_after=st.sampled_from([1, 7, 60, 61, 1000]),
        killed=st.booleans(),
    ),
    min_size=1,
    max_size=5,
)


class TestFold:
    """`keep` and `fold`."""

    @QUIET
    @given(stretches)
    def test_the_same_points_once(self, stretches: list[Stretch]) -> None:
        """However the clock runs, whenever it is folded and wherever it dies: each second once, each minute right."""
        rng = random.Random(len(stretches))
        with contextlib.closing(open_journal(Path(":memory:"))) as journal:
            kept, moved, now = self._play(journal, stretches, rng)
            assert samples.waiting(journal, GPU).get("load", {}).items() <= kept.items()
            moved += fold(journal, now + 1e6)
            assert journal.execute("SELECT count(*) FROM samples").fetchone()[0] == 0
            assert read(journal, SECOND) == dict(sorted(kept.items()))
            assert moved >= len(kept)
            expected = minutes(kept)
            assert read(journal, MINUTE_LOW) == expected[MINUTE_LOW]
            assert read(journal, MINUTE_HIGH) == expected[MINUTE_HIGH]
            assert read(journal, MINUTE) == pytest.approx(expected[MINUTE], rel=1e-6)
            assert fold(journal, now + 2e6) == 0

    def _play(
        self, journal: sqlite3.Connection, stretches: list[Stretch], rng: random.Random
    ) -> tuple[Known, int, float]:
        kept: Known = {}
        moved, now = 0, float(START)
        for stretch in stretches:
            now += stretch.jump
            for begin in range(0, stretch.length, stretch.fold_after):
                with write(journal):
                    for _ in range(min(stretch.fold_after, stretch.length - begin)):
                        now += stretch.every
                        kept[math.floor(now)] = float(rng.randint(0, 1000))
                        samples.keep(journal, now, [(GPU, "load", kept[math.floor(now)])])
                moved += fold(journal, now, killed=stretch.killed)
        return kept, moved, now

    def test_the_minute_that_is_not_over(self, journal: sqlite3.Connection) -> None:
        """It waits, readable, until a fold in a later minute; then all of it counts, with what came before the fold."""
        with write(journal):
            for second in range(90):
                samples.keep(journal, START + second, [(GPU, "load", float(second))])
        assert fold(journal, START + 89.5) == 60
        assert read(journal, MINUTE) == {START: 29.5}
        assert samples.waiting(journal, GPU) == {"load": {START + n: float(n) for n in range(60, 90)}}
        with write(journal):
            samples.keep(journal, START + 100, [(GPU, "load", 1000.0)])
        assert fold(journal, START + 120) == 31
        assert read(journal, MINUTE_HIGH) == {START: 59.0, START + 60: 1000.0}
        assert samples.waiting(journal, GPU) == {}

    def test_figures_apart(self, journal: sqlite3.Connection, launched: Callable[..., str]) -> None:
        """Subjects and names have series of their own; a run's are the run's."""
        launched("r1")
        with write(journal):
            samples.keep(
                journal,
                START + 0.9,
                [(GPU, "load", 1.0), (GPU, "power", 2.0), ("run:r1", "cpu", 3.0), ("disk:a:/", "free", 4.0)],
            )
        assert fold(journal, START + 60) == 4
        assert read(journal, SECOND) == {START: 1.0}
        assert read(journal, SECOND, "power") == {START: 2.0}
        assert read(journal, SECOND, "cpu", "r1") == {START: 3.0}
        assert read(journal, MINUTE, "cpu", "r1") == {START: 3.0}
        assert series.list_series(journal, "r1") == []
        assert len(series.list_series(journal, None, "disk:a:/")) == 4

    def test_a_run_that_is_gone(self, journal: sqlite3.Connection, launched: Callable[..., str]) -> None:
        """What is left of it is dropped, and the rest of the sample is not."""
        launched("r1")
        with write(journal):
            samples.keep(journal, START, [("run:r1", "cpu", 3.0), (GPU, "load", 1.0)])
            journal.execute("DELETE FROM runs")
        assert fold(journal, START + 60) == 1
        assert read(journal, SECOND) == {START: 1.0}
        assert journal.execute("SELECT count(*) FROM samples").fetchone()[0] == 0

    @pytest.mark.parametrize("odd", [math.nan, math.inf, -math.inf, 1.7e308])
    def test_what_is_no_measure(self, journal: sqlite3.Connection, odd: float) -> None:
        """Values that are not finite, or absurd, are left out, and spoil no other."""
        with write(journal):
            samples.keep(journal, START, [(GPU, "load", odd)])
            samples.keep(journal, START + 1, [(GPU, "load", odd), (GPU, "power", 2.0)])
        assert fold(journal, START + 60) == 1
        assert read(journal, SECOND, "power") == {START + 1: 2.0}

    @given(st.floats(-1e299, 1e299), st.integers(-(2**21), 2**21))
    def test_six_digits(self, value: float, whole: int) -> None:
        """A value is kept to six digits, a whole number of them exactly, and shortening it again changes nothing."""
        short = samples.shorten(value)
        assert short == pytest.approx(value, rel=5e-7, abs=1e-300)
        assert samples.shorten(short) == short
        assert samples.shorten(whole) == whole

    def test_killed_by_the_system(self, home: Path) -> None:
        """A process that keeps and folds is killed outright again and again: what it said was kept is there, once."""
        told: Known = {}
        for turn in range(3):
            code = (
                "import sys; from pathlib import Path; from store import samples; "
                "from store.database import open_journal, write\n"
                "journal = open_journal(Path(sys.argv[1])); second = int(sys.argv[2])\n"
                "while True:\n"
                "    with write(journal): samples.keep(journal, second, [('gpu:GPU-1', 'load', float(second % 1000))])\n"
                "    print(second, flush=True)\n"
                "    with write(journal): samples.fold(journal, second)\n"
                "    second += 7\n"
            )
            command = [sys.executable, "-c", code, str(home / "journal.db"), str(START + 100_000 * turn)]
            root = Path(__file__).resolve().parents[2]
            with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
                assert process.stdout is not None
                for count, line in enumerate(process.stdout):
                    told[int(line)] = float(int(line) % 1000)
                    if count == 60 + 7 * turn:
                        process.send_signal(signal.SIGKILL)
        with contextlib.closing(open_journal(home / "journal.db")) as journal:
            fold(journal, START + 1e6)
            found = read(journal, SECOND)
            # The last of each turn may have been kept before it could be said.
            assert told.items() <= found.items()
            assert len(found) <= len(told) + 3
            assert series.list_series(journal, None, GPU)[-1].count == len(found)
            expected = minutes(found)
            assert read(journal, MINUTE) == pytest.approx(expected[MINUTE], rel=1e-6)


class TestTrim:
    """`trim`."""

    @pytest.mark.parametrize("now", [START, START + 3 * CHUNK, START + 70 * CHUNK, START + 80 * CHUNK + 900])
    def test_nothing_young_is_touched(self, journal: sqlite3.Connection, now: int) -> None:
        """All that is younger stays, all that is older than a chunk more goes, minutes stay; charts agree."""
        known = fill(journal, START, START + 80 * CHUNK)
        before = read(journal, MINUTE)
        with write(journal):
            dropped = samples.trim(journal, now, seconds_for=2 * CHUNK)
        left = read(journal, SECOND)
        first, oldest = min(left), now - 2 * CHUNK
        assert left == {second: value for second, value in known.items() if second >= first}
        assert max(START, oldest - CHUNK) <= first <= max(START, oldest)
        assert dropped == len(known) - len(left)
        assert read(journal, MINUTE) == before
        found = next(one for one in series.list_series(journal, None, GPU) if one.source == SECOND)
        assert (found.count, found.first_time) == (len(left), first)
        for buckets in (1, 50, 300, 5000):
            assert sum(one.count for one in curves.read_buckets(journal, found.id, buckets=buckets)) == len(left)
        more = fill(journal, START + 80 * CHUNK, START + 85 * CHUNK)
        assert read(journal, SECOND) == left | more

    @QUIET
    @given(stretches, st.integers(0, 5000))
    def test_whatever_the_clock_did(self, stretches: list[Stretch], age: int) -> None:
        """Nothing that is younger is lost of series whose clock jumped, whatever was folded before and after."""
        with contextlib.closing(open_journal(Path(":memory:"))) as journal:
            kept, _, now = TestFold()._play(journal, stretches, random.Random(1))
            fold(journal, now + 100)
            with write(journal):
                samples.trim(journal, now, seconds_for=age, minutes_for=2 * age)
            young = {second: value for second, value in kept.items() if second >= now - age}
            left = read(journal, SECOND)
            assert young.items() <= left.items() <= kept.items()
            means = {minute: value for minute, value in minutes(kept)[MINUTE].items() if minute >= now - 2 * age}
            found = read(journal, MINUTE)
            assert {minute: found.get(minute) for minute in means} == pytest.approx(means, rel=1e-6)

    def test_all_of_it_is_old(self, journal: sqlite3.Connection, launched: Callable[..., str]) -> None:
        """Nothing remains of a figure that is measured no more: seconds go after a day, minutes after 90."""
        launched("r1")
        with write(journal):
            samples.keep(journal, START, [(GPU, "load", 1.0), ("run:r1", "cpu", 1.0)])
            series.append(
                journal, "r1", "loss", source="log", unit="step", legs=[0], steps=[1], times=[START], values=[1]
            )
        fold(journal, START + 60)
        for days, sources in ((0.9, 4), (1.1, 3), (89.9, 3), (90.1, 0)):
            with write(journal):
                samples.trim(journal, START + days * DAY)
            assert len(series.list_series(journal, None, GPU)) == sources
            assert len(series.list_series(journal, "r1", SYSTEM)) == sources
        assert [one.name for one in series.list_series(journal, "r1")] == ["loss"]
        assert journal.execute("SELECT count(*) FROM series_tail").fetchone()[0] == 1

    def test_whole_spans_go(self, journal: sqlite3.Connection) -> None:
        """Of chunks that are gone no summary remains, in no span either."""
        fill(journal, START, START + (SPAN + 10) * CHUNK)
        with write(journal):
            samples.trim(journal, START + (SPAN + 8) * CHUNK, seconds_for=CHUNK)
        found = next(one for one in series.list_series(journal, None, GPU) if one.source == SECOND)
        for table, left in (("series_chunks", 4), ("series_spans", 0)):
            counted = journal.execute(f"SELECT count(*) FROM {table} WHERE series_id = ?", (found.id,))
            assert left - 1 <= counted.fetchone()[0] <= left
