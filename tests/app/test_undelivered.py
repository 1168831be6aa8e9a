"""The banner of alerts that do not go out: on every page, with the reason and the way out."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.undelivered import Undelivered, read_undelivered
from store import alerts, deliveries
from store.database import write
from store.settings import Settings
from tests.fakes import journal

TOKEN = "o.token-of-the-test"


def wait(connection: sqlite3.Connection, name: str, since: float, channel: str = "pushbullet", why: str = "") -> int:
    """An alert that has waited for a channel since then."""
    with write(connection):
        made = alerts.raise_alert(
            connection, kind="note", severity="now", occurred=since, now=since, title=name, body="", channels=[channel],
            url=None, unique=name,
        )  # fmt: skip
    assert made is not None
    if why:
        claimed = deliveries.claim_due(connection, channel, since, 60.0)
        assert claimed is not None
        deliveries.record_retry(connection, claimed[1], why, since + 60, unsure=False, now=since)
    return made


@pytest.mark.parametrize("view", ["", "runs", "machine", "settings", "run"])
def test_on_every_page(
    connection: sqlite3.Connection, open_page: Callable[..., AppTest], shown: Callable[[AppTest], str], view: str
) -> None:
    """An alert that has waited for over an hour is told of on each page, with what stands in its way."""
    journal.beat(connection, time.time())
    wait(connection, "one", time.time() - 4000, why="Pushbullet answers 503")
    told = shown(open_page(view))
    assert "1 alert has not gone out through Pushbullet, since" in told and "Pushbullet answers 503" in told
    assert "machiai notify --setup" in told


def test_not_before_an_hour(
    connection: sqlite3.Connection, open_page: Callable[..., AppTest], shown: Callable[[AppTest], str]
) -> None:
    """What waits for less is on its way."""
    wait(connection, "one", time.time() - 3000)
    assert "has not gone out" not in shown(open_page())


def test_each_channel_by_itself(connection: sqlite3.Connection, home: Path) -> None:
    """The longest wait first, with how many, since when, and without what is secret."""
    now = time.time()
    settings = Settings(home=home, pushbullet_token=TOKEN)
    wait(connection, "one", now - 5000, why=f"refused {TOKEN}")
    wait(connection, "two", now - 4000)
    wait(connection, "three", now - 9000, channel="lab-ntfy", why="no answer")
    found = read_undelivered(settings, now)
    assert found == [
        Undelivered("lab-ntfy", 1, now - 9000, "no answer"),
        Undelivered("pushbullet", 2, now - 5000, "refused •••"),
    ]


def test_without_a_journal(tmp_path: Path) -> None:
    """A data folder that is not there yet is none of its business, and is not made."""
    assert read_undelivered(Settings(home=tmp_path / "none"), time.time()) == []
    assert not (tmp_path / "none").exists()
