"""The history of a machine as ECharts options, looked at as the dicts they are."""

import json
from typing import Any

from app import history_charts
from app.charts import Option
from app.history_charts import Line
from app.machine import window
from tests.app.test_charts import bucket

GIB = 1 << 30


def drawn(option: Option) -> list[dict[str, Any]]:
    """The series of an option that Streamlit could send: plain JSON, no NaN."""
    json.dumps(option, allow_nan=False)
    series = option["series"]
    assert isinstance(series, list)
    return series


def test_a_figure_is_a_line_over_time() -> None:
    """Milliseconds across, values in the unit asked for."""
    (only,) = drawn(
        history_charts.panel([Line("memory", [bucket(1, 2.0 * GIB), bucket(2, 3.0 * GIB)], unit=GIB)], 0, 9)
    )
    assert only["data"] == [[1000, 2.0], [2000, 3.0]]


def test_time_that_nobody_watched_is_a_gap() -> None:
    """The line is lifted where less was heard than is usual, at any pace of sampling."""
    for every in (1, 60):
        times = [n * every for n in range(10)] + [n * every for n in range(40, 50)]
        (only,) = drawn(history_charts.panel([Line("cpu", [bucket(at, 5.0) for at in times])], 0, 50 * every))
        assert [point[0] for point in only["data"] if point[1] is None] == [40 * every * 1000]


def test_one_lost_sample_is_no_gap() -> None:
    """A sampler that was late by a second or two did not stop watching."""
    (only,) = drawn(history_charts.panel([Line("cpu", [bucket(at, 5.0) for at in (0, 1, 2, 5, 6, 7)])], 0, 9))
    assert all(point[1] is not None for point in only["data"])


def test_a_spike_within_a_bucket_stays_in_sight() -> None:
    """Faint, behind the last values."""
    faint, top = drawn(history_charts.panel([Line("power", [bucket(0, 1.0, 400.0, 2.0, until=9)])], 0, 9))
    assert [4500, 400.0] in faint["data"] and faint["lineStyle"]["opacity"] < 0.5
    assert top["data"] == [[9000, 2.0]] and top["showSymbol"]


def test_the_axis_is_the_range_that_was_asked_for() -> None:
    """What is not known at its ends stays empty; a figure with an end has its whole scale."""
    option = history_charts.panel([Line("cpu", [bucket(50, 3.0)])], 0, 100, top=100.0)
    assert (option["xAxis"]["min"], option["xAxis"]["max"]) == (0, 100_000)
    assert (option["yAxis"]["min"], option["yAxis"]["max"], option["yAxis"]["interval"]) == (0, 100.0, 25.0)


def test_several_things_have_a_legend_and_colours_of_their_own() -> None:
    """One thing has none."""
    lines = [Line(f"GPU {n}", [bucket(1, 1.0)], colour=f"#00000{n}", dashed=n > 1) for n in range(3)]
    option = history_charts.panel(lines, 0, 9)
    assert option["legend"]["data"] == ["GPU 0", "GPU 1", "GPU 2"]
    assert [one["color"] for one in drawn(option)] == ["#000000", "#000001", "#000002"]
    assert [one["lineStyle"]["type"] for one in drawn(option)] == ["solid", "solid", "dashed"]
    assert "legend" not in history_charts.panel(lines[:1], 0, 9)


def test_nothing_known_is_an_empty_chart() -> None:
    """No line, no failure."""
    (only,) = drawn(history_charts.panel([Line("cpu", [])], 0, 9))
    assert only["data"] == []


def test_a_window_moves_on_only_when_a_chart_could_show_it() -> None:
    """So that what was read for it can be used again."""
    assert window(1_000_003.0, 3600.0) == window(1_000_007.0, 3600.0) == (996_396.0, 999_996.0)
    assert window(1_000_003.5, 300.0)[1] == 1_000_003.0
    assert window(1_000_070.0, 90 * 86400.0)[1] == 1_000_020.0
