"""*Runs*: all of them, to search, filter, sort and page through."""

from urllib.parse import quote_plus

import streamlit as st

from app import blank, reads, status, words
from app.markup import bare, plain, shorten
from app.reads import Listing
from app.words import Words, mark
from store import settings as store_settings
from store.runs import STATES
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
        draw_table(found, say)
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


def draw_table(found: Listing, say: Words) -> None:
    """The runs as a table; the name leads to the run's page."""
    pulse = found.pulse
    rows = [
        {
            "state": status.in_words(run, say, heard=pulse.alive),
            "name": f"/run?id={quote_plus(run.id)}#{quote_plus(bare(run.name))}",
            "project": bare(run.project),
            "launched": say.moment(run.created, pulse.as_of),
            "length": status.elapsed(run, say, pulse.as_of),
            "cause": bare(run.cause or ""),
            "tags": bare(", ".join(run.tags)),
        }
        for run in found.page.runs
    ]
    column = st.column_config
    st.dataframe(
        rows,
        key="runs-table",
        hide_index=True,
        height=ROW_PIXELS * (len(rows) + 1) + 3,
        alt=say.say("Table of runs: state, name, project, when launched, length, cause, tags"),
        column_config={
            "state": column.TextColumn(say.say("State"), width=105),
            "name": column.LinkColumn(say.say("Run"), display_text=r"#(.*)$", width=185),
            "project": column.TextColumn(say.say("Project"), width=115),
            "launched": column.TextColumn(say.say("Launched"), width=100),
            "length": column.TextColumn(say.say("Length"), width=95),
            "cause": column.TextColumn(say.say("Cause"), width=210),
            "tags": column.TextColumn(say.say("Tags"), width=105),
        },
    )


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
