"""Closing a week, its papers: what was learned from those that were read, and whether the others are still worth it."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from app import closing, closing_steps, papers
from app.closing import SEEN_PAPERS, Closing
from app.closing_steps import Pile
from app.markup import plain
from app.views import kept_field, paper_row, paper_words
from app.views.deeds import attempt, draw_wrong
from app.views.paper_reading import LONGEST_LESSON
from app.views.paper_row import WRONG
from app.words import Words, mark
from store.paper_rows import Paper
from store.settings import Settings

_LAST = "close-paper-last"
KEEP = "keep"
NEXT = 20
"""How many of those that come after the first are named."""
STATES = {
    "read": (mark("read this week"), "green", ":material/check_circle:"),
    "reading": (mark("being read"), "blue", ":material/menu_book:"),
    "queue": (mark("in the queue"), "gray", ":material/queue:"),
}


def draw(one: Closing, settings: Settings, say: Words) -> None:
    """The paper to decide on now; below it what comes next."""
    pile = closing_steps.read_pile(settings, one)
    draw_wrong(WRONG, say)
    if not pile.papers:
        text = (
            say.say("Every paper was gone through.")
            if pile.gone_through
            else say.say("No paper was read this week, and none is to be read.")
        )
        st.markdown(f":green[:material/check_circle:] {plain(text)}")
        draw_undo(pile, one, settings, say)
        return
    draw_first(pile.papers[0], pile, one, settings, say)
    counts = [say.count("{n} to go through", "{n} to go through", len(pile.papers))]
    counts += [say.count("{n} gone through", "{n} gone through", pile.gone_through)] if pile.gone_through else []
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="close-paper-counts"):
        st.caption(plain(" · ".join(counts)), width="content")
        if pile.papers[1:] and not settings.read_only:
            st.button(
                say.count("Keep all {n}", "Keep all {n}", len(pile.papers)),
                key="close-papers-keep",
                icon=":material/keyboard_double_arrow_right:",
                type="tertiary",
                on_click=decide,
                args=(settings, one, pile.papers[0], KEEP, pile.papers[1:]),
            )
    if pile.papers[1:]:
        with st.container(border=True, gap="small", key="close-papers"):
            for paper in pile.papers[1 : NEXT + 1]:
                facts = [state_word(paper, say), *paper_words.source(paper, say)]
                paper_row.draw(paper, facts, None if settings.read_only else partial(draw_buttons, one, settings, say),
                               say)  # fmt: skip
        if len(pile.papers) > NEXT + 1:
            st.caption(plain(say.count("and {n} more", "and {n} more", len(pile.papers) - NEXT - 1)))


def draw_first(paper: Paper, pile: Pile, one: Closing, settings: Settings, say: Words) -> None:
    """A paper, what was learned from it, and the ways on with their keys."""
    word, colour, icon = STATES[paper.state]
    with st.container(border=True, gap="small", key="papers-first"):
        st.markdown(f":small[:{colour}-badge[{icon} {plain(say.say(word))}]]")
        paper_row.draw_title(paper)
        spent = paper_words.progress(paper, pile.minutes.get(paper.ref, 0.0), None, say)
        paper_row.draw_facts(paper, [*paper_words.source(paper, say), *spent], say)
        draw_lesson(paper, settings, say)
        if settings.read_only:
            return
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            for what, label, sign, key in choices(paper, say):
                st.button(
                    label,
                    key=f"close-paper-first-{what}-{paper.id}",
                    icon=sign,
                    shortcut=key,
                    type="primary" if what == KEEP else "secondary",
                    help=say.say("It comes back in a week") if what == "later" else None,
                    on_click=decide,
                    args=(settings, one, paper, what),
                )
            draw_undo(pile, one, settings, say)


def draw_lesson(paper: Paper, settings: Settings, say: Words) -> None:
    """Two lines to remember it by, once there is something to learn from."""
    if settings.read_only:
        if paper.lesson:
            st.markdown(f":material/lightbulb: {plain(paper.lesson)}")
        return
    if paper.state == "queue" and not paper.lesson:
        return
    kept_field.draw(
        say.say("What I learned, in two lines"),
        f"close-lesson-{paper.id}",
        paper.lesson,
        partial(closing_steps.write_lesson, settings, paper.ref),
        say,
        area=True,
        height=80,
        max_chars=LONGEST_LESSON,
        placeholder=say.say("What is new in it? What would I use?"),
    )


def draw_buttons(one: Closing, settings: Settings, say: Words, paper: Paper) -> None:
    """What can be done with a paper out of turn."""
    for what, label, icon, _ in choices(paper, say):
        st.button("", key=f"close-paper-{what}-{paper.id}", icon=icon, type="tertiary", help=label,
                  on_click=decide, args=(settings, one, paper, what))  # fmt: skip


def choices(paper: Paper, say: Words) -> list[tuple[str, str, str, str]]:
    """What can become of a paper: the state it is put into, its word, icon and key."""
    if paper.state == "read":
        return [(KEEP, say.say("Go on"), ":material/check:", "K")]
    return [(KEEP, say.say("Still worth it"), ":material/bookmark_added:", "K"),
            ("read", say.say("Done"), ":material/check:", "D"),
            ("dropped", say.say("Drop"), ":material/do_not_disturb_on:", "X"),
            ("later", say.say("Later"), ":material/schedule:", "L")]  # fmt: skip


def state_word(paper: Paper, say: Words) -> str:
    """Why it stands in this list."""
    return say.say(STATES[paper.state][0])


def draw_undo(pile: Pile, one: Closing, settings: Settings, say: Words) -> None:
    """The way back from the last decision, and what it was."""
    found: list[Paper] | None = st.session_state.get(_LAST)
    if found is None:
        paper_row.draw_undo(pile.decision, settings, say)
        return
    text = say.count("{n} gone through", "{n} gone through", len(found))
    if len(found) == 1:
        text = say.say("Gone through: {title}", title=paper_words.short_title(found[0]))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="close-paper-undone"):
        st.button(say.say("Undo"), key="close-paper-undo", icon=":material/undo:", shortcut="U", type="tertiary",
                  on_click=take_back, args=(settings, one, found))  # fmt: skip
        st.caption(plain(text), width="content")


def decide(settings: Settings, one: Closing, paper: Paper, what: str, others: Sequence[Paper] = ()) -> None:
    """For ``on_click``: leave a paper as it is, and ``others`` with it, or put it into a state."""
    some = [paper, *others]
    if what != KEEP:
        if attempt(WRONG, lambda: papers.decide(settings, paper.ref, what)):
            st.session_state.pop(_LAST, None)
    elif attempt(WRONG, lambda: closing.set_seen(settings, one, SEEN_PAPERS, *(each.id for each in some))):
        st.session_state[_LAST] = some


def take_back(settings: Settings, one: Closing, some: Sequence[Paper]) -> None:
    """For ``on_click``: they were not gone through after all."""
    ids = [each.id for each in some]
    if attempt(WRONG, lambda: closing.set_seen(settings, one, SEEN_PAPERS, *ids, seen=False)):
        st.session_state.pop(_LAST, None)
