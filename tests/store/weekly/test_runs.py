"""The runs of a week: who was at work, began, ended and for how long, at every edge of the week."""

import random
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

from store import runs
from store.database import write
from store.weekly.runs import RunFacts, read_facts, read_runs, read_times, reckon_runs

BEGIN, UNTIL = 100_000.0, 700_000.0
Launched = Callable[..., str]
Judged = Callable[..., None]


def one(run_id: str, *stretches: tuple[float, float | None], state: str = "finished") -> RunFacts:
    """A run that was at work then; over when its last stretch is."""
    return RunFacts(run_id, run_id, state, stretches, stretches[-1][1] if stretches else None)


def attempt(journal: sqlite3.Connection, run_id: str, number: int, **known: Any) -> None:
    """Enter an attempt of a run."""
    given = dict.fromkeys(
        (
            "host",
            "boot_id",
            "pid",
            "start_ticks",
            "supervisor_pid",
            "supervisor_ticks",
            "exit_code",
            "signal",
            "beat_at",
        )
    )
    with write(journal):
        runs.record_attempt(journal, runs.Attempt(run_id=run_id, number=number, **{**given, **known}))


def test_a_week_without_runs(journal: sqlite3.Connection) -> None:
    """Nothing is nothing, also of a week that has not begun."""
    names = ("at_work", "begun", "finished", "failed", "stopped", "killed", "lost", "running", "spanning", "seconds")
    for until in (UNTIL, BEGIN, BEGIN - 5000):
        assert read_runs(journal, BEGIN, until) == dict.fromkeys(names, 0)
        assert read_times(journal, BEGIN, until) == {}
    assert list(reckon_runs([one("a", (0.0, None))], BEGIN, BEGIN - 1).values()) == [0] * len(names)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (BEGIN, UNTIL, {"at_work": 1, "begun": 1, "running": 1, "seconds": UNTIL - BEGIN}),
        (BEGIN - 9, BEGIN, {"finished": 1}),
        (BEGIN - 9, BEGIN + 1, {"at_work": 1, "finished": 1, "spanning": 1, "seconds": 1.0}),
        (BEGIN, BEGIN + 1, {"at_work": 1, "begun": 1, "finished": 1, "seconds": 1.0}),
        (BEGIN, BEGIN, {"begun": 1, "finished": 1}),
        (UNTIL - 1, UNTIL + 1, {"at_work": 1, "begun": 1, "running": 1, "spanning": 1, "seconds": 1.0}),
        (UNTIL, UNTIL + 1, {}),
        (BEGIN - 9, UNTIL + 9, {"at_work": 1, "running": 1, "spanning": 1, "seconds": UNTIL - BEGIN}),
        (BEGIN - 9, None, {"at_work": 1, "running": 1, "spanning": 1, "seconds": UNTIL - BEGIN}),
        (UNTIL - 5, None, {"at_work": 1, "begun": 1, "running": 1, "spanning": 1, "seconds": 5.0}),
        (UNTIL - 5, UNTIL - 9, {"begun": 1, "finished": 1}),
    ],
)
def test_at_the_edges(
    journal: sqlite3.Connection,
    launched: Launched,
    judged: Judged,
    first: float,
    last: float | None,
    expected: dict[str, float],
) -> None:
    """What begins with the week is of it, what begins with the next is not; of what is over both only its share is."""
    launched("r1", created=first)
    judged("r1", "finished" if last is not None else "running", started=first, ended=last)
    found = read_runs(journal, BEGIN, UNTIL)
    assert {name: value for name, value in found.items() if value} == expected
    attempt(journal, "r1", 1, started=first, ended=last, state="finished" if last is not None else "running")
    assert read_runs(journal, BEGIN, UNTIL) == found


def test_the_weeks_share_a_run(journal: sqlite3.Connection, launched: Launched, judged: Judged) -> None:
    """The hours of a run over five weeks are split: together they are its length, and it ends in one of them."""
    launched("r1")
    judged("r1", "killed", started=BEGIN + 5, ended=BEGIN + 4 * 604_800 + 17.25)
    weeks = [read_runs(journal, BEGIN + n * 604_800, BEGIN + (n + 1) * 604_800) for n in range(-1, 6)]
    assert sum(week["seconds"] for week in weeks) == 4 * 604_800 + 12.25
    assert [week["at_work"] for week in weeks] == [0, 1, 1, 1, 1, 1, 0]
    assert [week["spanning"] for week in weeks] == [0, 1, 1, 1, 1, 1, 0]
    assert [week["begun"] for week in weeks] == [0, 1, 0, 0, 0, 0, 0]
    assert [week["killed"] for week in weeks] == [0, 0, 0, 0, 0, 1, 0]
    assert [week["running"] for week in weeks] == [0, 1, 1, 1, 1, 0, 0]


def test_outcomes(journal: sqlite3.Connection, launched: Launched, judged: Judged) -> None:
    """Each end is counted as what it was; one that never started was lost, and was not at work."""
    for n, state in enumerate(runs.ENDED):
        for turn in range(n + 1):
            launched(f"{state}{turn}")
            started = None if state == "lost" else BEGIN + 10
            judged(f"{state}{turn}", state, started=started, ended=BEGIN + 100)
    launched("queued")
    found = read_runs(journal, BEGIN, UNTIL)
    assert [found[state] for state in runs.ENDED] == [1, 2, 3, 4, 5]
    assert (found["at_work"], found["begun"], found["running"]) == (10, 10, 0)


def test_attempts(journal: sqlite3.Connection, launched: Launched, judged: Judged) -> None:
    """A run that was begun anew is one run, at work while an attempt was; what lay between is nobody's time."""
    launched("r1")
    attempt(journal, "r1", 1, started=BEGIN - 50, ended=BEGIN + 50, state="killed")
    attempt(journal, "r1", 2, started=BEGIN + 1000, ended=BEGIN + 1100, state="lost")
    attempt(journal, "r1", 3, started=BEGIN + 1090, ended=None, state="running", beat_at=BEGIN + 1200)
    judged("r1", "running", attempt=3, started=BEGIN + 1090)
    found = read_runs(journal, BEGIN, BEGIN + 2000, UNTIL)
    assert (found["at_work"], found["begun"], found["running"], found["seconds"]) == (1, 0, 1, 50 + 1000)
    assert read_times(journal, BEGIN, BEGIN + 2000) == {"r1": [(BEGIN, BEGIN + 50), (BEGIN + 1000, BEGIN + 2000)]}
    assert found["killed"] == found["lost"] == 0  # the run is not over
    assert read_times(journal, BEGIN + 60, BEGIN + 900) == {}
    assert read_runs(journal, BEGIN + 60, BEGIN + 900)["at_work"] == 0


@pytest.mark.parametrize(("beat", "expected"), [(BEGIN + 30, 30.0), (None, 500.0), (BEGIN + 9000, 500.0)])
def test_an_attempt_whose_end_nobody_wrote_down(
    journal: sqlite3.Connection, launched: Launched, judged: Judged, beat: float | None, expected: float
) -> None:
    """It does not go on for ever: its last sign of life ends it, or else the attempt after it."""
    launched("r1")
    attempt(journal, "r1", 1, started=BEGIN, ended=None, state="running", beat_at=beat)
    attempt(journal, "r1", 2, started=BEGIN + 500, ended=BEGIN + 600, state="finished")
    judged("r1", "finished", attempt=2, started=BEGIN + 500, ended=BEGIN + 600)
    assert read_runs(journal, BEGIN, UNTIL)["seconds"] == expected + 100
    assert read_runs(journal, BEGIN + 7000, UNTIL)["at_work"] == 0
    launched("old")  # so that it is among the last of all
    judged("old", "finished", started=1.0, ended=2.0)
    assert read_runs(journal, BEGIN + 100, BEGIN + 200)["seconds"] == (100.0 if expected == 500 else 0.0)


def test_a_week_that_is_not_over(journal: sqlite3.Connection, launched: Launched, judged: Judged) -> None:
    """What runs is at work up to now; whether it will go over the end of the week nobody knows."""
    launched("r1")
    judged("r1", "running", started=BEGIN + 100)
    found = read_runs(journal, BEGIN, BEGIN + 400, UNTIL)
    assert (found["running"], found["spanning"], found["seconds"]) == (1, 0, 300.0)
    assert read_runs(journal, BEGIN, UNTIL, UNTIL)["spanning"] == 1


@pytest.mark.parametrize("seed", range(4))
def test_any_week_of_many(journal: sqlite3.Connection, launched: Launched, judged: Judged, seed: int) -> None:
    """Early or late among all runs, a week has the figures that facts of every run would give."""
    rng = random.Random(seed)
    day = 86_400.0
    for n in range(60):
        launched(f"r{n:02}")
        at, ended = rng.uniform(0, 60) * day, None
        for number in range(1, rng.choice([2, 2, 3])):
            ended = at + rng.choice([-2 * day, 0.0, 100.0, day, 9 * day]) if n % 9 else None
            if n % 3:
                attempt(journal, f"r{n:02}", number, started=at, ended=ended, state="failed" if ended else "running")
            judged(f"r{n:02}", "failed" if ended else "running", attempt=number, started=at, ended=ended)
            at = (ended or at) + rng.choice([5.0, 3 * day])
        if n % 11 == 0:
            judged(f"r{n:02}", "lost", ended=at)
    every = read_facts(journal, -1e9, 1e9)
    assert len(every) == 60
    for week in range(-1, 14):
        begin, until = week * 7 * day, (week + 1) * 7 * day
        assert read_runs(journal, begin, until) == reckon_runs(every, begin, until)


@pytest.mark.parametrize(("begin", "expected"), [(3e5, ["r03", "r04"]), (13e5, ["r13", "r14"])])
def test_only_what_may_matter_is_read(
    journal: sqlite3.Connection, launched: Launched, judged: Judged, begin: float, expected: list[str]
) -> None:
    """Of many runs those of the week are read, and by indexes that hold the whole condition."""
    for n in range(20):
        launched(f"r{n:02}")
        judged(f"r{n:02}", "finished", started=n * 1e5, ended=n * 1e5 + 9e4)
    statements: list[str] = []
    journal.set_trace_callback(statements.append)
    found = read_facts(journal, begin, begin + 2e5)
    journal.set_trace_callback(None)
    assert [known.id for known in found] == expected
    plans = [row["detail"] for one in statements for row in journal.execute(f"EXPLAIN QUERY PLAN {one}")]
    assert any("COVERING INDEX attempts_by" in detail for detail in plans)
    assert not [detail for detail in plans if detail.startswith(("SCAN runs", "SCAN attempts"))]
