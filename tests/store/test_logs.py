"""Cursors and excerpts."""

import sqlite3
from dataclasses import replace

from store import logs
from store.database import write
from store.logs import Cursor
from tests.store.rows import enter


def test_a_cursor_moves_only_from_where_it_was_read(journal: sqlite3.Connection) -> None:
    """Of two readers of the same bytes, one records and the other is told that it came too late."""
    run = enter(journal)
    before = logs.read_cursor(journal, run, 1, "/log")
    after = Cursor("/log", "1:2", offset=10, lines=2, partial=b"\xff\x00", last_line="x", last_output=5.0)
    with write(journal):
        assert logs.advance_cursor(journal, run, 1, before, after)
    with write(journal):
        assert not logs.advance_cursor(journal, run, 1, before, replace(after, offset=12))
    assert logs.read_cursor(journal, run, 1, "/log") == after


def test_a_replaced_file_starts_over(journal: sqlite3.Connection) -> None:
    """A cursor may move back, when it stands on another file."""
    run = enter(journal)
    first = Cursor("/log", "1:2", offset=10)
    second = Cursor("/log", "1:3", offset=4)
    with write(journal):
        assert logs.advance_cursor(journal, run, 1, Cursor("/log"), first)
        assert logs.advance_cursor(journal, run, 1, first, second)
    assert logs.read_cursor(journal, run, 1, "/log") == second


def test_an_excerpt_comes_back_line_by_line(journal: sqlite3.Connection) -> None:
    """Empty lines in it are kept, an empty excerpt is empty, and there is none before the end."""
    run = enter(journal)
    assert logs.read_excerpt(journal, run, 1) is None
    with write(journal):
        logs.keep_excerpt(journal, run, 1, 5, ["a", "", "b"], 1.0)
    assert logs.read_excerpt(journal, run, 1) == logs.Excerpt(5, ["a", "", "b"], 1.0)
    with write(journal):
        logs.keep_excerpt(journal, run, 1, 1, [], 2.0)
    assert logs.read_excerpt(journal, run, 1) == logs.Excerpt(1, [], 2.0)
