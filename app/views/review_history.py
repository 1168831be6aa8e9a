"""The weeks before: twelve at a time as small charts and in a table, and a search in what was written of them."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from app import finds, review, review_charts
from app.markup import plain, shorten
from app.review import WEEKS, Span
from app.review_charts import Bar
from app.views.history import palette
from app.views.review_week import PAGE, STYLE, first_day
from app.words import Words, mark
from store.settings import Settings
from store.weekly import words as sentences
from store.weekly.calendar import Week, parse_week

CHARTS = (
    # figure of the trends, its heading, what its value is divided by, how it is written
    ("gpu_seconds", mark("GPU-hours"), 3600.0, "%.1f h"),
    ("crash_seconds", mark("Lost to crashes, hours"), 3600.0, "%.1f h"),
    ("session_seconds", mark("Sessions, hours"), 3600.0, "%.1f h"),
    ("papers_read", mark("Papers read"), 1.0, "%.0f"),
)
_FOUND = 20


def draw(week: Week, span: Span, settings: Settings, say: Words) -> None:
    """Twelve weeks up to the one that is looked at, or to this one."""
    st.html(STYLE)
    last = min(week, span.current)
    trends = review.read_history(settings, span, last, say.zone)
    st.title(plain(heading(trends, say)), anchor=False)
    draw_turn(last, span, say)
    if not any(one.get(name) for one in trends for name, *_ in CHARTS):
        st.caption(say.say("Nothing is known of these weeks yet. Each one comes here by itself."))
    else:
        draw_charts(trends, last, say)
    draw_weeks(trends, span, say)
    draw_search(settings, say)


def heading(trends: Sequence[dict[str, Any]], say: Words) -> str:
    """``2 of 12 weeks closed``"""
    closed = sum(bool(one.get("closed")) for one in trends)
    return say.say("{n} of {total} weeks closed", n=closed, total=len(trends))


def draw_turn(last: Week, span: Span, say: Words) -> None:
    """The ways to the twelve before and after."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="history-turn"):
        for to, icon, key, label in (
            (last.shift(-WEEKS), ":material/chevron_left:", "Left", say.say("Earlier weeks")),
            (min(last.shift(WEEKS), span.current), ":material/chevron_right:", "Right", say.say("Later weeks")),
        ):
            away = last.shift(1 - WEEKS) <= span.first if key == "Left" else last >= span.current
            st.button(
                label, key=f"history-turn-{key}", icon=icon, shortcut=key, disabled=away, type="tertiary",
                on_click=_go, args=(to,),
            )  # fmt: skip
        st.caption(plain(f"{last.shift(1 - WEEKS)} – {last}"), width="content")


def draw_charts(trends: Sequence[dict[str, Any]], last: Week, say: Words) -> None:
    """A small chart a figure, two beside each other."""
    colour = palette()[0]
    for begin in range(0, len(CHARTS), 2):
        for (name, title, unit, values), column in zip(CHARTS[begin : begin + 2], st.columns(2), strict=True):
            bars = [Bar(_short(one), None if one.get(name) is None else one[name] / unit) for one in trends]
            option = review_charts.panel(bars, f"W{last.number:02}", colour, values)
            with column, st.container(gap="xxsmall"):
                st.markdown(f"**{plain(say.say(title))}**")
                st.echarts_chart(
                    option,
                    key=f"history-{name}-{last}",
                    height=review_charts.PIXELS,
                    alt=say.say("{name} over {n} weeks", name=say.say(title), n=len(bars)),
                )


def draw_weeks(trends: Sequence[dict[str, Any]], span: Span, say: Words) -> None:
    """The weeks one by one, the newest first: each leads to itself, with what it came to."""
    with st.container(border=True, gap="xxsmall", key="history-weeks"):
        for one in reversed(trends):
            week = parse_week(str(one["week"]))
            if week < span.first:
                continue
            with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"history-week-{week}"):
                label = plain(f"{week} · {first_day(week, span)}")
                st.page_link(PAGE, label=label, query_params={"week": str(week), "section": "week"}, width="content")
                if one.get("closed"):
                    st.markdown(f":green-badge[:material/check_circle: {plain(say.say('closed'))}]", width="content")
                st.caption(plain(told(one, say)), width="stretch")


def told(one: dict[str, Any], say: Words) -> str:
    """What a week came to, in a line; nothing that is 0."""
    parts = []
    if one.get("gpu_seconds"):
        parts.append(sentences.gpu_hours(one["gpu_seconds"], say))
    if one.get("crashes"):
        parts.append(say.count("{n} crash", "{n} crashes", one["crashes"]))
    if one.get("session_seconds"):
        parts.append(say.say("sessions {length}", length=sentences.hours(one["session_seconds"], say)))
    if one.get("tasks_done"):
        parts.append(say.count("{n} task done", "{n} tasks done", one["tasks_done"]))
    if one.get("papers_read"):
        parts.append(say.count("{n} paper read", "{n} papers read", one["papers_read"]))
    if not parts and one.get("run_seconds"):
        parts.append(say.say("runs {length}", length=sentences.hours(one["run_seconds"], say)))
    return " · ".join(parts) or say.say("nothing known")


def draw_search(settings: Settings, say: Words) -> None:
    """A search in what was written of weeks: looking back, goals, notes."""
    text = st.text_input(
        say.say("Search in what was written of weeks"), key="history-search", icon=":material/search:", max_chars=200
    )
    if not text or not text.strip():
        return
    found = finds.find(settings, text.strip(), kinds=("week",)).hits[:_FOUND]
    if not found:
        st.caption(say.say("No week holds all of these words."))
    for hit in found:
        with st.container(gap=None, key=f"history-hit-{hit.id}"):
            label = plain(shorten(hit.title or hit.id, 80))
            st.page_link(PAGE, label=label, query_params={"week": hit.id, "section": "week"}, width="content")
            st.markdown(f":small[{plain(hit.snippet)}]")


def _short(one: dict[str, Any]) -> str:
    return f"W{parse_week(str(one['week'])).number:02}"


def _go(week: Week) -> None:
    st.query_params["week"] = str(week)
