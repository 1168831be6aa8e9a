"""Links: what a task, an entry or a session is about."""

import sqlite3

import pytest

from store.database import write
from store.links import Link, link, links_of, links_to, unlink


def test_linked(journal: sqlite3.Connection) -> None:
    """A link is found from both its ends, oldest first, and is forgotten when it is undone."""
    with write(journal):
        assert link(journal, "task", 3, "run", "r1", 5.0)
        assert link(journal, "entry", 3, "run", "r1", 4.0, step=1200)
        assert link(journal, "task", 3, "paper", "2401.01234", 6.0)
    first, second = links_of(journal, "task", 3)
    assert first == Link("task", "3", "run", "r1", None, 5.0)
    assert (second.to_kind, second.to_id) == ("paper", "2401.01234")
    assert [(one.from_kind, one.step) for one in links_to(journal, "run", "r1")] == [("entry", 1200.0), ("task", None)]
    assert links_of(journal, "entry", 4) == [] == links_to(journal, "run", "3")
    with write(journal):
        assert unlink(journal, "task", 3, "run", "r1")
        assert not unlink(journal, "task", 3, "run", "r1")
    assert [one.to_kind for one in links_of(journal, "task", 3)] == ["paper"]
    assert [one.from_kind for one in links_to(journal, "run", "r1")] == ["entry"]


def test_linked_again(journal: sqlite3.Connection) -> None:
    """Linking again is one link as old as it was; a step that is given is taken, none takes none away."""
    with write(journal):
        assert link(journal, "entry", 1, "run", "r1", 5.0)
        assert not link(journal, "entry", 1, "run", "r1", 9.0, step=7)
        assert not link(journal, "entry", 1, "run", "r1", 10.0)
    assert links_of(journal, "entry", 1) == [Link("entry", "1", "run", "r1", 7.0, 5.0)]


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (("run", "r1"), ("task", 1)),
        (("task", 1), ("session", 2)),
        (("task", 1), ("run", "")),
        (("task", 1), ("task", "1")),
    ],
)
def test_what_cannot_be_linked(
    journal: sqlite3.Connection, source: tuple[str, str | int], target: tuple[str, str | int]
) -> None:
    """Kinds that are no ends of links, an empty id, and a link to itself are refused."""
    with pytest.raises(ValueError, match="cannot be linked"), write(journal):
        link(journal, *source, *target, 1.0)
    assert links_of(journal, *source) == []
