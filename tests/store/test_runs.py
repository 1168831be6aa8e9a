"""Runs in the journal: entered once, updated whole, read as they were written."""

import sqlite3
from collections.abc import Callable

import pytest

from store import logs, runs
from store.database import write

Launched = Callable[..., str]
Judged = Callable[..., None]


def get(journal: sqlite3.Connection, run_id: str) -> runs.Run:
    """The run of that id, which is there."""
    run = runs.get_run(journal, run_id)
    assert run is not None
    return run


def test_a_launch(journal: sqlite3.Connection, launched: Launched) -> None:
    """A manifest becomes a queued run of its project, with everything it says."""
    launched(
        "r1",
        name="拡張",
        argv=["python", "a b.py"],
        params={"lr": "1"},
        git={"commit": "c"},
        environment={"RANK": "0"},
        tags=["t"],
        hypothesis="h",
    )
    run = get(journal, "r1")
    assert (run.name, run.project, run.state, run.certainty) == ("拡張", "cifar", "queued", "recorded")
    assert (run.argv, run.command) == (["python", "a b.py"], "python 'a b.py'")
    assert (run.params, run.git, run.environment, run.tags) == ({"lr": "1"}, {"commit": "c"}, {"RANK": "0"}, ["t"])
    assert [event.kind for event in runs.events_of(journal, "r1")] == ["created"]


def test_a_bare_manifest(journal: sqlite3.Connection, launched: Launched) -> None:
    """A manifest that says next to nothing is a run all the same."""
    launched("r1", name=None, argv=None, project_root=None)
    run = get(journal, "r1")
    assert (run.name, run.argv, run.git, run.host) == ("r1", [], None, "?")


def test_launched_once(journal: sqlite3.Connection, launched: Launched, judged: Judged) -> None:
    """The same directory found again changes nothing."""
    launched("r1")
    judged("r1", "finished", exit_code=0)
    launched("r1", name="other")
    assert (get(journal, "r1").state, len(runs.events_of(journal, "r1"))) == ("finished", 1)


@pytest.mark.parametrize("state", runs.STATES)
def test_states(journal: sqlite3.Connection, launched: Launched, judged: Judged, state: str) -> None:
    """Each state of the design can be written and read, and only running and queued runs are active."""
    launched("r1")
    judged("r1", state, health=["suspended"], evidence=["e"], cause="c", hint="h", signal="SIGTERM", ended=5.0)
    run = get(journal, "r1")
    assert (run.state, run.health, run.evidence, run.cause, run.hint) == (state, ["suspended"], ["e"], "c", "h")
    assert run.is_active == (state in ("queued", "running"))
    assert ([one.id for one in runs.active_runs(journal)] == ["r1"]) == run.is_active
    assert ([one.id for one in runs.ended_runs(journal)] == ["r1"]) != run.is_active


def test_a_state_there_is_not(launched: Launched, judged: Judged) -> None:
    """A state outside the design's words is refused by the journal itself."""
    launched("r1")
    with pytest.raises(sqlite3.IntegrityError):
        judged("r1", "exploded")


def test_elapsed(journal: sqlite3.Connection, launched: Launched, judged: Judged) -> None:
    """A run has lasted what was measured, else from its start to its end or to now."""
    launched("r1")
    assert get(journal, "r1").elapsed(50) is None
    judged("r1", "running", started=10.0)
    assert get(journal, "r1").elapsed(50) == 40
    judged("r1", "lost", started=10.0, ended=30.0)
    assert get(journal, "r1").elapsed(50) == 20
    judged("r1", "finished", started=10.0, ended=30.0, seconds=19.5)
    assert get(journal, "r1").elapsed(50) == 19.5


def test_events_once(journal: sqlite3.Connection, launched: Launched) -> None:
    """What happened is noted once, and told in order."""
    launched("r1", 100.0)
    with write(journal):
        assert runs.record_event(journal, "r1", 1, 300.0, "ended", {"state": "finished"})
        assert runs.record_event(journal, "r1", 1, 200.0, "started")
        assert not runs.record_event(journal, "r1", 1, 200.0, "started")
    found = runs.events_of(journal, "r1")
    assert [event.kind for event in found] == ["created", "started", "ended"]
    assert found[-1].detail == {"state": "finished"}


def test_attempts(journal: sqlite3.Connection, launched: Launched) -> None:
    """An attempt is entered, and the next record of it replaces what was known."""
    launched("r1")
    first = runs.Attempt("r1", 1, "h", "b", 7, 8, 9, 10, 1.0, None, "running", None, None, 2.0)
    ended = runs.Attempt("r1", 1, "h", "b", 7, 8, 9, 10, 1.0, 3.0, "failed", 1, None, 2.0)
    with write(journal):
        runs.record_attempt(journal, first)
        runs.record_attempt(journal, ended)
    assert runs.attempts_of(journal, "r1") == [ended]


def test_watched(journal: sqlite3.Connection, launched: Launched, judged: Judged) -> None:
    """What is active or ended only by inference is still looked at; what has a recorded end is not."""
    for run_id, state, certainty in (
        ("a", "running", "recorded"),
        ("b", "lost", "inferred"),
        ("c", "failed", "recorded"),
    ):
        launched(run_id)
        judged(run_id, state, certainty=certainty)
    launched("d")
    assert runs.watched_ids(journal) == ({"a", "b", "c", "d"}, {"a", "b", "d"})


def test_the_log_of_the_newest_attempt(journal: sqlite3.Connection, launched: Launched, judged: Judged) -> None:
    """A run shows the log of its newest attempt, and never comes twice for having two."""
    launched("r1")
    for number in (1, 2):
        path = f"/runs/r1/attempt-{number}/log"
        after = logs.Cursor(path, "1:1", 10 * number, number, b"", f"line {number}", 5.0)
        with write(journal):
            assert logs.advance_cursor(journal, "r1", number, logs.Cursor(path), after)
    assert get(journal, "r1").last_line == "line 1"
    judged("r1", "running", attempt=2)
    run = get(journal, "r1")
    assert (run.last_line, run.log_bytes, run.log_lines) == ("line 2", 20, 2)
    assert len(runs.active_runs(journal)) == 1


def test_running_cards_keep_their_places(journal: sqlite3.Connection, launched: Launched, judged: Judged) -> None:
    """Active runs stand in order of launch, whatever happens to the others."""
    for number in (3, 1, 2):
        launched(f"r{number}", created=1000.0 + number)
    judged("r2", "finished", ended=5.0)
    judged("r1", "running", started=1.0)
    assert [run.id for run in runs.active_runs(journal)] == ["r1", "r3"]


def test_flags(journal: sqlite3.Connection, launched: Launched, judged: Judged) -> None:
    """What the rules raise stands beside what the processes show, and outlives the next look at these."""
    launched("r1")
    judged("r1", "running", started=1.0)
    with write(journal):
        assert runs.set_flag(journal, "r1", "stalled", on=True)
        assert runs.set_flag(journal, "r1", "diverged", on=True)
        assert not runs.set_flag(journal, "r1", "stalled", on=True)
    judged("r1", "running", health=["suspended"], started=1.0)
    assert get(journal, "r1").health == ["suspended", "diverged", "stalled"]
    assert runs.active_runs(journal)[0].health == ["suspended", "diverged", "stalled"]
    with write(journal):
        assert runs.set_flag(journal, "r1", "stalled", on=False)
        assert not runs.set_flag(journal, "r1", "stalled", on=False)
    judged("r1", "running", started=1.0)
    assert get(journal, "r1").health == ["diverged"]


@pytest.mark.parametrize("state", runs.ENDED)
def test_flags_end_with_the_run(journal: sqlite3.Connection, launched: Launched, judged: Judged, state: str) -> None:
    """A run that has ended has no flags, and gets none from a rule that comes late."""
    launched("r1")
    with write(journal):
        runs.set_flag(journal, "r1", "stalled", on=True)
    judged("r1", state, ended=5.0)
    with write(journal):
        assert not runs.set_flag(journal, "r1", "diverged", on=True)
        assert not runs.set_flag(journal, "no-run", "diverged", on=True)
    assert get(journal, "r1").health == []
    judged("r1", "running")
    assert get(journal, "r1").health == []


def test_flags_are_an_attempts(journal: sqlite3.Connection, launched: Launched, judged: Judged) -> None:
    """The next attempt begins without the flags of the one before."""
    launched("r1")
    with write(journal):
        runs.set_flag(journal, "r1", "stalled", on=True)
    judged("r1", "running", attempt=2)
    assert get(journal, "r1").health == []


def test_latest_ends(journal: sqlite3.Connection, launched: Launched, judged: Judged) -> None:
    """The attempts that ended last come first, with when that became known; what runs has not ended."""
    for number, ended in enumerate((5.0, 9.0, 7.0)):
        launched(f"r{number}")
        judged(f"r{number}", "finished", ended=ended, attempt=number + 1, now=100.0 + number)
    launched("r3")
    judged("r3", "running")
    assert runs.latest_ends(journal, 2) == [("r1", 2, 101.0), ("r2", 3, 102.0)]
    assert len(runs.latest_ends(journal)) == 3
