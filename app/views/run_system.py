"""What a run takes of the machine: now, in a line, and over its life, as charts."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from app import machine as machines
from app.history_charts import Line
from app.machine import Machine
from app.markup import plain
from app.views.gpu_words import percent
from app.views.history import GIB, Figure, draw_figure, palette
from app.words import Words, mark
from store.runs import Run
from store.settings import Settings
from store.sizes import spell_size

MIB = 1 << 20
FIGURES = (
    Figure(mark("GPU utilisation"), "gpu_utilisation", "%.0f %%", top=100.0),
    Figure(mark("GPU memory"), "gpu_memory", "%.1f GiB", GIB),
    Figure(mark("CPU (100 % is one core)"), "cpu", "%.0f %%"),
    Figure(mark("Memory"), "memory", "%.1f GiB", GIB),
)
TRANSFER = Figure(mark("Reading and writing"), "transfer", "%.1f MiB/s", MIB)
TRANSFERS = {"read": mark("read"), "write": mark("written")}


def draw(settings: Settings, say: Words, run: Run, machine: Machine) -> None:
    """The section of the run's page: the figures of now while it runs, and its charts; nothing before it started."""
    if run.started is None:
        return
    low, high = machines.life(run, machine.now)
    subject = f"run:{run.id}"
    names = [figure.name for figure in FIGURES] + list(TRANSFERS)
    found = machines.history_of(settings, [subject], names, low, high)[subject]
    usage = machine.usage(run.id) if run.is_active else None
    if usage is None and not any(found.values()):
        return
    st.subheader(say.say("System"), anchor=False)
    if usage is not None:
        st.markdown(f":small[{plain(in_words(usage))}] :gray[:small[{plain(in_detail(usage, say))}]]")
    colours = palette()
    charts = [
        (figure, [Line(say.say(figure.title), found[figure.name], colours[0], unit=figure.unit)]) for figure in FIGURES
    ]
    transfers = [
        Line(say.say(word), found[name], colours[place], unit=MIB)
        for place, (name, word) in enumerate(TRANSFERS.items())
    ]
    charts.append((TRANSFER, transfers))
    charts = [one for one in charts if any(line.buckets for line in one[1])]
    for begin in range(0, len(charts), 2):
        columns = st.columns(2, gap="medium")
        for (figure, lines), column in zip(charts[begin : begin + 2], columns, strict=False):
            with column:
                draw_figure(figure, lines, low, high, say, key=f"system-{run.id}-{figure.name}")


def in_words(usage: Mapping[str, Any] | None) -> str:
    """``GPU 0 · 97 % · 20.6 GiB · CPU 312 % · 4.2 GiB``; empty for what is not known."""
    if usage is None:
        return ""
    parts = []
    on = usage.get("gpus") or []
    if on:
        memory = [one["memory"] for one in on if one.get("memory") is not None]
        work = [one["utilisation"] for one in on if one.get("utilisation") is not None]
        parts.append("GPU " + ", ".join(str(one.get("index")) for one in on))
        if work:
            parts.append(percent(sum(work) / len(work)))
        if memory:
            parts.append(spell_size(sum(memory)))
    if usage.get("cpu") is not None:
        parts.append(f"CPU {percent(usage['cpu'])}")
    if usage.get("memory") is not None:
        parts.append(spell_size(usage["memory"]))
    return " · ".join(parts)


def in_detail(usage: Mapping[str, Any], say: Words) -> str:
    """``9 processes · 80 threads · reads 49.6 MiB/s · writes 1.0 MiB/s``."""
    n, threads = int(usage.get("processes") or 0), int(usage.get("threads") or 0)
    parts = [say.count("{n} process", "{n} processes", n), say.count("{n} thread", "{n} threads", threads)]
    if usage.get("read") is not None:
        parts.append(say.say("reads {amount}/s", amount=spell_size(usage["read"])))
    if usage.get("written") is not None:
        parts.append(say.say("writes {amount}/s", amount=spell_size(usage["written"])))
    return " · ".join(parts)
