"""What a run showed, in one line."""

import sqlite3
from collections.abc import Callable

import pytest

from store import document_sources, search
from store.database import write
from store.errors import Conflict, ReviewError
from store.runs import get_run
from store.weekly.conclusions import MOST_CHARACTERS, conclude, with_conclusion, without_conclusion

Launched = Callable[..., str]
Judged = Callable[..., None]


def kept(connection: sqlite3.Connection, run_id: str) -> tuple[str | None, float | None]:
    """The conclusion of a run, and when it was written."""
    run = get_run(connection, run_id)
    assert run is not None
    return run.conclusion, run.concluded


def test_one_line(journal: sqlite3.Connection, launched: Launched) -> None:
    """Line breaks become spaces, what no database keeps is left out; an empty text takes the line away."""
    launched("a")
    with write(journal):
        assert conclude(journal, "a", "  学習率を\n下げると\t良い\0 \ud800 ", 5.0) == "学習率を 下げると 良い ?"
    assert kept(journal, "a") == ("学習率を 下げると 良い ?", 5.0)
    with write(journal):
        conclude(journal, "a", "学習率を 下げると 良い ?", 6.0)
    assert kept(journal, "a")[1] == 5.0, "the same once more changes nothing"
    with write(journal):
        assert conclude(journal, "a", " \n ", 7.0) is None
    assert kept(journal, "a") == (None, None)


def test_what_cannot_be_kept(journal: sqlite3.Connection, launched: Launched) -> None:
    """A text that is no line, and a run that there is not, are refused with the way out."""
    launched("a")
    with write(journal):
        conclude(journal, "a", "x" * MOST_CHARACTERS, 1.0)
    with pytest.raises(ReviewError, match="at most 500 characters, and this one has 501; write the rest as a note"):
        conclude(journal, "a", "y" * (MOST_CHARACTERS + 1), 2.0)
    with pytest.raises(ReviewError, match="no run has the id 'b'"):
        conclude(journal, "b", "no", 2.0)
    assert kept(journal, "a") == ("x" * MOST_CHARACTERS, 1.0)


def test_written_elsewhere_meanwhile(journal: sqlite3.Connection, launched: Launched) -> None:
    """Whoever read another conclusion is told how it is now, and may write then."""
    launched("a")
    with write(journal):
        conclude(journal, "a", "theirs", 5.0, read=None)
    with pytest.raises(Conflict) as caught:
        conclude(journal, "a", "mine", 6.0, read=None)
    assert caught.value.current == get_run(journal, "a")
    with write(journal):
        assert conclude(journal, "a", "theirs", 6.0, read=None) == "theirs", "the same line is no conflict"
        assert conclude(journal, "a", "mine", 6.0, read=5.0) == "mine"
        assert conclude(journal, "a", "whatever was there", 7.0) == "whatever was there"


def test_who_waits_for_one(journal: sqlite3.Connection, launched: Launched, judged: Judged) -> None:
    """All that ended in that time, however they did, the last first; not what still runs."""
    for run_id, state, ended in (
        ("before", "finished", 99.0),
        ("first", "finished", 100.0),
        ("failed", "failed", 150.0),
        ("stopped", "stopped", 160.0),
        ("concluded", "killed", 170.0),
        ("after", "finished", 200.0),
    ):
        launched(run_id, created=10.0)
        judged(run_id, state, started=10.0, ended=ended)
    launched("running", created=10.0)
    judged("running", "running", started=10.0)
    with write(journal):
        conclude(journal, "concluded", "too large a batch", 175.0)
    assert [run.id for run in without_conclusion(journal, 100.0, 200.0)] == ["stopped", "failed", "first"]
    assert [run.id for run in without_conclusion(journal, 100.0, 200.0, limit=1)] == ["stopped"]
    assert [(run.id, run.conclusion) for run in with_conclusion(journal, 100.0, 200.0)] == [
        ("concluded", "too large a batch")
    ]


def test_found_by_the_search(journal: sqlite3.Connection, launched: Launched) -> None:
    """A run is found by its conclusion at once, and not any more when that is taken away; its document is not stale."""
    launched("a", name="baseline")
    with write(journal):
        conclude(journal, "a", "転移学習は効かない", 5.0)
    assert [hit.id for hit in search.search(journal, "転移学習")] == ["a"]
    assert document_sources.stale_runs(journal, None, 10) == []
    with write(journal):
        conclude(journal, "a", "", 6.0)
    assert search.search(journal, "転移学習") == []
    assert document_sources.stale_runs(journal, None, 10) == []


def test_a_conclusion_by_another_hand_is_found_later(journal: sqlite3.Connection, launched: Launched) -> None:
    """Where only the line was written, the search learns of it when it looks at all runs."""
    launched("a")
    with write(journal):
        document_sources.put_run(journal, "a")
        journal.execute("UPDATE runs SET conclusion = 'warm-up', concluded = 7 WHERE id = 'a'")
    assert document_sources.stale_runs(journal, None, 10) == ["a"]
