"""Runs in the journal."""

import sqlite3

from store import runs
from store.database import write
from tests.store.rows import end, enter, manifest


def test_a_launched_run_is_queued_with_all_its_manifest_says(journal: sqlite3.Connection) -> None:
    """What run.json says comes back; what it does not say has plain defaults."""
    run_id = enter(journal, hypothesis="学習率を下げる", tags=["a", "b"], git={"commit": "c0ffee", "dirty": True})
    run = runs.get_run(journal, run_id)
    assert run is not None
    assert (run.state, run.certainty, run.is_active) == ("queued", "recorded", True)
    assert (run.name, run.project, run.host) == ("train", "vision", "lab")
    assert run.command == "python train.py --lr 3e-4"
    assert run.params == {"lr": "3e-4"}
    assert (run.hypothesis, run.tags) == ("学習率を下げる", ["a", "b"])
    assert run.git == {"commit": "c0ffee", "dirty": True}
    assert (run.log_bytes, run.log_lines, run.last_line) == (0, 0, None)


def test_entering_a_run_twice_changes_nothing(journal: sqlite3.Connection) -> None:
    """The second ingest of a directory is told that the run is known."""
    enter(journal)
    end(journal, "261121-140000-aaaa")
    with write(journal):
        assert not runs.record_launch(journal, manifest(name="other"), "/elsewhere")
    run = runs.get_run(journal, "261121-140000-aaaa")
    assert run is not None
    assert (run.name, run.state) == ("train", "finished")


def test_an_event_is_noted_once(journal: sqlite3.Connection) -> None:
    """The same thing at the same time is one event, however often it is seen."""
    run_id = enter(journal)
    with write(journal):
        assert runs.record_event(journal, run_id, 1, 5.0, "suspended")
        assert not runs.record_event(journal, run_id, 1, 5.0, "suspended")
    assert [event.kind for event in runs.events_of(journal, run_id)] == ["suspended", "created"]


def test_active_runs_keep_their_order(journal: sqlite3.Connection) -> None:
    """Running cards stand in order of launch, whatever happens to them."""
    for number in (3, 1, 2):
        enter(journal, f"261121-14000{number}-aaaa", created=1_795_000_000.0 + number)
    end(journal, "261121-140002-aaaa")
    assert [run.id[12] for run in runs.active_runs(journal)] == ["1", "3"]
    assert [run.id[12] for run in runs.ended_runs(journal)] == ["2"]


def test_what_must_be_looked_at(journal: sqlite3.Connection) -> None:
    """Active runs and ends that were only inferred are watched; recorded ends are not."""
    active, recorded, inferred = (enter(journal, f"261121-14000{n}-aaaa") for n in (1, 2, 3))
    end(journal, recorded)
    end(journal, inferred, "lost", certainty="inferred")
    assert runs.watched_ids(journal) == ({active, recorded, inferred}, {active, inferred})


def test_elapsed_prefers_the_clock_that_does_not_step(journal: sqlite3.Connection) -> None:
    """The recorded length wins over the difference of wall times; a running run is measured to now."""
    run_id = enter(journal)
    queued = runs.get_run(journal, run_id)
    end(journal, run_id, "running", ended=None, seconds=None)
    running = runs.get_run(journal, run_id)
    end(journal, run_id, seconds=7.0)
    ended = runs.get_run(journal, run_id)
    assert queued and running and ended
    assert queued.elapsed(1_795_000_061.0) is None
    assert running.elapsed(1_795_000_061.0) == 60.0
    assert ended.elapsed(1_795_000_061.0) == 7.0
