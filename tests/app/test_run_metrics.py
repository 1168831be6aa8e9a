"""*Run*: progress, curves, the table of metrics and what they mean."""

import re
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from store import choices, runs
from store.database import write
from tests.fakes import journal, measurements

Open = Callable[..., AppTest]
Shown = Callable[[AppTest], str]


def charts_of(app: AppTest) -> int:
    """How many charts are drawn."""
    return len(list(app.get("echarts_chart")))


def table(app: AppTest) -> dict[str, dict[str, Any]]:
    """The table of metrics, by name."""
    frame = app.dataframe[0].value
    assert isinstance(frame, pd.DataFrame)
    return {row["name"]: row for row in frame.to_dict("records")}


def test_progress_has_a_bar_and_the_time_left_in_words(measured: dict[str, str], open_page: Open, shown: Shown) -> None:
    """Counters from the outermost, the share, the interval; without an interval, why."""
    app = open_page("run", id=measured["resnet-aug"])
    bar = app.get("progress")[0].proto
    assert bar.value == 63 and "epoch 7 of 10 · batch 2,500 of 5,000 · 63 %" in bar.text.replace("\\", "")
    assert "**about 42 min, 35–58**" in shown(app)
    text = shown(open_page("run", id=measured["pong-pg-baseline"]))
    assert "**about 3 h**" in text and "no interval before ten finished runs of this kind" in text


def test_a_run_that_ended_has_no_time_left(measured: dict[str, str], open_page: Open, shown: Shown) -> None:
    """A crash shows how far it came; a finish needs no bar."""
    app = open_page("run", id=measured["vit-small-lr3e-4"])
    assert app.get("progress")[0].proto.value == 8 and "about" not in shown(app)
    assert len(open_page("run", id=measured["lm-tiny"]).get("progress")) == 0


def test_a_silent_daemon_tells_no_time_left(
    measured: dict[str, str], connection: sqlite3.Connection, open_page: Open, shown: Shown
) -> None:
    """What was last predicted is not shown as if it still held."""
    journal.beat(connection, time.time() - 300)
    assert "about 42 min" not in shown(open_page("run", id=measured["resnet-aug"]))


def test_the_main_panels_come_first_and_more_on_demand(measured: dict[str, str], open_page: Open, shown: Shown) -> None:
    """Train and validation share a panel; of fifteen panels six are drawn, then twelve."""
    app = open_page("run", id=measured["resnet-aug"])
    assert charts_of(app) == 6
    titles = [element.value for element in app.markdown if re.fullmatch(r"\*\*[^*]+\*\*", element.value)]
    assert titles[1:3] == ["**loss**", "**accuracy**"]  # behind how long it has run
    assert "train/loss **" in shown(app) and "val_loss **" in shown(app)
    assert "3 NaN, 1 +∞: marked by triangles on the axis" in shown(app)
    app.button(key=f"curves-{measured['resnet-aug']}-more").click().run()
    assert charts_of(app) == 12


def test_metrics_can_be_searched(measured: dict[str, str], open_page: Open, shown: Shown) -> None:
    """Only panels with the words in a name; none is said so."""
    run = measured["resnet-aug"]
    app = open_page("run", id=run)
    app.text_input(key=f"curves-{run}-search").input("head1 aux").run()
    assert charts_of(app) == 3
    app.text_input(key=f"curves-{run}-search").input("nothing like it").run()
    assert charts_of(app) == 0 and "No metric is called that." in shown(app)


def test_a_range_is_fetched_anew_and_can_be_left(measured: dict[str, str], open_page: Open, shown: Shown) -> None:
    """What is typed is read in detail; the range of one axis is not that of the other."""
    run = measured["resnet-aug"]
    app = open_page("run", id=run)
    app.number_input(key=f"curves-{run}-low").set_value(30_000).run()
    spec = app.get("echarts_chart")[0].proto.spec
    assert "[29999" not in spec and "[31499" in spec
    app.button(key=f"curves-{run}-all").click().run()
    assert app.number_input(key=f"curves-{run}-low").value is None
    app.number_input(key=f"curves-{run}-low").set_value(90_000_000).run()
    assert "Nothing in this range." in shown(app)
    app.radio(key=f"curves-{run}-axis").set_value("time").run()
    assert app.number_input(key=f"curves-{run}-low").value is None


def test_the_table_has_every_metric(measured: dict[str, str], open_page: Open) -> None:
    """Last, best with its step, how many, which is better; numbers as people write them."""
    rows = table(open_page("run", id=measured["resnet-aug"]))
    assert len(rows) == 17
    assert rows["val_loss"]["better"] == "↓ lower" and rows["val_loss"]["step"] == "step 31,000"
    assert rows["train/loss"]["count"] == "31,500" and rows["train/loss"]["odd"] == "4"
    assert rows["learning_rate"]["better"] == "" and rows["learning_rate"]["best"] == "–"
    assert not [row for row in rows.values() if re.search(r"\de[-+]?\d", row["last"])]


def test_values_are_told_what_they_mean_and_by_whom(measured: dict[str, str], open_page: Open, shown: Shown) -> None:
    """A BLEU of fractions is read on the scale of its bands, which is said, with source and caution."""
    app = open_page("run", id=measured["lm-tiny"])
    text = shown(app)
    assert "the gist is clear, but with significant grammatical errors; read as 25.5" in text
    assert "so it is on the 0–1 scale" in text and "Source: Google Cloud" in text
    assert table(app)["eval_bleu"]["meaning"].startswith("the gist is clear")


def test_a_direction_can_be_chosen(measured: dict[str, str], connection: sqlite3.Connection, open_page: Open) -> None:
    """It is stored for the project and shown; choosing the guess again takes it back."""
    run = runs.get_run(connection, measured["resnet-aug"])
    assert run is not None
    app = open_page("run", id=run.id)
    app.selectbox(key="direction-metric").select("learning_rate").run()
    app.radio(key="direction-learning_rate").set_value("higher").run()
    assert choices.read_directions(connection, run.project_id) == {"learning_rate": "higher"}
    assert table(app.run())["learning_rate"]["better"] == "↑ higher"
    app.radio(key="direction-learning_rate").set_value("").run()
    assert choices.read_directions(connection, run.project_id) == {}


def test_read_only_chooses_nothing(measured: dict[str, str], open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """The curves are there, the choice is not."""
    monkeypatch.setenv("MACHIAI_READ_ONLY", "1")
    app = open_page("run", id=measured["resnet-aug"])
    assert charts_of(app) == 6 and "direction-metric" not in [one.key for one in app.selectbox]


def test_a_run_without_metrics_says_why(busy: dict[str, str], open_page: Open, shown: Shown) -> None:
    """Not yet, or not at all."""
    assert "No metric has been read yet." in shown(open_page("run", id=busy["resnet-aug"]))
    assert "No metric was read" in shown(open_page("run", id=busy["smoke"]))


def test_in_japanese(measured: dict[str, str], open_page: Open, shown: Shown) -> None:
    """Time left, bands and controls are translated; names of metrics stay."""
    text = shown(open_page("run", locale="ja-JP", id=measured["resnet-aug"]))
    assert "約 42 分（35〜58）" in text and "train/loss" in text and "最良" in text
    text = shown(open_page("run", locale="ja-JP", id=measured["lm-tiny"]))
    assert "大意は明らかだが" in text and "出典" in text


MARKS = ("**x**", "<script", ":red[hi]", "$x$", ":tada:", "](http", "://")
HOSTILE = "**x** <script>alert(1)</script> :red[hi] $x$ :tada: [a](http://example.org)"


def test_names_of_metrics_are_never_markup(connection: sqlite3.Connection, home: Path, open_page: Open) -> None:
    """A name that a log made up is text, here and on the front page."""
    now = time.time()
    journal.beat(connection, now)
    run = journal.add_run(connection, home, "h-1", created=now - 60)
    with write(connection):
        for name in (f"{HOSTILE} loss", f"bleu {HOSTILE}"):
            measurements.add(connection, run, name, [1.0, 2.0], start=now - 50, seconds=9)
    for app in (open_page("run", id=run), open_page()):
        for text in [element.value for element in (*app.markdown, *app.caption)]:
            stripped = re.sub(r"\\.", "", text)
            assert not any(mark in stripped for mark in MARKS), text
