"""What the log of a run says becomes points in the journal, together with the offset."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import curves, logs, series
from store.database import open_journal, write
from store.legs import LEGS_OF_ATTEMPT
from store.runs import record_launch
from store.settings import Pattern
from workers.logs import tailer
from workers.readings import LogReading

RUN = "260101-000000-aaaa"
LINES = "".join(f"step {n}/400 - loss: {n / 8} - acc {n % 100}.5%\n" for n in range(1, 401)).encode()


@pytest.fixture(name="run")
def _run(journal: sqlite3.Connection) -> sqlite3.Connection:
    """A journal with one run."""
    _launch(journal)
    return journal


def _launch(journal: sqlite3.Connection) -> None:
    manifest = {"id": RUN, "name": "x", "argv": ["x"], "cwd": "/", "project_root": "/", "created": 1.0, "host": "h"}
    with write(journal):
        record_launch(journal, manifest, "/")


def _read(journal: sqlite3.Connection, path: Path, reading: LogReading | None, attempt: int = 1) -> LogReading:
    """One look of the ingester at a log."""
    before = logs.read_cursor(journal, RUN, attempt, str(path))
    if reading is None or not reading.goes_on_from(attempt, before, ()):
        reading = LogReading(RUN, attempt, before, ())
    after, data = tailer.read_new(path, before)
    after = reading.feed(before, after, [(5.0, data)])
    with write(journal):
        assert logs.advance_cursor(journal, RUN, attempt, before, after)
        reading.write(journal)
    return reading


def _points(journal: sqlite3.Connection, name: str) -> Any:
    found = {one.name: one for one in series.list_series(journal, RUN)}
    return curves.read_points(journal, found[name].id)


def test_each_line_becomes_a_point_of_each_of_its_metrics(run: sqlite3.Connection, tmp_path: Path) -> None:
    """Steps, values and units are those of the log; what tells no time gets the time it was read."""
    path = tmp_path / "log"
    path.write_bytes(LINES)
    _read(run, path, None)
    loss = _points(run, "loss")
    assert list(loss.steps) == [float(n) for n in range(1, 401)]
    assert list(loss.values) == [n / 8 for n in range(1, 401)]
    assert set(loss.times) == {5.0}
    assert {one.name: one.unit for one in series.list_series(run, RUN)} == {"loss": "step", "acc": "step"}


@given(cuts=st.lists(st.integers(0, len(LINES)), max_size=12), forget=st.integers(0, 3))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_the_log_grows_no_point_is_missed_or_repeated(cuts: list[int], forget: int, tmp_path: Path) -> None:
    """Read in any portions, by readers that die in between, the points are those of the whole log."""
    journal = open_journal(tmp_path / f"{abs(hash((tuple(cuts), forget)))}.db")
    if not series.list_series(journal, RUN):
        _launch(journal)
    path = tmp_path / "growing"
    path.unlink(missing_ok=True)
    reading: LogReading | None = None
    for number, cut in enumerate(sorted({*cuts, len(LINES)})):
        path.open("ab").write(LINES[path.stat().st_size if path.exists() else 0 : cut])
        reading = None if forget and number % forget == 0 else reading
        reading = _read(journal, path, reading)
    assert list(_points(journal, "loss").values) == [n / 8 for n in range(1, 401)]
    journal.close()
    for file in tmp_path.glob("*.db*"):
        file.unlink()


def test_a_reading_that_was_not_written_is_not_gone_on_from(run: sqlite3.Connection, tmp_path: Path) -> None:
    """A reader ahead of the journal is noticed, and a new one begins where the journal stands."""
    path = tmp_path / "log"
    path.write_bytes(LINES)
    before = logs.read_cursor(run, RUN, 1, str(path))
    ahead = LogReading(RUN, 1, before, ())
    after, data = tailer.read_new(path, before)
    ahead.feed(before, after, [(5.0, data)])
    assert not ahead.goes_on_from(1, before, ())
    _read(run, path, ahead)
    assert len(_points(run, "loss").values) == 400


def test_a_log_that_is_cut_short_and_written_anew_begins_another_leg(run: sqlite3.Connection, tmp_path: Path) -> None:
    """What came before stays, and is told apart."""
    path = tmp_path / "log"
    path.write_bytes(b"step 1 loss 5\nstep 2 loss 4\nstep 3 lo")
    reading = _read(run, path, None)
    path.write_bytes(b"step 1 loss 3\n")
    _read(run, path, reading)
    points = _points(run, "loss")
    assert sorted(zip(points.leg, points.steps, points.values, strict=True)) == [(0, 1, 5), (0, 2, 4), (1, 1, 3)]


def test_the_second_attempt_counts_its_own_legs(run: sqlite3.Connection, tmp_path: Path) -> None:
    """A resumed attempt's points never mix with those of the first."""
    for attempt, text in ((1, b"step 1 loss 5\nstep 2 loss 4\n"), (2, b"step 2 loss 3\n")):
        path = tmp_path / f"log-{attempt}"
        path.write_bytes(text)
        _read(run, path, None, attempt)
    points = _points(run, "loss")
    assert set(points.leg) == {0, LEGS_OF_ATTEMPT}


def test_the_last_line_counts_when_the_job_has_ended(run: sqlite3.Connection, tmp_path: Path) -> None:
    """A line that nothing ended is read at the end, once."""
    path = tmp_path / "log"
    path.write_bytes(b"step 1 loss 5\nstep 2 loss 4")
    reading = _read(run, path, None)
    for _ in range(2):
        before = logs.read_cursor(run, RUN, 1, str(path))
        after = reading.finish(before, 6.0)
        with write(run):
            logs.advance_cursor(run, RUN, 1, before, after)
            reading.write(run)
    assert list(_points(run, "loss").values) == [5.0, 4.0]


def test_new_patterns_take_the_place_of_old_ones(run: sqlite3.Connection, tmp_path: Path) -> None:
    """When the user changes a pattern, reading goes on with it."""
    before = logs.read_cursor(run, RUN, 1, str(tmp_path / "log"))
    mine = (Pattern("mine", r"kappa is (?P<kappa>\S+) after (?P<step>\d+)"),)
    reading = LogReading(RUN, 1, before, mine)
    assert not reading.goes_on_from(1, before, ())
    (tmp_path / "log").write_bytes(b"kappa is 0.5 after 7\n")
    after, data = tailer.read_new(tmp_path / "log", before)
    after = reading.feed(before, after, [(5.0, data)])
    with write(run):
        reading.write(run)
    points = _points(run, "kappa")
    assert (list(points.steps), list(points.values)) == ([7.0], [0.5])
    assert json.loads(after.parser or "{}")["pending"] == ""
