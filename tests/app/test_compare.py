"""*Compare*: curves over each other, and what differs."""

import json
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from store.database import write
from tests.app.test_theme import SETTINGS
from tests.fakes import journal, measurements

Open = Callable[..., AppTest]
Shown = Callable[[AppTest], str]
DIFF = "diff --git a/train.py b/train.py\n--- a/train.py\n+++ b/train.py\n@@ -1 +1 @@\n-LR = 1\n+LR = 2\n"


@pytest.fixture(name="sweep")
def _sweep(connection: sqlite3.Connection, home: Path) -> list[str]:
    """Three runs of one sweep, the last of another commit and without metrics of its own name."""
    now = time.time()
    journal.beat(connection, now)
    ids = []
    for number in range(3):
        run = journal.add_run(
            connection,
            home,
            f"sweep-{number}",
            created=now - 9000 + number * 100,
            name="sweep" if number < 2 else "baseline",
            state="finished" if number else "failed",
            seconds=600.0 * (number + 1),
            cause=None if number else "CUDA out of memory",
            params={"lr": f"{number}e-4", "batch": "32"},
            argv=["python", "train.py", "--batch", "32", "--lr", f"{number}e-4"],
            git={"commit": "a" * 40 if number < 2 else "b" * 40, "branch": "main", "dirty": number < 2},
            diff=DIFF if number < 2 else "",
        )
        with write(connection):
            for name in ("train_loss", "val_loss"):
                values = measurements.shape(200, measurements.falling(0.3 + number / 10))
                measurements.add(connection, run, name, values, start=now - 9000 + number * 100, seconds=500)
        ids.append(run)
    return ids


def frames(app: AppTest) -> list[pd.DataFrame]:
    """The tables of the page."""
    return [element.value for element in app.dataframe]


def rows(frame: pd.DataFrame) -> dict[str, list[str]]:
    """What differs, by its name."""
    return {row[0]: list(row[1:]) for row in frame.values.tolist()}


def test_outcomes_stand_beside_each_other(sweep: list[str], open_page: Open) -> None:
    """State, length, loss and cause, in the order of the address, each leading to its run."""
    app = open_page("compare", ids=",".join(sweep))
    assert app.title[0].value == "3 runs"
    found = frames(app)[0]
    assert list(found["state"]) == ["✖ failed", "✔ finished", "✔ finished"]
    assert list(found["length"]) == ["10 m", "20 m", "30 m"]
    assert found["name"][0] == "/run?id=sweep-0#sweep" and found["cause"][0] == "CUDA out of memory"
    assert found["loss"][2].startswith("train_loss 0.5")


def test_curves_lie_over_each_other(sweep: list[str], open_page: Open) -> None:
    """One panel a family, a colour a run, validation dashed; runs of one name told apart by their ids."""
    app = open_page("compare", ids=",".join(sweep))
    (chart,) = app.get("echarts_chart")
    series = [one for one in json.loads(chart.proto.spec)["series"] if one["z"] == 3]
    assert [one["name"] for one in series[:2]] == ["sweep 0 · train_loss", "sweep 0 · val_loss"]
    assert series[4]["name"] == "baseline · train_loss" and len(series) == 6
    colours = [one["color"] for one in series]
    assert colours[0] == colours[1] and len(set(colours)) == 3
    assert [one["lineStyle"]["type"] for one in series[:2]] == ["solid", "dashed"]


def test_time_is_counted_from_each_runs_own_start(sweep: list[str], open_page: Open) -> None:
    """Runs of different days lie over each other."""
    app = open_page("compare", ids=",".join(sweep))
    app.radio(key="compare-axis").set_value("elapsed").run()
    series = json.loads(app.get("echarts_chart")[0].proto.spec)["series"]
    firsts = [one["data"][0][0] for one in series]
    assert all(-0.1 < first < 0.1 for first in firsts)


def test_parameters_and_code_that_differ_are_told(sweep: list[str], open_page: Open, shown: Shown) -> None:
    """And how much is the same."""
    app = open_page("compare", ids=",".join(sweep))
    parameters, code = (rows(frame) for frame in frames(app)[1:])
    assert parameters == {"lr": ["0e-4", "1e-4", "2e-4"]}
    assert "1 parameter is the same" in shown(app)
    assert code["Commit"] == ["a" * 10, "a" * 10, "b" * 10]
    assert code["Uncommitted changes"] == ["train.py +1 −1", "train.py +1 −1 (as in sweep 0)", "–"]
    assert code["Command"] == ["0e-4", "1e-4", "2e-4"]
    assert "Branch" not in code and "Python" not in code


def test_equal_code_is_said_so(
    sweep: list[str], connection: sqlite3.Connection, home: Path, open_page: Open, shown: Shown
) -> None:
    """No empty table."""
    for name in ("twin-1", "twin-2"):
        journal.add_run(connection, home, name, created=time.time())
    app = open_page("compare", ids="twin-1,twin-2")
    assert "Same commit, same command" in shown(app)
    assert "None of these runs has a metric." in shown(app) and len(frames(app)) == 1


@pytest.mark.parametrize("ids", ["", "sweep-1", "nope,sweep-1", "nope,' OR 1=1 --,**x**", ",,,"])
def test_fewer_than_two_known_runs_lead_back_to_the_list(
    sweep: list[str], open_page: Open, shown: Shown, ids: str
) -> None:
    """A link of old or a mistake: how to choose runs."""
    app = open_page("compare", ids=ids)
    assert app.title[0].value == "Which runs?" and "All runs" in shown(app)


def test_eight_runs_are_the_most(connection: sqlite3.Connection, home: Path, open_page: Open) -> None:
    """The rest of a longer address is left out."""
    for number in range(10):
        journal.add_run(connection, home, f"many-{number}", created=time.time())
    app = open_page("compare", ids=",".join(f"many-{number}" for number in range(10)))
    assert app.title[0].value == "8 runs"


def test_each_of_eight_runs_has_its_colour() -> None:
    """Both themes have as many colours for charts as runs can be compared."""
    for shade in ("light", "dark"):
        colours = SETTINGS["theme"][shade]["chartCategoricalColors"]
        assert len(set(colours)) == len(colours) >= 8


def test_the_token_is_taken_out(
    connection: sqlite3.Connection, home: Path, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of command lines, parameters and names of metrics."""
    token = "o.SecretSecretSecret"
    monkeypatch.setenv("MACHIAI_PUSHBULLET_TOKEN", token)
    now = time.time()
    for number in range(2):
        run = journal.add_run(
            connection, home, f"t-{number}", created=now, argv=["train", f"{token}{number}"], params={"x": f"{token}{number}"},
            name=token,
        )  # fmt: skip
        with write(connection):
            measurements.add(connection, run, f"loss {token}", [1.0, 2.0], start=now, seconds=1)
    app = open_page("compare", ids="t-0,t-1")
    seen = [frame.to_csv() for frame in frames(app)] + [chart.proto.spec for chart in app.get("echarts_chart")]
    seen += [element.value for element in (*app.markdown, *app.caption)]
    assert len(frames(app)) == 3 and not [text for text in seen if token in text]


def test_in_japanese(sweep: list[str], open_page: Open, shown: Shown) -> None:
    """Headings are translated, names stay."""
    text = shown(open_page("compare", locale="ja-JP", ids=",".join(sweep)))
    assert "3 件の実行" in text and "異なるパラメータ" in text
