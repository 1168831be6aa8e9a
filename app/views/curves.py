"""Curves of metrics, a panel a family: what the pages *Run* and *Compare* draw, and the controls above them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from app import alert_marks, charts, forecast, readings
from app.alert_marks import Mark
from app.charts import ELAPSED, STEP, TIME, Line, Wording
from app.figures import count, figure
from app.markup import plain, shorten
from app.readings import Metric
from app.words import Words, mark
from store.metrics import VALIDATION
from store.settings import Settings

SHOWN = 6
MOST_VALUES = 8
AXES = {STEP: mark("Step"), TIME: mark("Time"), ELAPSED: mark("Time")}
MINUTE = 60.0


@dataclass(frozen=True)
class Controls:
    """How the reader wants the curves; ``low`` and ``high`` are steps, or minutes since the start if of time."""

    axis: str = STEP
    log: bool = False
    smoothing: float = 0.0
    low: float | None = None
    high: float | None = None
    search: str = ""

    @property
    def is_zoomed(self) -> bool:
        """Whether only a part is shown."""
        return self.low is not None or self.high is not None


@dataclass(frozen=True)
class Curve:
    """One line to draw: a metric under a label; ``start`` is when its run began."""

    label: str
    metric: Metric
    start: float
    dashed: bool = False
    colour: int | None = None
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Panel:
    """One chart."""

    title: str
    unit: str
    curves: list[Curve]


def draw_controls(prefix: str, say: Words, axes: Sequence[str], *, many: bool) -> Controls:
    """Axis, log scale, smoothing, range and search; their state belongs to ``prefix``."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        axis = st.radio(
            say.say("Axis"),
            axes,
            horizontal=True,
            key=f"{prefix}-axis",
            format_func=lambda one: say.say(AXES[one]),
            on_change=clear_range,
            args=(prefix,),
            width="content",
        )
        smoothing = st.slider(say.say("Smoothing"), 0.0, 0.99, 0.0, 0.01, key=f"{prefix}-smoothing", width=170)
        log = st.toggle(say.say("Log scale"), key=f"{prefix}-log", width="content")
        low, high = draw_range(prefix, axis, say)
        search = ""
        if many:
            search = st.text_input(
                say.say("Search metrics"),
                key=f"{prefix}-search",
                placeholder=say.say("part of a name"),
                icon=":material/search:",
                width=210,
            )
    return Controls(axis, log, smoothing, low, high, search.strip())


def draw_range(prefix: str, axis: str, say: Words) -> tuple[float | None, float | None]:
    """From where to where: typed here, or drawn on a chart."""
    low, high = (st.session_state.get(f"{prefix}-{end}") for end in ("low", "high"))
    zoomed = low is not None or high is not None
    with st.popover(say.say("Range"), icon=":material/zoom_in:", type="primary" if zoomed else "secondary"):
        text = say.say("In steps.") if axis == STEP else say.say("In minutes since the start.")
        st.caption(
            plain(text + " " + say.say("Or draw it on a chart: choose the bracket at its top right, then drag."))
        )
        first, last = st.columns(2)
        low = first.number_input(say.say("From"), value=None, key=f"{prefix}-low", placeholder=say.say("start"))
        high = last.number_input(say.say("To"), value=None, key=f"{prefix}-high", placeholder=say.say("end"))
        st.button(say.say("Show all"), key=f"{prefix}-all", on_click=clear_range, args=(prefix,), disabled=not zoomed)
    return low, high


def clear_range(prefix: str) -> None:
    """Show everything again."""
    st.session_state[f"{prefix}-low"] = st.session_state[f"{prefix}-high"] = None


def take_range(prefix: str, key: str, axis: str, start: float) -> None:
    """Make the range that was drawn on a chart the range of all of them."""
    found = charts.selected_range(st.session_state.get(key) or {}, axis)
    if found is None:
        return
    low, high = ((end - start) / MINUTE for end in found) if axis == TIME else found
    digits = 0 if high - low > 20 else 4
    st.session_state[f"{prefix}-low"], st.session_state[f"{prefix}-high"] = round(low, digits), round(high, digits)


def panels_of(curves: Iterable[Curve], axis: str) -> list[Panel]:
    """Curves by family, and by unit too where the axis is of steps; the order is that of the curves."""
    found: dict[tuple[str, str], list[Curve]] = {}
    for curve in curves:
        unit = curve.metric.unit if axis == STEP else ""
        found.setdefault((curve.metric.family, unit), []).append(curve)
    panels = []
    for (family, unit), some in found.items():
        names = {curve.metric.name for curve in some}
        panels.append(Panel(names.pop() if len(names) == 1 else family, unit, some))
    return panels


def matching(panels: Sequence[Panel], search: str) -> list[Panel]:
    """Panels with a metric that has every word of the search in its name."""
    words = search.lower().split()
    return [
        panel
        for panel in panels
        if any(all(word in curve.metric.name.lower() for word in words) for curve in panel.curves)
    ]


def draw_panels(
    settings: Settings, say: Words, prefix: str, panels: Sequence[Panel], controls: Controls, *, unit: str
) -> None:
    """The first panels two by two, and the way to more; ``unit`` is what a range of steps counts in."""
    wanted = matching(panels, controls.search)
    if not wanted:
        st.caption(say.say("No metric is called that."))
        return
    limit = int(st.session_state.get(f"{prefix}-shown", SHOWN))
    for begin in range(0, min(limit, len(wanted)), 2):
        columns = st.columns(2 if len(wanted) > 1 else 1, gap="medium")
        for panel, column in zip(wanted[begin : min(begin + 2, limit)], columns, strict=False):
            with column:
                draw_panel(settings, say, prefix, panel, controls, ranged=controls.axis != STEP or panel.unit == unit)
    left = len(wanted) - limit
    if left > 0:
        st.button(
            say.say("Show {n} more of {left}", n=min(left, SHOWN), left=left),
            key=f"{prefix}-more",
            icon=":material/expand_more:",
            on_click=show_more,
            args=(prefix,),
        )


def show_more(prefix: str) -> None:
    """Draw some panels more."""
    st.session_state[f"{prefix}-shown"] = int(st.session_state.get(f"{prefix}-shown", SHOWN)) + SHOWN


def draw_panel(settings: Settings, say: Words, prefix: str, panel: Panel, controls: Controls, *, ranged: bool) -> None:
    """Title, last and best values, the chart, and what it cannot show."""
    lines = [read_line(settings, curve, controls, ranged=ranged) for curve in panel.curves]
    with st.container(gap="xxsmall"):
        st.markdown(f"**{plain(shorten(panel.title, 60))}**")
        draw_values(settings, say, panel)
    axis = TIME if controls.axis == TIME else STEP
    key = f"{prefix}-{panel.title}-{panel.unit}-{controls.axis}-{controls.low}-{controls.high}"
    start = panel.curves[0].start
    word = forecast.unit_word(panel.unit, say) if controls.axis == STEP else say.say("min")
    if not any(line.buckets for line in lines):
        st.caption(say.say("Nothing in this range."))
        return
    option = charts.panel(
        lines,
        axis=axis,
        log=controls.log,
        smoothing=controls.smoothing,
        percent=any(curve.metric.percent for curve in panel.curves),
        wording=Wording(axis=word, zoom=say.say("select a range")),
        brush=ranged,
    )
    for curve, line in zip(panel.curves, lines, strict=True):
        if curve.marks and controls.axis in (STEP, TIME):
            alert_marks.add(option, line, curve.marks, axis=axis)
    last = figure(panel.curves[0].metric.series.last)
    st.echarts_chart(
        option,
        key=key,
        height=charts.PANEL_PIXELS,
        on_select=partial(take_range, prefix, key, axis, start) if ranged else "ignore",
        alt=say.say("Curves of {name}; last value {value}", name=panel.title, value=last),
    )
    for note in notes(lines, controls, say):
        st.markdown(f":small[:orange[:material/warning:] :gray[{plain(note)}]]")


def read_line(settings: Settings, curve: Curve, controls: Controls, *, ranged: bool) -> Line:
    """The buckets of one curve in the range, and how they come to the axis."""
    low, high = (controls.low, controls.high) if ranged else (None, None)
    if controls.axis == STEP:
        buckets = readings.read_curve(settings, curve.metric, low=low, high=high)
        return Line(curve.label, buckets, curve.dashed, colour_of(curve), scale=curve.metric.scale)
    first, last = (None if end is None else curve.start + end * MINUTE for end in (low, high))
    buckets = readings.read_curve(settings, curve.metric, axis="time", low=first, high=last)
    if controls.axis == TIME:
        return Line(curve.label, buckets, curve.dashed, colour_of(curve))
    return Line(curve.label, buckets, curve.dashed, colour_of(curve), scale=1 / MINUTE, shift=-curve.start / MINUTE)


def colour_of(curve: Curve) -> str | None:
    """A curve's own colour, where several of its panel share one; else the theme gives each its own."""
    if curve.colour is None:
        return None
    shade = "dark" if st.context.theme.type == "dark" else "light"
    colours = st.get_option(f"theme.{shade}.chartCategoricalColors") or []
    return str(colours[curve.colour % len(colours)]) if colours else None


def draw_values(settings: Settings, say: Words, panel: Panel) -> None:
    """Last and best value of each curve, of many only the first few; a line each, where they are of several runs."""
    parts = []
    for curve in panel.curves[:MOST_VALUES]:
        metric = curve.metric
        text = f"**{plain(figure(metric.series.last, percent=metric.percent))}**"
        if len(panel.curves) > 1:
            text = f"{plain(shorten(curve.label, 40))} {text}"
        best = readings.read_best(settings, metric)
        if best is not None:
            said = say.say(
                "best {value} at {step}", value=figure(best.value, percent=metric.percent), step=count(best.step)
            )
            text += f" :gray[{plain(said)}]"
        parts.append(text)
    if any(curve.colour is not None for curve in panel.curves):
        st.markdown("  \n".join(f":small[{part}]" for part in parts))
    else:
        st.markdown(f":small[{' · '.join(parts)}]")


def notes(lines: Sequence[Line], controls: Controls, say: Words) -> list[str]:
    """What of the values the chart cannot draw as a line."""
    found = []
    odd = charts.describe_odd(*charts.count_odd(lines))
    if odd:
        found.append(say.say("{values}: marked by triangles on the axis", values=odd))
    if controls.log and not charts.any_positive(lines):
        found.append(say.say("nothing above zero: the scale stays linear"))
    elif controls.log and charts.any_hidden_by_log(lines):
        found.append(say.say("values at or below zero have no place on a log scale"))
    return found


def is_held_out(metric: Metric) -> bool:
    """Whether it was measured on data that was not trained on."""
    return metric.split in (VALIDATION, "test")
