"""Buckets to ECharts options, looked at as the dicts they are."""

import json
import math
from typing import Any

import pytest

from app import charts
from app.charts import Line
from store.buckets import Bucket


def bucket(x: float, *values: float, leg: int = 0, until: float | None = None, superseded: bool = False) -> Bucket:
    """The bucket of these values at ``x``."""
    finite = [value for value in values if math.isfinite(value)]
    return Bucket(
        leg=leg,
        x_low=x,
        x_high=x if until is None else until,
        count=len(values),
        minimum=min(finite, default=None),
        maximum=max(finite, default=None),
        first=values[0],
        last=values[-1],
        nans=sum(math.isnan(value) for value in values),
        pos_infs=values.count(math.inf),
        neg_infs=values.count(-math.inf),
        superseded=superseded,
    )


def drawn(option: charts.Option) -> list[dict[str, Any]]:
    """The series of an option that Streamlit could send: plain JSON, no NaN."""
    json.dumps(option, allow_nan=False)
    series = option["series"]
    assert isinstance(series, list)
    return series


def test_points_of_their_own_are_one_line() -> None:
    """Nothing is drawn twice where nothing was gathered."""
    line = Line("loss", [bucket(1, 3.0), bucket(2, 2.0), bucket(3, 1.0)])
    (only,) = drawn(charts.panel([line]))
    assert only["data"] == [[1, 3.0], [2, 2.0], [3, 1.0]] and only["name"] == "loss"


def test_a_spike_of_one_step_is_in_the_chart() -> None:
    """The faint line goes through the extremes of each bucket, whichever came first."""
    line = Line("loss", [bucket(0, 1.0, 9.0, 1.1, 0.5, until=9), bucket(10, 0.4, until=10)])
    faint, top = drawn(charts.panel([line]))
    assert faint["data"] == [[0, 1.0], [4.5, 0.5], [4.5, 9.0], [9, 0.5], [10, 0.4]]
    assert top["data"] == [[9, 0.5], [10, 0.4]]
    assert faint["name"] == top["name"] and faint["lineStyle"]["opacity"] < 0.5
    assert faint["tooltip"] == {"show": False}


def test_smoothing_keeps_the_values_faint_behind() -> None:
    """An average that forgets, without a bias towards zero at its beginning."""
    line = Line("loss", [bucket(step, 4.0 * (step % 2 == 0)) for step in range(charts.SMOOTHED + 1)])
    faint, top = drawn(charts.panel([line], smoothing=0.5))
    assert [y for _, y in faint["data"][:4]] == [4.0, 0.0, 4.0, 0.0]
    assert [y for _, y in top["data"][:4]] == pytest.approx([4.0, 2.0, 3.0, 1.5])


def test_smoothing_does_not_bend_a_curve_of_few_points() -> None:
    """A validation every tenth of the way stays where it is, while the training beside it is smoothed."""
    line = Line("val_loss", [bucket(step * 1000, 1.0 / (1 + step)) for step in range(11)])
    _, top = drawn(charts.panel([line], smoothing=0.8))
    assert [y for _, y in top["data"]] == pytest.approx([1.0 / (1 + step) for step in range(11)], rel=0.05)


def test_a_superseded_stretch_is_faint_and_dotted() -> None:
    """What a later attempt ran again stays in sight, behind, outside of the line that counts."""
    buckets = [bucket(0, 3.0), bucket(1, 5.0, superseded=True), bucket(1, 2.0, leg=1), bucket(2, 1.0, leg=1)]
    old, top = drawn(charts.panel([Line("loss", buckets)]))
    assert old["data"] == [[1, 5.0]] and old["lineStyle"]["type"] == "dotted"
    assert top["data"] == [[0, 3.0], [1, 2.0], [2, 1.0]]


def test_another_fit_begins_after_a_gap() -> None:
    """Steps that begin anew do not drag a line back across the chart, and do not smooth into each other."""
    buckets = [bucket(0, 8.0), bucket(1, 6.0), bucket(0, 2.0, leg=1), bucket(1, 1.0, leg=1)]
    _, top = drawn(charts.panel([Line("loss", buckets)], smoothing=0.9))
    assert top["data"][2] == [0, None] and top["data"][3] == [0, 2.0]


def test_nan_and_infinity_are_marked_on_the_axis() -> None:
    """A gap in the line, a triangle at the place, and how many; never NaN in the data."""
    line = Line(
        "loss", [bucket(0, 1.0), bucket(1, math.nan), bucket(2, 0.5, math.inf, -math.inf, until=4), bucket(5, 0.4)]
    )
    series = drawn(charts.panel([line]))
    top = series[-1]
    assert [1, None] in top["data"]
    marks = top["markPoint"]["data"]
    assert [(mark["coord"][0], mark["value"]) for mark in marks] == [(1, "1 NaN"), (3, "1 +∞, 1 −∞")]
    assert top["markPoint"]["itemStyle"]["color"] == charts.WARNING
    assert charts.describe_odd(*charts.count_odd([line])) == "1 NaN, 1 +∞, 1 −∞"


def test_thousands_of_nans_are_a_few_marks() -> None:
    """Neighbours share a mark that counts them all."""
    line = Line("loss", [bucket(step, math.nan) for step in range(1000)])
    marks = drawn(charts.panel([line]))[-1]["markPoint"]["data"]
    assert len(marks) <= charts.MARKS
    assert sum(int(mark["value"].split()[0]) for mark in marks) == 1000


def test_a_log_scale_leaves_out_what_it_has_no_place_for() -> None:
    """Zero and below are gaps; with nothing above zero the scale stays linear."""
    line = Line("loss", [bucket(0, 1.0), bucket(1, 0.0), bucket(2, -1.0)])
    option = charts.panel([line], log=True)
    assert option["yAxis"]["type"] == "log"
    assert drawn(option)[-1]["data"] == [[0, 1.0], [1, None], [2, None]]
    assert charts.any_hidden_by_log([line])
    flat = charts.panel([Line("loss", [bucket(0, -1.0)])], log=True)
    assert flat["yAxis"]["type"] == "value" and drawn(flat)[-1]["data"] == [[0, -1.0]]


def test_axes_of_time_and_elapsed_time() -> None:
    """Epoch seconds become the browser's milliseconds; a shift and a scale make minutes since the start."""
    line = Line("loss", [bucket(1_795_230_185.25, 1.0)])
    option = charts.panel([line], axis=charts.TIME)
    assert option["xAxis"]["type"] == "time"
    assert drawn(option)[0]["data"] == [[1_795_230_185_250, 1.0]]
    elapsed = Line("loss", [bucket(160.0, 1.0)], scale=1 / 60, shift=-100 / 60)
    assert drawn(charts.panel([elapsed]))[0]["data"] == [[1, 1.0]]


def test_a_lone_value_is_seen() -> None:
    """A line needs two points: one alone, or between gaps, is drawn as a dot."""
    assert drawn(charts.panel([Line("acc", [bucket(5, 0.9)])]))[0]["showSymbol"]
    many = [bucket(step, 1.0) for step in range(50)] + [bucket(50, math.nan), bucket(51, 1.0), bucket(52, math.nan)]
    assert drawn(charts.panel([Line("acc", many)]))[-1]["showSymbol"]
    assert not drawn(charts.panel([Line("acc", many[:50])]))[-1]["showSymbol"]


def test_a_legend_where_there_is_more_than_one_line() -> None:
    """Each name once; held-out lines are dashed; a run keeps its colour in all its lines."""
    lines = [
        Line("a · loss", [bucket(0, 1.0)], colour="#0072B2"),
        Line("a · val_loss", [bucket(0, 1.0)], dashed=True, colour="#0072B2"),
    ]
    option = charts.panel(lines)
    assert option["legend"]["data"] == ["a · loss", "a · val_loss"]
    assert "legend" not in charts.panel(lines[:1])
    first, second = drawn(option)
    assert first["color"] == second["color"] == "#0072B2"
    assert (first["lineStyle"]["type"], second["lineStyle"]["type"]) == ("solid", "dashed")


def test_a_thousand_buckets_stay_small() -> None:
    """At most four points a bucket, in six digits."""
    line = Line(
        "loss", [bucket(i * 1000, *(math.sin(i + k) for k in range(4)), until=i * 1000 + 999) for i in range(1000)]
    )
    assert len(json.dumps(charts.panel([line]))) < 150_000


def test_a_range_drawn_on_a_chart_is_read() -> None:
    """The ends in order; seconds on an axis of time; anything else is no range."""
    state = {"selection": {"areas": [{"brush_type": "lineX", "coord_range": [174.4, 81.2]}]}}
    assert charts.selected_range(state, charts.STEP) == (81.2, 174.4)
    times = {"selection": {"areas": [{"coord_range": [1_795_230_185_000, 1_795_230_245_000]}]}}
    assert charts.selected_range(times, charts.TIME) == (1_795_230_185.0, 1_795_230_245.0)
    empty: list[dict[str, Any]] = [
        {},
        {"selection": {"areas": []}},
        {"selection": {"areas": [{"coord_range": [3, 3]}]}},
    ]
    empty.append({"selection": {"areas": [{"coord_range": [[1, 2], [3, 4]]}]}})
    assert [charts.selected_range(one, charts.STEP) for one in empty] == [None] * 4


def test_nothing_to_draw_is_no_error() -> None:
    """A metric of which this range has nothing."""
    assert drawn(charts.panel([Line("loss", [])]))[0]["data"] == []
