"""The table of states: complete, and never the same look for two states."""

import dataclasses
import time
from pathlib import Path
from sqlite3 import Connection

from streamlit.material_icon_names import ALL_MATERIAL_ICONS

from app import status
from app.words import Words
from store import runs
from store.alert_rules import RULES
from tests.fakes import journal


def a_run(connection: Connection, home: Path, state: str) -> runs.Run:
    """A run in that state."""
    run_id = journal.add_run(connection, home, f"r-{state}", created=time.time(), state="running")
    run = runs.get_run(connection, run_id)
    assert run is not None
    return dataclasses.replace(run, state=state)


def test_every_state_has_a_look_of_its_own() -> None:
    """Word and icon tell states apart without colour, so that colour-blind eyes see the difference."""
    assert set(status.STATES) == set(runs.STATES)
    looks = [*status.STATES.values(), status.UNKNOWN]
    assert len({look.word for look in looks}) == len({look.icon for look in looks}) == len(looks)


def test_every_kind_of_alert_has_a_look_of_its_own() -> None:
    """Each rule, and what is no rule, is told by word and icon; an end looks as its state does."""
    assert set(status.KINDS) == {*RULES, "digest", "note", "test"}
    looks = status.KINDS.values()
    assert len({look.word for look in looks}) == len({look.icon for look in looks}) == len(status.KINDS)
    for table in (status.STATES, status.HEALTH):
        for word in set(table) & set(status.KINDS):
            assert status.KINDS[word] == table[word]


def test_every_icon_exists() -> None:
    """A misspelled icon would be drawn as its own name."""
    tables = (status.STATES, status.KINDS, status.HEALTH)
    looks = [look for table in tables for look in table.values()]
    looks += [status.UNKNOWN, status.INFERRED, status.unnamed("x")]
    for look in looks:
        assert look.icon.removeprefix(":material/").rstrip(":") in ALL_MATERIAL_ICONS


def test_an_active_run_is_unknown_while_the_daemon_is_silent(connection: Connection, home: Path) -> None:
    """What nobody watches is not shown as running; what has ended stays as it was recorded."""
    words = Words("en")
    running, failed = a_run(connection, home, "running"), a_run(connection, home, "failed")
    assert status.of_run(running, heard=True).word == "running"
    assert status.of_run(running, heard=False) is status.UNKNOWN
    assert status.in_words(running, words, heard=False) == "? unknown · last known: running"
    assert status.of_run(failed, heard=False).word == "failed"


def test_a_state_of_a_later_version_is_shown_as_unknown(connection: Connection, home: Path) -> None:
    """A word that this table does not have raises nothing."""
    assert status.of_run(a_run(connection, home, "paused"), heard=True) is status.UNKNOWN
