"""The inbox: the paper at its head in full, decided with one key; below it what comes next, best first."""

from collections.abc import Callable

import streamlit as st

from app import paper_text, papers
from app.markup import plain
from app.papers import Shelf
from app.views import paper_row, paper_words
from app.views.deeds import attempt, draw_wrong
from app.words import Words
from store.paper_rows import Paper
from store.settings import Settings

ABSTRACT = 1800


def draw(shelf: Shelf, settings: Settings, say: Words) -> None:
    """The page of the inbox that is shown."""
    if not shelf.papers:
        paper_row.draw_head(shelf, settings, say)
        draw_nothing(shelf, say)
        return
    draw_wrong(paper_row.WRONG, say)
    first, others = shelf.papers[0], shelf.papers[1:]
    draw_first(first, shelf, settings, say)
    if others:
        st.caption(plain(order(shelf, say)))
        with st.container(border=True, gap="small", key="papers-inbox"):
            for paper in others:
                facts = [*paper_words.source(paper, say), paper_words.why(paper, say)]
                paper_row.draw(paper, facts, None if settings.read_only else _buttons(settings, say), say)


def draw_first(paper: Paper, shelf: Shelf, settings: Settings, say: Words) -> None:
    """The paper to decide on now, with its abstract; the keys of its buttons are written on them."""
    with st.container(border=True, gap="small", key="papers-first"):
        paper_row.draw_title(paper)
        parts = [paper_words.authors(paper, say, 6), *paper_words.source(paper, say)[1 if paper.authors else 0 :]]
        paper_row.draw_facts(paper, parts, say)
        if paper.why:
            st.markdown(f":small[:material/trending_up: {plain(paper_words.why(paper, say))}]")
        if paper.abstract:
            st.markdown(paper_text.paragraphs(paper.abstract[: 4 * ABSTRACT]), anchors=False)
        else:
            st.caption(plain(missing(paper, say)))
        if settings.read_only:
            return
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            for state, label, icon, key in (
                ("queue", say.say("Keep it"), ":material/bookmark_add:", "K"),
                ("dropped", say.say("Skip"), ":material/close:", "S"),
                ("later", say.say("Later"), ":material/schedule:", "L"),
            ):
                st.button(
                    label,
                    key=f"papers-first-{state}",
                    icon=icon,
                    shortcut=key,
                    type="primary" if state == "queue" else "secondary",
                    help=say.say("It comes back in a week") if state == "later" else None,
                    on_click=_decide,
                    args=(settings, paper.ref, state),
                )
            paper_row.draw_undo(shelf.decision, settings, say)


def missing(paper: Paper, say: Words) -> str:
    """Why there is no abstract."""
    if paper.source == "arxiv" and paper.version is None:
        return say.say("arXiv has not been asked about it yet; that comes with the next pull.")
    return say.say("No abstract is known.")


def order(shelf: Shelf, say: Words) -> str:
    """How the inbox is ordered."""
    if any(paper.score for paper in shelf.papers):
        return say.say("Next, by what you kept and skipped")
    return say.say("Next, the newest first; by what you keep and skip once that is ten")


def draw_nothing(shelf: Shelf, say: Words) -> None:
    """Why the inbox is empty, and what to do."""
    if shelf.is_empty:
        st.markdown("**" + plain(say.say("No paper is known yet.")) + "**")
        text = say.say(
            "Add some that you know above, or follow a search under “Searches”: new finds come here each day."
        )
    else:
        st.markdown("**" + plain(say.say("Everything is decided.")) + "**")
        text = say.say("New finds of your searches come here.")
        if shelf.counts["queue"]:
            text += " " + say.count("{n} paper is in the queue.", "{n} papers are in the queue.", shelf.counts["queue"])
    st.caption(plain(text))


def _buttons(settings: Settings, say: Words) -> Callable[[Paper], None]:
    def draw_buttons(paper: Paper) -> None:
        for state, label, icon in (
            ("queue", say.say("Keep it"), ":material/bookmark_add:"),
            ("dropped", say.say("Skip"), ":material/close:"),
            ("later", say.say("Later"), ":material/schedule:"),
        ):
            st.button(
                "",
                key=f"paper-{state}-{paper.id}",
                icon=icon,
                type="tertiary",
                help=label,
                on_click=_decide,
                args=(settings, paper.ref, state),
            )

    return draw_buttons


def _decide(settings: Settings, ref: str, state: str) -> None:
    attempt(paper_row.WRONG, lambda: papers.decide(settings, ref, state))
