"""*Runs*: all of them, to search, filter, sort and page through."""

from urllib.parse import quote_plus

import streamlit as st

from app import blank, forecast, readings, reads, status, words
from app.figures import figure
from app.markup import bare, plain, shorten
from app.readings import Measured
from app.reads import Listing
from app.words import Words, mark
from store import settings as store_settings
from store.runs import STATES, Run
from store.settings import Settings

SORTS = {
    "newest": mark("newest first"),
    "oldest": mark("oldest first"),
    "ended": mark("last ended"),
    "longest": mark("longest"),
    "name": mark("name"),
    "state": mark("state"),
}
FILTERS = ("runs-text", "runs-states", "runs-project")
ROW_PIXELS = 35
FEWEST, MOST = 2, 8
COMPARE_PAGE = "views/compare.py"
LAST, BEST = "last", "best"
WHICH = {LAST: mark("last"), BEST: mark("best")}


def clear_filters() -> None:
    """Take all filters away."""
    st.session_state["runs-text"] = ""
    st.session_state["runs-states"] = []
    st.session_state["runs-project"] = None
    st.session_state["runs-page"] = 1


def back_to_first() -> None:
    """A new question begins at its first page."""
    st.session_state["runs-page"] = 1


def show(settings: Settings, say: Words) -> None:
    """The filters, then the list, which keeps itself fresh."""
    st.title(say.say("Runs"), anchor=False)
    names = {project.id: project.name for project in reads.read_projects(settings)}
    if not names:
        wait_for_first(settings, say)
        return
    words_column, states_column, project_column, sort_column = st.columns([4, 3, 3, 2], gap="small")
    text = words_column.text_input(
        say.say("Search"),
        key="runs-text",
        placeholder=say.say("name, command, tag, cause …"),
        icon=":material/search:",
        on_change=back_to_first,
    )
    states = states_column.multiselect(
        say.say("State"),
        STATES,
        key="runs-states",
        format_func=lambda state: say.say(status.STATES[state].word),
        placeholder=say.say("any"),
        on_change=back_to_first,
    )
    project = project_column.selectbox(
        say.say("Project"),
        [None, *names],
        key="runs-project",
        format_func=lambda project_id: say.say("any") if project_id is None else names[project_id],
        on_change=back_to_first,
    )
    sort = sort_column.selectbox(
        say.say("Order"),
        list(SORTS),
        key="runs-sort",
        format_func=lambda name: say.say(SORTS[name]),
        on_change=back_to_first,
    )
    live(settings, say, tuple(states), project, text.strip(), sort)


@st.fragment(run_every=5, key="runs-none")
def wait_for_first(settings: Settings, say: Words) -> None:
    """The page before there is any run; it becomes the list with the first."""
    with blank.shield(say):
        if reads.read_projects(settings):
            st.rerun()
        blank.daemon_banner(say, reads.read_pulse(settings))
        blank.nothing_yet(say)


@st.fragment(run_every=5, key="runs")
def live(settings: Settings, say: Words, states: tuple[str, ...], project: int | None, text: str, sort: str) -> None:
    """One page of the runs that match."""
    with blank.shield(say):
        number = max(1, int(st.session_state.get("runs-page", 1)))
        found = reads.read_list(settings, states=states, project_id=project, text=text, sort=sort, number=number)
        pages = max(1, -(-found.page.total // reads.PAGE))
        if number > pages:
            number = st.session_state["runs-page"] = pages
            found = reads.read_list(settings, states=states, project_id=project, text=text, sort=sort, number=number)
        blank.daemon_banner(say, found.pulse)
        if not found.page.total:
            draw_no_match(say)
            return
        measured = readings.read_many(settings, found.page.runs)
        names, which = choose_columns(measured, say)
        draw_table(found, measured, names, which, settings, say)
        draw_chosen(say)
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.caption(position(found, number, say), width="content")
            if pages > 1:
                st.pagination(pages, key="runs-page", max_visible_pages=5)


def draw_no_match(say: Words) -> None:
    """The filters hide everything: offer to take them away."""
    with st.container(border=True):
        st.markdown(say.say("No run matches these filters."))
        icon = ":material/filter_list_off:"
        st.button(say.say("Clear filters"), key="runs-clear", icon=icon, on_click=clear_filters)


def choose_columns(measured: dict[str, Measured], say: Words) -> tuple[list[str], str]:
    """Which metrics the table shows, and whether their last or best value."""
    known = dict.fromkeys(metric.name for one in measured.values() for metric in one.metrics)
    kept = [name for name in st.session_state.get("runs-metrics", []) if name not in known]
    options = [*known, *kept]
    if not options:
        return [], LAST
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        names = st.multiselect(
            say.say("Metrics in the table"), options, key="runs-metrics", placeholder=say.say("none"), max_selections=6
        )
        which = st.radio(
            say.say("Value"),
            [LAST, BEST],
            horizontal=True,
            key="runs-which",
            format_func=lambda one: say.say(WHICH[one]),
            width="content",
        )
    return names, which


def draw_table(
    found: Listing, measured: dict[str, Measured], names: list[str], which: str, settings: Settings, say: Words
) -> None:
    """The runs as a table; the name leads to the run's page, ticked rows can be compared.

    A table knows ticks by row number only: they are kept as run ids, and given to a table whose rows have moved.
    """
    ids = [run.id for run in found.page.runs]
    chosen = st.session_state.setdefault("runs-chosen", [])
    rows = [row_of(run, measured[run.id], names, which, found, settings, say) for run in found.page.runs]
    column = st.column_config
    key = f"runs-table-{hash(tuple(ids)) & 0xFFFFFFFF}-{st.session_state.get('runs-cleared', 0)}"
    ticked = [place for place, run_id in enumerate(ids) if run_id in chosen]
    st.dataframe(
        rows,
        key=key,
        hide_index=True,
        height=ROW_PIXELS * (len(rows) + 1) + 3,
        on_select=lambda: take_ticks(key, ids),
        selection_mode="multi-row",
        selection_default={"selection": {"rows": ticked, "columns": [], "cells": []}},
        alt=say.say("Table of runs: state, name, project, progress, time left, metrics, when launched, length, cause"),
        column_config={
            "state": column.TextColumn(say.say("State"), width=105),
            "name": column.LinkColumn(say.say("Run"), display_text=r"#(.*)$", width=185),
            "project": column.TextColumn(say.say("Project"), width=115),
            "progress": column.ProgressColumn(
                say.say("Progress"), min_value=0, max_value=1, format="percent", width=95
            ),
            "left": column.TextColumn(say.say("Time left"), width=150),
            **{f"metric-{place}": column.TextColumn(bare(name), width=95) for place, name in enumerate(names)},
            "launched": column.TextColumn(say.say("Launched"), width=100),
            "length": column.TextColumn(say.say("Length"), width=95),
            "cause": column.TextColumn(say.say("Cause"), width=210),
            "tags": column.TextColumn(say.say("Tags"), width=105),
        },
    )


def row_of(
    run: Run, measured: Measured, names: list[str], which: str, found: Listing, settings: Settings, say: Words
) -> dict[str, object]:
    """One row of the table."""
    pulse, progress = found.pulse, measured.progress
    left = ""
    if progress is not None and run.is_active and pulse.alive:
        left = forecast.time_left(progress, say, pulse.as_of)
    row: dict[str, object] = {
        "state": status.in_words(run, say, heard=pulse.alive),
        "name": f"/run?id={quote_plus(run.id)}#{quote_plus(bare(run.name))}",
        "project": bare(run.project),
        "progress": progress.share if progress is not None else None,
        "left": left,
    }
    for place, name in enumerate(names):
        row[f"metric-{place}"] = value_of(measured, name, which, settings)
    return row | {
        "launched": say.moment(run.created, pulse.as_of),
        "length": status.elapsed(run, say, pulse.as_of),
        "cause": bare(run.cause or ""),
        "tags": bare(", ".join(run.tags)),
    }


def value_of(measured: Measured, name: str, which: str, settings: Settings) -> str:
    """A metric's last or best value; empty for a run that has none of that name."""
    metric = measured.find(name)
    if metric is None:
        return ""
    if which == BEST:
        best = readings.read_best(settings, metric)
        return figure(best.value if best else None, percent=metric.percent)
    return figure(metric.series.last, percent=metric.percent)


def take_ticks(key: str, ids: list[str]) -> None:
    """Keep which runs are ticked, by id: those of this page anew, those of other pages as they were."""
    state = st.session_state.get(key) or {}
    ticked = [ids[row] for row in state.get("selection", {}).get("rows", []) if row < len(ids)]
    others = [run_id for run_id in st.session_state.get("runs-chosen", []) if run_id not in ids]
    st.session_state["runs-chosen"] = others + ticked


def clear_chosen() -> None:
    """Untick all runs."""
    st.session_state["runs-chosen"] = []
    st.session_state["runs-cleared"] = st.session_state.get("runs-cleared", 0) + 1


def draw_chosen(say: Words) -> None:
    """What is ticked, and the way to compare it."""
    chosen = st.session_state.get("runs-chosen", [])
    if not chosen:
        st.caption(say.say("Tick two to eight runs to compare them."))
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        fits = FEWEST <= len(chosen) <= MOST
        label = say.count("Compare {n} run", "Compare {n} runs", len(chosen))
        pressed = st.button(
            label, key="runs-compare", icon=":material/compare_arrows:", type="primary", disabled=not fits
        )
        st.button(say.say("Untick all"), key="runs-untick", type="tertiary", on_click=clear_chosen)
        if not fits:
            st.caption(say.say("Two to eight can be compared."), width="content")
    if pressed:
        st.switch_page(COMPARE_PAGE, query_params={"ids": ",".join(chosen)})


def position(found: Listing, number: int, say: Words) -> str:
    """``1–50 of 10,000 · as of 14:32:05``."""
    first = (number - 1) * reads.PAGE + 1
    last = first + len(found.page.runs) - 1
    total = f"{found.page.total:,}"
    text = say.say("{first}–{last} of {total}", first=f"{first:,}", last=f"{last:,}", total=total)
    if found.pulse.beat is not None:
        text += " · " + say.say("as of {time}", time=say.clock(found.pulse.as_of))
    return plain(shorten(text, 120))


_settings = store_settings.load()
show(_settings, words.for_reader(_settings))
