"""*Runs*: search, filters, order and paging over many runs."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.fakes import journal

Open = Callable[..., AppTest]
Shown = Callable[[AppTest], str]


def table(app: AppTest) -> pd.DataFrame:
    """The rows of the page's table."""
    frame = app.dataframe[0].value
    assert isinstance(frame, pd.DataFrame)
    return frame


@pytest.fixture(name="many")
def _many(connection: sqlite3.Connection, home: Path, busy: dict[str, str]) -> None:
    """Ten thousand runs of the past behind the busy day."""
    journal.fill_many(connection, home, time.time(), 10_000)


def test_the_newest_runs_come_first_fifty_a_page(many: None, open_page: Open, shown: Shown) -> None:
    """The first page holds the newest fifty, says how many there are in all, and is quick."""
    app = open_page("runs")
    start = time.perf_counter()
    app.run()
    seconds = time.perf_counter() - start
    rows = table(app)
    assert len(rows) == 50
    assert rows["state"][0] == "▶ running" and rows["project"][0] == "rl-notes"
    assert rows["name"][0] == "/run?id=261121-130501-q7wd#pong-pg-baseline"
    assert "1–50 of 10,008" in shown(app)
    assert seconds < 2.0


def test_search_finds_by_any_word_of_name_command_or_cause(many: None, open_page: Open) -> None:
    """Words narrow the list; a percent sign is a percent sign."""
    app = open_page("runs")
    app.text_input(key="runs-text").input("memory cuda").run()
    assert list(table(app)["name"]) == ["/run?id=261121-130800-m2xz#vit-small-lr3e-4"]
    app.text_input(key="runs-text").input("seed=9999").run()
    assert len(table(app)) == 1
    app.text_input(key="runs-text").input("100%").run()
    assert len(app.dataframe) == 0


def test_states_and_project_filter_together(many: None, open_page: Open, shown: Shown) -> None:
    """Only runs that match both are counted and shown."""
    app = open_page("runs")
    app.multiselect(key="runs-states").select("lost").run()
    assert "1–50 of 2,001" in shown(app)
    options = app.selectbox(key="runs-project").options
    app.selectbox(key="runs-project").select_index(options.index("cifar-robust")).run()
    assert "1–1 of 1" in shown(app)
    assert "%E5%AD%A6" in table(app)["name"][0]


def test_filters_that_hide_everything_can_be_cleared(busy: dict[str, str], open_page: Open, shown: Shown) -> None:
    """An empty result is told from an empty journal, with a way back."""
    app = open_page("runs")
    app.text_input(key="runs-text").input("no such thing").run()
    assert "No run matches these filters." in shown(app)
    app.button(key="runs-clear").click().run()
    assert len(table(app)) == 8
    assert app.text_input(key="runs-text").value == ""


def test_order_can_be_chosen_and_is_stable(busy: dict[str, str], open_page: Open) -> None:
    """The same order gives the same rows at every refresh."""
    app = open_page("runs")
    app.selectbox(key="runs-sort").select("longest").run()
    first = list(table(app)["name"])
    assert "resnet-aug" not in first[0] and "aged" in first[0]
    assert list(table(app.run())["name"]) == first


def test_states_are_unknown_while_the_daemon_is_silent(
    busy: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """The table does not claim that a run runs when nobody watches it."""
    journal.beat(connection, time.time() - 120)
    app = open_page("runs")
    assert table(app)["state"][0] == "? unknown · last known: running"
    assert "The daemon has been silent for 2 m" in shown(app)


def test_an_empty_journal_is_no_empty_table(open_page: Open, shown: Shown) -> None:
    """Before the first run the page explains, and has no filters to puzzle over."""
    app = open_page("runs")
    assert "No run has been launched yet." in shown(app)
    assert len(app.text_input) == 0


def test_japanese_names_and_words(busy: dict[str, str], open_page: Open) -> None:
    """State words are translated, names kept."""
    states = list(table(open_page("runs", locale="ja-JP"))["state"])
    assert states[0] == "▶ 実行中" and "✖ 失敗" in states
