"""The history of GPUs, processor, memory and disks as charts, over a range the reader chooses."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from app import blank, history_charts
from app import machine as machines
from app.history_charts import Line
from app.machine import NO_GPU, Histories, Machine
from app.markup import plain
from app.words import Words, mark
from store.buckets import Bucket
from store.settings import Settings

GIB = 1 << 30
MIB = 1 << 20
TICKS = 4
RANGES = {
    300.0: mark("5 min"),
    3600.0: mark("1 h"),
    21600.0: mark("6 h"),
    86400.0: mark("1 day"),
    604800.0: mark("1 week"),
    7776000.0: mark("90 days"),
}
USUAL = 3600.0
FEWER = 150  # buckets a line, where there are many lines
MANY = 4


@dataclass(frozen=True)
class Figure:
    """One chart: a title, the series it shows, how its values are written, where its scale ends."""

    title: str
    name: str
    values: str
    unit: float = 1.0
    top: float | None = None
    from_zero: bool = True


GPU_FIGURES = (
    Figure(mark("GPU utilisation"), "utilisation", "%.0f %%", top=100.0),
    Figure(mark("GPU memory"), "memory", "%.1f GiB", GIB),
    Figure(mark("Temperature"), "temperature", "%.0f °C", from_zero=False),
    Figure(mark("Power"), "power", "%.0f W"),
)
HOST_FIGURES = (
    Figure(mark("Processor"), "cpu", "%.0f %%", top=100.0),
    Figure(mark("Memory"), "memory", "%.1f GiB", GIB),
    Figure(mark("Load"), "load", "%.1f"),
)
DISK_FIGURE = Figure(mark("Free on disks"), "free", "%.1f GiB", GIB)


def draw(settings: Settings, say: Words) -> None:
    """The choice of range, and the charts; a part of the page that keeps itself fresh."""
    with blank.shield(say):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
            st.subheader(say.say("History"), anchor=False, width="content")
            seconds = st.radio(
                say.say("Range"),
                list(RANGES),
                index=list(RANGES).index(USUAL),
                key="machine-range",
                format_func=lambda one: say.say(RANGES[one]),
                label_visibility="collapsed",
                horizontal=True,
                width="content",
            )
        draw_charts(settings, say, machines.read_machine(settings), seconds)


def draw_charts(settings: Settings, say: Words, machine: Machine, seconds: float) -> None:
    """Two charts beside each other: GPUs if there are any, then the host, then disks."""
    low, high = machines.window(machine.now, seconds)
    colours = palette()
    drawn: list[tuple[Figure, list[Line], float | None]] = []
    if machine.cards and machine.status not in NO_GPU:
        drawn += gpu_lines(settings, machine, low, high, colours)
    host = machine.host
    if host is not None:
        subject = f"host:{host.host}"
        names = [figure.name for figure in HOST_FIGURES]
        found = machines.history_of(settings, [subject], names, low, high)[subject]
        tops = {"memory": host.data.get("memory_total")}
        for figure in HOST_FIGURES:
            line = Line(say.say(figure.title), found.get(figure.name, []), colours[0], unit=figure.unit)
            drawn.append((figure, [line], tops.get(figure.name)))
    disks = disk_lines(settings, machine, low, high, colours)
    if disks:
        drawn.append((DISK_FIGURE, disks, None))
    drawn = [one for one in drawn if any(line.buckets for line in one[1])]
    if not drawn:
        st.caption(say.say("Nothing is known of this time."))
        return
    for begin in range(0, len(drawn), 2):
        columns = st.columns(2, gap="medium")
        for (figure, lines, most), column in zip(drawn[begin : begin + 2], columns, strict=False):
            with column:
                draw_figure(figure, lines, low, high, say, top=most, key=f"machine-{begin}-{figure.name}-{seconds}")


def draw_figure(
    figure: Figure, lines: Sequence[Line], low: float, high: float, say: Words, *, key: str, top: float | None = None
) -> None:
    """One chart under its title and unit."""
    if top is None:
        figure, lines = in_fitting_unit(figure, lines)
    most = figure.top
    if most is None and top:
        most = TICKS * math.ceil(top / figure.unit / TICKS)
    option = history_charts.panel(lines, low, high, values=figure.values, top=most, from_zero=figure.from_zero)
    title = say.say(figure.title)
    with st.container(gap="xxsmall"):
        st.markdown(f"**{plain(title)}** :small[:gray[{plain(unit_of(figure))}]]")
        st.echarts_chart(option, key=key, height=history_charts.PIXELS, alt=say.say("History of {name}", name=title))


def in_fitting_unit(figure: Figure, lines: Sequence[Line]) -> tuple[Figure, Sequence[Line]]:
    """The same in MiB where it is in GiB and never reaches one."""
    most = max((bucket.maximum or 0.0 for line in lines for bucket in line.buckets), default=0.0)
    if figure.unit != GIB or most >= GIB:
        return figure, lines
    return replace(figure, values="%.1f MiB", unit=MIB), [replace(line, unit=MIB) for line in lines]


def unit_of(figure: Figure) -> str:
    """What its values are in; empty where they are plain numbers.

    >>> unit_of(Figure("Power", "power", "%.0f W")), unit_of(Figure("Load", "load", "%.1f"))
    ('W', '')
    """
    return (figure.values % 0).partition(" ")[2]


def gpu_lines(
    settings: Settings, machine: Machine, low: float, high: float, colours: Sequence[str]
) -> list[tuple[Figure, list[Line], float | None]]:
    """The charts of the GPUs: each has its line in each, always of the same colour."""
    names = [figure.name for figure in GPU_FIGURES]
    subjects = [f"gpu:{gpu.get('uuid')}" for gpu in machine.cards]
    buckets = machines.BUCKETS if len(subjects) <= MANY else FEWER
    found: Histories = machines.history_of(settings, subjects, names, low, high, buckets=buckets)
    tops: Mapping[str, float] = {
        "memory": max((gpu.get("memory_total") or 0.0 for gpu in machine.cards), default=0.0),
    }
    charts = []
    for figure in GPU_FIGURES:
        lines = [
            line_of(f"GPU {gpu.get('index')}", found[subject].get(figure.name, []), place, colours, figure.unit)
            for place, (gpu, subject) in enumerate(zip(machine.cards, subjects, strict=True))
        ]
        charts.append((figure, lines, tops.get(figure.name) or None))
    return charts


def disk_lines(settings: Settings, machine: Machine, low: float, high: float, colours: Sequence[str]) -> list[Line]:
    """Free bytes, a line a disk."""
    if machine.disks is None:
        return []
    paths = [str(disk.get("path")) for disk in machine.disks.data.get("disks") or []]
    subjects = [f"disk:{machine.disks.host}:{path}" for path in paths]
    found = machines.history_of(settings, subjects, ["free"], low, high)
    return [
        line_of(path, found[subject].get("free", []), place, colours, DISK_FIGURE.unit)
        for place, (path, subject) in enumerate(zip(paths, subjects, strict=True))
    ]


def line_of(label: str, buckets: Sequence[Bucket], place: int, colours: Sequence[str], unit: float) -> Line:
    """The line of the thing at ``place``; where colours begin anew it is dashed."""
    return Line(label, buckets, colours[place % len(colours)], dashed=place >= len(colours), unit=unit)


def palette() -> list[str]:
    """The colours that can be told apart, of the theme in use."""
    shade = "dark" if st.context.theme.type == "dark" else "light"
    return [str(one) for one in st.get_option(f"theme.{shade}.chartCategoricalColors") or ["#0072B2"]]
