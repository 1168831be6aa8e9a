"""Alerts on curves, looked at in the option of the chart."""

import json
from typing import Any

from app import alert_marks, charts
from app.alert_marks import Mark
from app.charts import STEP, TIME, Line
from tests.app.test_charts import bucket

LINE = Line("loss", [bucket(float(step), 1.0) for step in range(0, 101, 10)])


def upright(line: Line, marks: list[Mark], axis: str) -> list[dict[str, Any]]:
    """The lines that are drawn for these marks, from an option that can be sent as JSON."""
    option = charts.panel([line], axis=axis)
    alert_marks.add(option, line, marks, axis=axis)
    json.dumps(option, allow_nan=False)
    found: list[dict[str, Any]] = option["series"][-1].get("markLine", {}).get("data", [])
    return found


def test_a_mark_stands_at_its_step() -> None:
    """It has the sign and word of its alert; what is outside of the steps shown, or of no step, has no place."""
    marks = [
        Mark("diverged", "! diverged", 5.0, "loss", 40.0),
        Mark("diverged", "! diverged", 6.0, "loss", 400.0),
        Mark("stalled", "stalled", 7.0),
    ]
    (one,) = upright(LINE, marks, STEP)
    assert one["xAxis"] == 40 and one["name"] == "! diverged"


def test_a_mark_follows_the_scale_of_its_line() -> None:
    """Where steps are brought to another unit the mark is, too."""
    scaled = Line("loss", LINE.buckets, scale=2.0)
    assert upright(scaled, [Mark("diverged", "x", 5.0, "loss", 40.0)], STEP)[0]["xAxis"] == 80


def test_on_an_axis_of_time_what_befell_the_run_is_marked_too() -> None:
    """A stall stands at its time; a metric's alert that was noticed just after its last point stands at that."""
    marks = [Mark("stalled", "stalled", 50.0), Mark("threshold", "met", 104.0, "loss", 100.0)]
    found = upright(LINE, marks, TIME)
    assert [one["xAxis"] for one in found] == [50_000, 100_000]
    assert found[0]["lineStyle"]["color"] != found[1]["lineStyle"]["color"]
    assert upright(LINE, [Mark("threshold", "met", 400.0, "loss", 100.0)], TIME) == []


def test_only_the_last_few_are_drawn() -> None:
    """Dozens of alerts do not hide the curve."""
    marks = [Mark("threshold", "met", float(step), "loss", float(step)) for step in range(100)]
    assert [one["xAxis"] for one in upright(LINE, marks, STEP)] == list(range(92, 100))


def test_marks_go_to_the_metric_they_are_about() -> None:
    """Those of the run as a whole are on the first curve alone."""
    marks = [Mark("diverged", "x", 1.0, "loss", 3.0), Mark("stalled", "y", 2.0)]
    assert [one.text for one in alert_marks.of_metric(marks, "loss", first=True)] == ["x", "y"]
    assert alert_marks.of_metric(marks, "accuracy", first=False) == ()
