"""What can be done with a paper on its page: decided, ordered, tagged, cited, forgotten."""

from datetime import date, datetime, timedelta
from functools import partial

import streamlit as st

from app import papers
from app.markup import bare, plain
from app.paper_leaf import PaperLeaf
from app.views import paper_words
from app.views.deeds import do, draw_wrong
from app.views.paper_row import WRONG
from app.words import Words, mark
from store.paper_rows import Paper
from store.papers import MOST_CHARACTERS, MOST_TAGS
from store.settings import Settings

WEEK = timedelta(days=7)
KEEP = ("queue", mark("Keep it"), ":material/bookmark_add:")
SKIP = ("dropped", mark("Skip"), ":material/close:")
LATER = ("later", mark("Later"), ":material/schedule:")
DONE = ("read", mark("Done"), ":material/check:")
DROP = ("dropped", mark("Drop"), ":material/do_not_disturb_on:")
QUEUE = ("queue", mark("To the queue"), ":material/queue:")
INBOX = ("inbox", mark("Back to the inbox"), ":material/inbox:")
DEEDS = {
    "inbox": (KEEP, SKIP, LATER),
    "later": (KEEP, SKIP, INBOX),
    "queue": (DONE, LATER, INBOX, DROP),
    "reading": (DONE, QUEUE, DROP),
    "read": (QUEUE, DROP),
    "dropped": (QUEUE,),
}
"""What can become of a paper in each state, first what is likeliest."""


def draw(leaf: PaperLeaf, settings: Settings, say: Words) -> None:
    """The buttons, the tags and how urgent it is; citation and what is seldom done in a menu."""
    paper = leaf.paper
    if settings.read_only:
        st.caption(":material/lock: " + say.say("This dashboard only shows: nothing can be changed here."))
        if paper.tags:
            st.caption(plain(paper_words.tags(paper)))
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="paper-deeds"):
        for state, word, icon in DEEDS[paper.state]:
            st.button(
                say.say(word),
                key=f"paper-deed-{state}",
                icon=icon,
                type="primary" if (state, word, icon) == KEEP else "secondary",
                on_click=do,
                args=(WRONG, partial(papers.decide, settings, paper.ref, state)),
            )
        with st.popover(say.say("Cite"), icon=":material/format_quote:", key="paper-cite", type="tertiary"):
            draw_citation(leaf, say)
        with st.popover(say.say("More"), key="paper-more", type="tertiary"):
            draw_more(paper, settings, say)
    draw_marks(leaf, settings, say)


def draw_marks(leaf: PaperLeaf, settings: Settings, say: Words) -> None:
    """Tags and priority, kept at once."""
    paper = leaf.paper
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="paper-marks"):
        key = f"paper-tags-{paper.id}-{paper.revision}"
        st.multiselect(
            say.say("Tags"),
            list(dict.fromkeys([*paper.tags, *leaf.tags])),
            default=list(paper.tags),
            accept_new_options=True,
            filter_mode="contains",
            select_all=False,
            max_selections=MOST_TAGS,
            key=key,
            placeholder=say.say("Add a tag"),
            on_change=_change,
            args=(settings, paper, "tags", key),
            width="stretch",
            help=say.say("At most {n} characters each", n=MOST_CHARACTERS),
        )
        if paper.state in ("queue", "inbox", "later"):
            name = f"paper-priority-{paper.id}-{paper.revision}"
            choices = list(paper_words.PRIORITIES)
            st.selectbox(
                say.say("Priority"),
                choices,
                index=choices.index(paper.priority),
                format_func=lambda one: say.say(paper_words.PRIORITIES[one]),
                key=name,
                on_change=_change,
                args=(settings, paper, "priority", name),
                width=140,
            )


def draw_citation(leaf: PaperLeaf, say: Words) -> None:
    """The citation and the BibTeX entry, each with the button of the field that copies it."""
    st.caption(say.say("Citation"))
    st.code(bare(leaf.citation), language=None, wrap_lines=True)
    st.caption("BibTeX")
    st.code(bare(leaf.bibtex), language=None, wrap_lines=True)


def draw_more(paper: Paper, settings: Settings, say: Words) -> None:
    """What is seldom done: another title or address for one that was added by hand; forgetting it."""
    if paper.source != "arxiv":
        with st.form("paper-rename", border=False):
            title = st.text_input(say.say("Title"), value=paper.title, key=f"paper-title-{paper.revision}")
            address = st.text_input(say.say("Address"), value=paper.url or "", key=f"paper-url-{paper.revision}")
            if st.form_submit_button(say.say("Save"), key="paper-rename-save"):
                do(WRONG, lambda: papers.change(settings, paper.ref, paper.revision, title=title, url=address))
                st.rerun()
    if paper.state != "dropped":
        draw_put_off(paper, settings, say)
    st.caption(say.say("Added by mistake? Forgetting it takes it out of the journal, with its history."))
    st.button(
        say.say("Forget it"),
        key="paper-forget",
        icon=":material/delete:",
        on_click=do,
        args=(WRONG, partial(papers.forget, settings, paper.ref)),
    )
    draw_wrong("paper-more", say)


def draw_put_off(paper: Paper, settings: Settings, say: Words) -> None:
    """Put it off until a day of the reader's own choice; it comes back to the inbox then."""
    today = datetime.now(say.zone).date()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="paper-put-off"):
        day = st.date_input(
            say.say("Put off until"), value=today + WEEK, min_value=today + timedelta(days=1), key="paper-put-off-until"
        )
        st.button(
            say.say("Put off"),
            key="paper-put-off-go",
            icon=":material/schedule:",
            disabled=day is None,
            on_click=do,
            args=(WRONG, partial(papers.decide, settings, paper.ref, "later", _morning(day, say))),
        )


def _morning(day: date | None, say: Words) -> float | None:
    """When a day begins for the reader, in epoch seconds."""
    return None if day is None else datetime(day.year, day.month, day.day, tzinfo=say.zone).timestamp()


def _change(settings: Settings, paper: Paper, name: str, key: str) -> None:
    value = st.session_state[key]
    do(WRONG, lambda: papers.change(settings, paper.ref, None, **{name: value}))
