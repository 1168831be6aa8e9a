"""The section *Waiting* of the page *Settings*: choices about one's own time are kept one by one, at once."""

import sqlite3
import time
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from store.waiting_preferences import WaitingPreferences, read_waiting, save_waiting

Open = Callable[..., AppTest]
Shown = Callable[[AppTest], str]


def key(app: AppTest, name: str) -> str:
    """The key of an input; one that another page has changed is a new one."""
    number = app.session_state[f"settings-seen:{name}"][0]
    return f"{name}~{number}" if number else name


def test_what_is_touched_is_kept_and_the_rest_stays(connection: sqlite3.Connection, open_page: Open) -> None:
    """What another page keeps meanwhile is not undone, and is seen with the next touch."""
    app = open_page("settings")
    save_waiting(connection, WaitingPreferences(day_minutes=90), time.time())
    app.number_input("waiting-stamina_minutes").set_value(40).run()
    app.toggle("waiting-hold_ends").set_value(False).run()
    assert read_waiting(connection) == WaitingPreferences(stamina_minutes=40, day_minutes=90, hold_ends=False)
    assert app.number_input(key(app, "waiting-day_minutes")).value == 90
    app.number_input(key(app, "waiting-mail_minutes")).set_value(7).run()
    app.number_input(key(app, "waiting-doing_limit")).set_value(2).run()
    kept = read_waiting(connection)
    assert (kept.mail_minutes, kept.doing_limit, kept.stamina_minutes) == (7, 2, 40)


def test_looking_keeps_nothing(connection: sqlite3.Connection, open_page: Open) -> None:
    """The defaults are shown, and none of them is written."""
    app = open_page("settings")
    app.run()
    assert app.number_input("waiting-stamina_minutes").value == 50 and app.toggle("waiting-hold_ends").value is True
    assert connection.execute("SELECT count(*) FROM preferences").fetchone()[0] == 0


def test_read_only_shows_the_choices(
    connection: sqlite3.Connection, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing can be changed there."""
    monkeypatch.setenv("MACHIAI_READ_ONLY", "true")
    app = open_page("settings")
    assert app.number_input("waiting-mail_minutes").disabled and app.toggle("waiting-hold_ends").disabled
