"""What a run showed, on its page: written in one line, changed, seen."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import conclusions as pages
from store import runs
from store.database import write
from store.errors import JournalReadOnly
from store.settings import Settings
from store.weekly.conclusions import conclude

Open = Callable[..., AppTest]
Shown = Callable[[AppTest], str]
ASK, LINE = "What did it show?", ":gray[It showed] **{}**"
ELSEWHERE = "Changed elsewhere meanwhile"


def kept(connection: sqlite3.Connection, run_id: str) -> str | None:
    """The conclusion in the journal."""
    run = runs.get_run(connection, run_id)
    assert run is not None
    return run.conclusion


def opened(open_page: Open, run_id: str) -> AppTest:
    """The page of a run with the input of its conclusion open."""
    app = open_page("run", id=run_id)
    app.button(key="run-conclusion-open").click().run()
    return app


def type_line(app: AppTest, run_id: str, text: str, number: int = 0) -> AppTest:
    """Type a line and save it."""
    app.text_input(key=f"draft-conclusion-{run_id}--{number}").set_value(text)
    return app.button(key=f"run-conclusion-{run_id}-{number}-save").click().run()


def test_a_run_that_ended_asks_what_it_showed(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """One that still runs does not; what is typed is kept, shown, and can be changed and taken away."""
    assert ASK not in shown(open_page("run", id=busy["resnet-aug"]))
    run_id = busy["lm-tiny"]
    app = opened(open_page, run_id)
    assert app.query_params["conclude"] == "none"
    type_line(app, run_id, "小さい\nモデルで  足りる")
    assert kept(connection, run_id) == "小さい モデルで 足りる"
    assert LINE.format("小さい モデルで 足りる") in shown(app) and ASK not in shown(app)
    assert "conclude" not in app.query_params
    app.button(key="run-conclusion-open").click().run()
    assert app.text_input(key=f"draft-conclusion-{run_id}--1").value == "小さい モデルで 足りる"
    app.text_input(key=f"draft-conclusion-{run_id}--1").set_value("")
    app.button(key=f"run-conclusion-{run_id}-0-save").click().run()
    assert kept(connection, run_id) is None and ASK in shown(app)


def test_cancel_writes_nothing(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """The input closes, and what was typed is given up."""
    run_id = busy["lm-tiny"]
    app = opened(open_page, run_id)
    app.text_input(key=f"draft-conclusion-{run_id}--0").set_value("no")
    app.button(key=f"run-conclusion-{run_id}-0-cancel").click().run()
    assert kept(connection, run_id) is None and ASK in shown(app)
    assert not [one for one in app.text_input if "conclusion" in str(one.key)]


def test_written_elsewhere_meanwhile(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """The first to save is not overwritten unseen; saving once more keeps mine, or theirs is taken."""
    run_id = busy["lm-tiny"]
    mine, taken = opened(open_page, run_id), opened(open_page, run_id)
    with write(connection):
        conclude(connection, run_id, "theirs", time.time())
    for app in (mine, taken):
        type_line(app, run_id, "mine")
        assert ELSEWHERE in shown(app) and "theirs" in shown(app)
        assert app.text_input(key=f"draft-conclusion-{run_id}--0").value == "mine"
    taken.button(key="run-conclusion-theirs").click().run()
    assert taken.text_input(key=f"draft-conclusion-{run_id}--1").value == "theirs"
    mine.button(key=f"run-conclusion-{run_id}-0-save").click().run()
    assert kept(connection, run_id) == "mine" and LINE.format("mine") in shown(mine)


def test_a_reload_opens_it_again(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """The address says that it is being written; where the line was changed since, both are shown."""
    run_id = busy["lm-tiny"]
    address = str(opened(open_page, run_id).query_params["conclude"])
    again = open_page("run", id=run_id, conclude=address)
    assert again.text_input(key=f"draft-conclusion-{run_id}--0").value == "" and ELSEWHERE not in shown(again)
    with write(connection):
        conclude(connection, run_id, "theirs", time.time())
    again = open_page("run", id=run_id, conclude=address)
    assert ELSEWHERE in shown(again)
    again = open_page("run", id=run_id, conclude="write")
    assert again.text_input(key=f"draft-conclusion-{run_id}--0").value == "theirs" and ELSEWHERE not in shown(again)


def test_a_locked_journal_keeps_the_input_open(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was typed stays until it is saved."""
    monkeypatch.setattr("app.reads.WAIT_SECONDS", 0.05)
    run_id = busy["lm-tiny"]
    app = opened(open_page, run_id)
    with write(connection):
        type_line(app, run_id, "kept later")
        assert "Not kept" in shown(app)
        assert app.text_input(key=f"draft-conclusion-{run_id}--0").value == "kept later"
    app.button(key=f"run-conclusion-{run_id}-0-save").click().run()
    assert kept(connection, run_id) == "kept later"


def test_read_only_shows_it_and_changes_nothing(
    busy: dict[str, str], connection: sqlite3.Connection, home: Path, open_page: Open, shown: Shown,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """No button, no wish, also where the address asks for the input; the change itself is refused, too."""
    with write(connection):
        conclude(connection, busy["lm-tiny"], "**x** :red[y]", 1.0)
    monkeypatch.setenv("MACHIAI_READ_ONLY", "1")
    for run_id in (busy["lm-tiny"], busy["vit-small-lr3e-4"]):
        app = open_page("run", id=run_id, conclude="write")
        assert not [one for one in (*app.button, *app.text_input) if "conclusion" in str(one.key)]
        assert (":gray[It showed]" in shown(app)) == (run_id == busy["lm-tiny"]) and ASK not in shown(app)
    told = [one.value for one in open_page("run", id=busy["lm-tiny"]).markdown if "It showed" in one.value]
    assert len(told) == 1 and ":red[y]" not in told[0], "what is typed is never markup"
    with pytest.raises(JournalReadOnly):
        pages.conclude(Settings(home=home, read_only=True), busy["lm-tiny"], "x", None)


def test_in_japanese(busy: dict[str, str], open_page: Open, shown: Shown) -> None:
    """The wish for the line is in the reader's language."""
    assert "何が分かりましたか" in shown(open_page("run", locale="ja-JP", id=busy["lm-tiny"]))
