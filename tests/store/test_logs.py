"""How far a log has been read, and the kept last lines."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace

from store import logs
from store.database import write


def test_a_cursor_moves_once(journal: sqlite3.Connection, launched: Callable[..., str]) -> None:
    """Of two readers that read from the same place, one moves the cursor; the other is told that it came late."""
    launched("r1")
    fresh = logs.read_cursor(journal, "r1", 1, "/log")
    assert fresh == logs.Cursor("/log")
    after = logs.Cursor("/log", "1:2", 10, 2, b"half \xff", "line 2", 5.0, '{"leg": 3}')
    with write(journal):
        assert logs.advance_cursor(journal, "r1", 1, fresh, after)
        assert not logs.advance_cursor(journal, "r1", 1, fresh, replace(after, lines=3))
    assert logs.read_cursor(journal, "r1", 1, "/log") == after


def test_a_cursor_goes_back(journal: sqlite3.Connection, launched: Callable[..., str]) -> None:
    """A log that was replaced is read from its beginning again."""
    launched("r1")
    first = logs.Cursor("/log", "1:2", 10, 2)
    again = logs.Cursor("/log", "1:3", 0, 0)
    with write(journal):
        assert logs.advance_cursor(journal, "r1", 1, logs.Cursor("/log"), first)
        assert logs.advance_cursor(journal, "r1", 1, first, again)
    assert logs.read_cursor(journal, "r1", 1, "/log") == again


def test_excerpts(journal: sqlite3.Connection, launched: Callable[..., str]) -> None:
    """The last lines are kept as they are, replaced by later ones, and none is none."""
    launched("r1")
    assert logs.read_excerpt(journal, "r1", 1) is None
    for lines in (["a", "", "損失"], []):
        with write(journal):
            logs.keep_excerpt(journal, "r1", 1, 7, lines, 9.0)
        assert logs.read_excerpt(journal, "r1", 1) == logs.Excerpt(7, lines, 9.0)
