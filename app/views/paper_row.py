"""A paper in a list: its title leading to its page, what is known of it in a line, and what can be done with it."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from app import papers
from app.leaving import Start
from app.markup import plain, shorten
from app.papers import Decision, Shelf
from app.sessions import start
from app.views import paper_words
from app.views.deeds import attempt, do, draw_wrong
from app.views.paper_words import PAGE
from app.views.session_moves import act
from app.words import Words
from store.paper_rows import Paper
from store.sessions import LONGEST_SECONDS
from store.settings import Settings

WRONG = "papers-list"
"""Under which name it is kept why the last change of a list could not be made."""


def draw(paper: Paper, facts: list[str], buttons: Callable[[Paper], None] | None, say: Words) -> None:
    """One row; ``facts`` are plain texts, ``buttons`` draws what can be done with it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"paper-{paper.id}"):
        with st.container(width="stretch", gap=None):
            draw_title(paper)
            draw_facts(paper, facts, say)
        if buttons is not None:
            with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", width="content"):
                buttons(paper)


def draw_title(paper: Paper) -> None:
    """The title, leading to the paper's page."""
    with st.container(key=f"paper-title-{paper.id}", gap=None):
        st.page_link(PAGE, label=f"**{paper_words.title(paper)}**", query_params={"id": paper.ref}, width="content")


def draw_facts(paper: Paper, facts: list[str], say: Words) -> None:
    """What is known of it in a line, behind its badges, where it has any."""
    words, marks = " · ".join(plain(one) for one in facts if one) or plain(paper.ref), paper_words.marks(paper, say)
    if not marks:
        st.caption(words)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key=f"paper-facts-{paper.id}"):
        st.markdown(f":small[{marks}]", width="content")
        st.caption(words, width="stretch")


def draw_undo(decision: Decision | None, settings: Settings, say: Words) -> None:
    """The way back from the last decision, and what it was."""
    if decision is None or settings.read_only:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="papers-undone"):
        st.button(
            say.say("Undo"),
            key="papers-undo",
            icon=":material/undo:",
            shortcut="U",
            type="tertiary",
            on_click=do,
            args=(WRONG, partial(papers.undo, settings, decision.event.id)),
        )
        st.caption(plain(paper_words.decided(decision.event, decision.paper, say)), width="content")


def draw_head(shelf: Shelf, settings: Settings, say: Words) -> None:
    """What stands above every list: what could not be done, and the way back from what was."""
    draw_wrong(WRONG, say)
    draw_undo(shelf.decision, settings, say)


def draw_state(label: str, icon: str, paper: Paper, state: str, settings: Settings, *, menu: str = "") -> None:
    """A button that puts a paper into a state; ``menu`` is the menu it stands in."""
    draw_deed(label, icon, f"paper-{state}-{paper.id}", partial(papers.decide, settings, paper.ref, state), menu=menu)


def draw_deed(label: str, icon: str, key: str, deed: Callable[[], object], *, menu: str = "") -> None:
    """A button that does one thing and closes its menu; why it could not be done stands above the list."""
    st.button(
        plain(label),
        key=f"{key}-menu" if menu else key,
        icon=icon,
        type="tertiary" if menu else "secondary",
        width="stretch" if menu else "content",
        on_click=_do,
        args=(deed, menu),
    )


def draw_read(paper: Paper, minutes: float, settings: Settings, say: Words, *, primary: bool = False) -> None:
    """The button that begins to read: a session as long as what is left of the next pass, in pieces of an hour."""
    planned = max(5.0, min(round(minutes or 30.0), 60.0, LONGEST_SECONDS / 60))
    st.button(
        plain(say.say("Read {length}", length=paper_words.minutes(planned, say))),
        key=f"paper-read-now-{paper.id}",
        icon=":material/timer:",
        type="primary" if primary else "secondary",
        help=plain(say.say("Begins a session about “{title}”", title=shorten(paper_words.short_title(paper), 60))),
        on_click=act,
        args=(WRONG, start, settings, Start("read", planned, paper=paper.ref)),
    )


def draw_places(paper: Paper, settings: Settings, say: Words, *, is_first: bool, is_last: bool) -> None:
    """Up and down in the queue."""
    for where, icon, disabled, help_text in (
        ("up", ":material/arrow_upward:", is_first, say.say("Move up")),
        ("down", ":material/arrow_downward:", is_last, say.say("Move down")),
    ):
        st.button(
            "",
            key=f"paper-{where}-{paper.id}",
            icon=icon,
            type="tertiary",
            help=help_text,
            disabled=disabled,
            on_click=_do,
            args=(partial(papers.move, settings, paper.ref, where), ""),
        )


def draw_menu(paper: Paper, entries: Callable[[Paper, str], None], say: Words) -> None:
    """The menu of a row, drawn when it is open."""
    key = f"paper-menu-{paper.id}"
    menu = st.popover(say.say("More"), key=key, on_change="rerun", type="tertiary")
    if menu.open:
        with menu, st.container(gap="xxsmall"):
            entries(paper, key)


def _do(deed: Callable[[], object], menu: str) -> None:
    attempt(WRONG, deed)
    if menu:
        st.session_state[menu] = False
