"""The goals of a week: three at most, rewritten in place, kept with what came of them."""

import sqlite3
from collections.abc import Callable

import pytest

from store.database import write
from store.errors import ReviewError
from store.search import search
from store.weekly import goals
from store.weekly.calendar import Week
from store.weekly.goals import Goal, Wanted

WEEK = Week(2026, 48)


def put(journal: sqlite3.Connection, *wanted: Wanted, now: float = 10.0) -> list[Goal]:
    """Set goals in a transaction of its own."""
    with write(journal):
        return goals.set_goals(journal, WEEK, wanted, now)


def test_set(journal: sqlite3.Connection, launched: Callable[..., str]) -> None:
    """Goals are kept in their order with project and links; those without text are left out."""
    launched("r1")
    first, second = put(
        journal, (" Table 2  for\nthe paper ", 1, [("task", "7"), ("run", "r1")]), ("", None, []), ("読む", None, [])
    )
    assert (first.text, first.project, first.place, first.state) == ("Table 2 for the paper", "cifar", 0, "open")
    assert first.links == (("run", "r1"), ("task", "7"))
    assert (second.text, second.project_id, second.place) == ("読む", None, 1)
    assert goals.goals_of(journal, WEEK.shift(1)) == []


def test_kept_by_text(journal: sqlite3.Connection) -> None:
    """A goal that only moves stays the one it was, with what came of it; one that is rewritten keeps its place."""
    first, second, _ = put(journal, ("a", None, []), ("b", None, []), ("c", None, []))
    with write(journal):
        goals.set_state(journal, second.id, "reached", 20.0)
    now = put(journal, ("b", None, []), ("a, by Friday", None, []), now=30.0)
    assert [(one.id, one.text, one.state, one.ended) for one in now] == [
        (second.id, "b", "reached", 20.0),
        (now[1].id, "a, by Friday", "open", None),
    ]
    again = put(journal, ("b", None, []), ("a, by Thursday", None, [("paper", "2401.00001")]), now=40.0)
    assert again[1].id == now[1].id
    assert again[1].changed == 40.0
    assert again[0].changed == 30.0
    assert first.id not in [one.id for one in again if one.text == "b"]


def test_same_again(journal: sqlite3.Connection) -> None:
    """Setting the same goals again changes nothing."""
    assert put(journal, ("a", None, [("run", "r")]), now=10.0) == put(journal, ("a", None, [("run", "r")]), now=99.0)


def test_same_text_twice(journal: sqlite3.Connection) -> None:
    """Two goals of the same text are two."""
    assert len({one.id for one in put(journal, ("a", None, []), ("a", None, []))}) == 2
    assert len({one.id for one in put(journal, ("a", None, []), ("a", None, []))}) == 2


def test_all_taken_away(journal: sqlite3.Connection) -> None:
    """No goals at all may be set: the week has none, and the search finds them no longer."""
    put(journal, ("distill the teacher", None, [("task", "1")]))
    assert [hit.id for hit in search(journal, "teacher")] == ["2026-W48"]
    assert put(journal) == []
    assert search(journal, "teacher") == []
    assert journal.execute("SELECT count(*) FROM goal_links").fetchone()[0] == 0


def test_states(journal: sqlite3.Connection) -> None:
    """A goal may be reached, missed, dropped and open again; when it ended is kept, once."""
    (goal,) = put(journal, ("a", None, []))
    with write(journal):
        reached = goals.set_state(journal, goal.id, "reached", 20.0)
        again = goals.set_state(journal, goal.id, "reached", 30.0)
    assert (reached.state, reached.ended) == (again.state, again.ended) == ("reached", 20.0)
    assert goals.open_goals(journal, WEEK) == []
    with write(journal):
        assert goals.set_state(journal, goal.id, "open", 40.0).ended is None
    assert goals.open_goals(journal, WEEK) == goals.goals_of(journal, WEEK)


def test_refusals(journal: sqlite3.Connection) -> None:
    """A fourth goal, one too long, another kind of link, a project and a goal that are not there are refused whole."""
    put(journal, ("a", None, []))
    with pytest.raises(ReviewError, match="3 goals at most"):
        put(journal, *[(str(n), None, []) for n in range(4)])
    with pytest.raises(ReviewError, match="301 characters"):
        put(journal, ("x" * 301, None, []))
    with pytest.raises(ReviewError, match="cannot be about 'entry:1'"):
        put(journal, ("b", None, [("entry", "1")]))
    with pytest.raises(ReviewError, match="no project 99"):
        put(journal, ("b", 99, []))
    with pytest.raises(ReviewError, match="no goal 99"):
        goals.set_state(journal, 99, "reached", 1.0)
    (goal,) = goals.goals_of(journal, WEEK)
    assert goal.text == "a"
    with pytest.raises(ReviewError, match="none of open"):
        goals.set_state(journal, goal.id, "done", 1.0)
