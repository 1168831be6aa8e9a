"""Rules that are muted for a run."""

import sqlite3
from collections.abc import Callable

import pytest

from store import mutes


def test_mute(journal: sqlite3.Connection, launched: Callable[..., str]) -> None:
    """A rule is muted for one run, for that rule and that run only, until it no longer is."""
    launched("r1")
    launched("r2")
    for _ in range(2):
        mutes.mute(journal, "r1", "stalled", 5.0)
    mutes.mute(journal, "r2", "heat", 6.0)
    assert mutes.is_muted(journal, "r1", "stalled")
    assert not mutes.is_muted(journal, "r1", "heat")
    assert not mutes.is_muted(journal, "r2", "stalled")
    assert mutes.mutes_of(journal, "r1") == {"stalled"}
    assert mutes.all_mutes(journal) == {("r1", "stalled"), ("r2", "heat")}
    for _ in range(2):
        mutes.unmute(journal, "r1", "stalled")
    assert mutes.all_mutes(journal) == {("r2", "heat")}
    assert mutes.mutes_of(journal, "r1") == set()


def test_of_no_run(journal: sqlite3.Connection) -> None:
    """Nothing is muted for a run that there is not."""
    with pytest.raises(sqlite3.IntegrityError):
        mutes.mute(journal, "r9", "stalled", 5.0)
    assert mutes.all_mutes(journal) == set()
