"""Choices about the time while runs train."""

import sqlite3
from dataclasses import replace

import pytest

from store.errors import PreferencesError
from store.preferences import read_preferences
from store.waiting_preferences import WaitingPreferences, read_waiting, save_waiting

CHOSEN = WaitingPreferences(30, 90, 15, 2, False)


def test_kept(journal: sqlite3.Connection) -> None:
    """Defaults at first, then what was chosen; what was chosen about alerts is as it was."""
    assert read_waiting(journal) == WaitingPreferences() and WaitingPreferences().hold_ends
    alerts = read_preferences(journal)
    save_waiting(journal, CHOSEN, 5.0)
    assert read_waiting(journal) == CHOSEN
    assert read_preferences(journal) == alerts
    save_waiting(journal, replace(CHOSEN, doing_limit=4), 6.0)
    rows = {row["name"]: row["changed"] for row in journal.execute("SELECT name, changed FROM preferences")}
    assert rows["waiting.doing_limit"] == 6.0 and rows["waiting.mail_minutes"] == 5.0


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("stamina_minutes", 0),
        ("stamina_minutes", 50.5),
        ("day_minutes", 9999),
        ("mail_minutes", True),
        ("doing_limit", "3"),
        ("hold_ends", 1),
    ],
)
def test_refused(journal: sqlite3.Connection, part: str, value: object) -> None:
    """What a choice cannot be is named with its part, and nothing is kept."""
    with pytest.raises(PreferencesError, match=part):
        save_waiting(journal, replace(CHOSEN, **{part: value}), 5.0)  # type: ignore[arg-type]
    assert read_waiting(journal) == WaitingPreferences()


@pytest.mark.parametrize("value", ["no json", '"many"', "-5", "null"])
def test_what_cannot_be_used(journal: sqlite3.Connection, value: str) -> None:
    """The default stands in for what is damaged, and the other choices hold."""
    save_waiting(journal, CHOSEN, 5.0)
    journal.execute("UPDATE preferences SET value = ? WHERE name = 'waiting.mail_minutes'", (value,))
    assert read_waiting(journal) == replace(CHOSEN, mail_minutes=10)
