"""What tests of pages share: a data folder of their own, and the dashboard as AppTest runs it."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from store import database
from tests.fakes import journal, measurements

MAIN = Path(__file__).resolve().parents[2] / "app" / "main.py"


def acts(app: AppTest) -> list[str]:
    """The buttons of a page that change anything: all but the one of the search."""
    return [str(button.key) for button in app.button if button.key != "search-go"]


@pytest.fixture(name="home")
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder that the dashboard is pointed at."""
    monkeypatch.setenv("MACHIAI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MACHIAI_SECRETS", str(tmp_path / "no-secrets.toml"))
    for name in ("PUSHBULLET_TOKEN", "LANGUAGE", "READ_ONLY"):
        monkeypatch.delenv(f"MACHIAI_{name}", raising=False)
    st.cache_data.clear()
    st.cache_resource.clear()
    return tmp_path / "home"


@pytest.fixture(name="connection")
def _connection(home: Path) -> Iterator[sqlite3.Connection]:
    """The journal in that folder."""
    connection = database.open_journal(home / "journal.db")
    yield connection
    connection.close()


@pytest.fixture(name="busy")
def _busy(connection: sqlite3.Connection, home: Path) -> dict[str, str]:
    """A journal with a busy day in it and a daemon that is alive; run ids by name."""
    return journal.fill(connection, home, time.time())


@pytest.fixture(name="measured")
def _measured(connection: sqlite3.Connection, busy: dict[str, str]) -> dict[str, str]:
    """The busy day with metrics and progress; run ids by name."""
    measurements.fill(connection, busy, time.time())
    return busy


@pytest.fixture(name="open_page")
def _open_page(home: Path) -> Callable[..., AppTest]:
    """Open a page of the dashboard, from its entry script, in English or Japanese."""

    def open_page(view: str = "", locale: str = "en-US", **query: str) -> AppTest:
        app = AppTest.from_file(str(MAIN), default_timeout=20)
        app.context = {"locale": locale, "timezone": "Asia/Tokyo"}
        if view:
            app.run()
            app.switch_page(f"views/{view}.py")
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception, app.exception
        return app

    return open_page


@pytest.fixture(name="shown")
def _shown() -> Callable[[AppTest], str]:
    """Everything a page says, as one text (Markdown as it was sent to the browser)."""

    def shown(app: AppTest) -> str:
        kinds = ("title", "subheader", "markdown", "caption", "text", "code", "warning", "error")
        parts = [getattr(element, "value", "") for kind in kinds for element in app.get(kind)]
        links: list[Any] = list(app.get("page_link"))
        parts += [link.proto.label for link in links]
        parts += [button.label for button in app.button]
        return "\n".join(str(part) for part in parts).replace("\\", "").replace("\u2060", "")

    return shown
