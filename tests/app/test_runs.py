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
    assert [box.key for box in app.text_input] == ["search-text"]


def test_japanese_names_and_words(busy: dict[str, str], open_page: Open) -> None:
    """State words are translated, names kept."""
    states = list(table(open_page("runs", locale="ja-JP"))["state"])
    assert states[0] == "▶ 実行中" and "✖ 失敗" in states


def test_progress_and_time_left_have_columns(measured: dict[str, str], open_page: Open) -> None:
    """A share of the way, the time left of what runs; nothing where nothing is known."""
    rows = table(open_page("runs")).set_index("launched", drop=False)
    by_name = {row["name"].partition("#")[2]: row for row in rows.to_dict("records")}
    assert by_name["resnet-aug"]["progress"] == 0.63 and by_name["resnet-aug"]["left"] == "about 42 min, 35–58"
    assert by_name["vit-small-lr3e-4"]["progress"] == 0.08 and by_name["vit-small-lr3e-4"]["left"] == ""
    assert pd.isna(by_name["smoke"]["progress"])


def test_chosen_metrics_have_columns(measured: dict[str, str], open_page: Open) -> None:
    """Their last value or their best, empty for a run that has no such metric."""
    app = open_page("runs")
    app.multiselect(key="runs-metrics").select("train_loss").select("val_acc").run()
    rows = table(app)
    columns = dict(
        zip(rows["name"].str.partition("#")[2], zip(rows["metric-0"], rows["metric-1"], strict=True), strict=True)
    )
    assert columns["vit-small-lr3e-4"] == ("0.5353", "") and columns["smoke"] == ("", "")
    app.radio(key="runs-which").set_value("best").run()
    best = table(app).set_index("name")["metric-0"]
    assert float(best[f"/run?id={measured['resnet-aug-long']}#resnet-aug-long"]) < 0.35


def test_ticked_runs_can_be_compared(measured: dict[str, str], open_page: Open, shown: Shown) -> None:
    """Two are enough, one is not; they are kept by id when another order moves the rows."""
    app = open_page("runs")
    assert "Tick two to eight runs to compare them." in shown(app)
    app.session_state["runs-chosen"] = [measured["lm-tiny"]]
    app.run()
    assert app.button(key="runs-compare").disabled
    app.session_state["runs-chosen"] = [measured["lm-tiny"], measured["resnet-aug"]]
    app.selectbox(key="runs-sort").select("name").run()
    assert app.button(key="runs-compare").label == "Compare 2 runs"
    app.button(key="runs-compare").click().run()
    assert not app.exception and app.title[0].value == "2 runs"


def test_ticks_can_be_taken_away(measured: dict[str, str], open_page: Open) -> None:
    """All at once."""
    app = open_page("runs")
    app.session_state["runs-chosen"] = list(measured.values())[:9]
    app.run()
    app.button(key="runs-untick").click().run()
    assert app.session_state["runs-chosen"] == []
    assert "runs-compare" not in [button.key for button in app.button]
