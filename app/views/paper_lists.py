"""The lists beside the inbox: the queue in its order, what is being read, what was read, what was put aside."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from app import papers
from app.markup import plain, shorten
from app.papers import Shelf
from app.views import paper_export, paper_row, paper_words
from app.views.paper_row import draw_deed, draw_state
from app.words import Words, mark
from store.paper_rows import READING_LIMIT, Paper
from store.settings import Settings

NOTHING = {
    "queue": mark("The queue is empty. Keep papers of the inbox, or add some above; they are read from the top."),
    "reading": mark("Nothing is being read. Take something from the queue: a first pass takes five to ten minutes."),
    "read": mark("Nothing was read yet."),
    "aside": mark("Nothing was dropped."),
}


def draw(shelf: Shelf, section: str, settings: Settings, say: Words) -> None:
    """One list, with what is to be said above it."""
    paper_row.draw_head(shelf, settings, say)
    if section == "reading" and shelf.is_over:
        text = say.say("{n} are being read at a time; {limit} are read well.", n=shelf.counts["reading"],
                       limit=READING_LIMIT)  # fmt: skip
        st.markdown(f":orange[:material/front_hand: {plain(text)}]")
    if shelf.due:
        draw_due(shelf, settings, say)
    if shelf.later:
        draw_later(shelf, settings, say)
    draw_tags(shelf, section, say)
    if shelf.papers:
        draws: dict[str, Callable[[Paper], None]] = {
            "queue": partial(draw_queued, shelf, settings, say),
            "reading": partial(draw_begun, shelf, settings, say),
            "read": partial(draw_done, shelf, settings, say),
            "aside": partial(draw_dropped, shelf, settings, say),
        }
        with st.container(border=True, gap="small", key=f"papers-{section}"):
            for paper in shelf.papers:
                draws[section](paper)
    elif not shelf.later:
        st.caption(plain(say.say(NOTHING[section])))
    if section != "aside":
        paper_export.draw(shelf, section, settings, say)


def draw_tags(shelf: Shelf, section: str, say: Words) -> None:
    """The tags to cut the list down to one of them."""
    if not shelf.tags:
        return
    key = f"papers-tag-{section}"
    if st.session_state.get(key) not in (None, *shelf.tags):
        st.session_state.pop(key)
    st.pills(
        say.say("Tag"),
        shelf.tags[:12],
        format_func=lambda one: f"#{plain(shorten(one, 30))}",
        key=key,
        label_visibility="collapsed",
        wrap=True,
    )


def draw_queued(shelf: Shelf, settings: Settings, say: Words, paper: Paper) -> None:
    """A paper of the queue: read it, up, down, and the rest in a menu."""
    beside = [one for one in shelf.papers if one.priority == paper.priority]

    def buttons(one: Paper) -> None:
        paper_row.draw_places(one, settings, say, is_first=one.id == beside[0].id, is_last=one.id == beside[-1].id)
        paper_row.draw_read(one, shelf.left.get(one.ref, 0.0), settings, say, primary=one.id == shelf.papers[0].id)
        paper_row.draw_menu(one, partial(_queue_menu, settings, say), say)

    paper_row.draw(paper, _facts(shelf, paper, say), None if settings.read_only else buttons, say)


def draw_begun(shelf: Shelf, settings: Settings, say: Words, paper: Paper) -> None:
    """A paper that is being read: go on, it is read, and the rest in a menu."""

    def buttons(one: Paper) -> None:
        paper_row.draw_read(one, shelf.left.get(one.ref, 0.0), settings, say, primary=one.id == shelf.papers[0].id)
        draw_state(say.say("Done"), ":material/check:", one, "read", settings)
        paper_row.draw_menu(one, partial(_reading_menu, settings, say), say)

    paper_row.draw(paper, _facts(shelf, paper, say), None if settings.read_only else buttons, say)


def draw_done(shelf: Shelf, settings: Settings, say: Words, paper: Paper) -> None:
    """A paper that was read: what was learned from it, and the ways back."""
    facts = _facts(shelf, paper, say)
    if paper.lesson:
        facts.append(shorten(" ".join(paper.lesson.split()), 160))
    if paper.ended is not None:
        facts.insert(0, say.say("read {day}", day=paper_words.day(paper.ended, say)))

    def buttons(one: Paper) -> None:
        paper_row.draw_menu(one, partial(_read_menu, settings, say), say)

    paper_row.draw(paper, facts, None if settings.read_only else buttons, say)


def draw_dropped(shelf: Shelf, settings: Settings, say: Words, paper: Paper) -> None:
    """A paper that was skipped or dropped."""

    def buttons(one: Paper) -> None:
        draw_state(say.say("To the queue"), ":material/bookmark_add:", one, "queue", settings)

    paper_row.draw(paper, paper_words.source(paper, say), None if settings.read_only else buttons, say)


def draw_later(shelf: Shelf, settings: Settings, say: Words) -> None:
    """What was put off, until when."""

    def buttons(one: Paper) -> None:
        draw_state(say.say("Back to the inbox"), ":material/inbox:", one, "inbox", settings)

    st.subheader(say.say("Put off"), anchor=False)
    with st.container(border=True, gap="small", key="papers-later"):
        for paper in shelf.later:
            facts = [say.say("comes back {day}", day=paper_words.day(paper.until, say)) if paper.until else ""]
            facts += paper_words.source(paper, say)
            paper_row.draw(paper, facts, None if settings.read_only else buttons, say)
    if shelf.papers:
        st.subheader(say.say("Dropped"), anchor=False)


def draw_due(shelf: Shelf, settings: Settings, say: Words) -> None:
    """What is due to be read again."""

    def buttons(one: Paper) -> None:
        paper_row.draw_read(one, 7.0, settings, say)

    st.subheader(say.say("Due to be read again"), anchor=False)
    with st.container(border=True, gap="small", key="papers-due"):
        for paper in shelf.due:
            facts = [say.say("due since {day}", day=paper_words.day(paper.due, say)), *paper_words.source(paper, say)]
            paper_row.draw(paper, facts, None if settings.read_only else buttons, say)


def _facts(shelf: Shelf, paper: Paper, say: Words) -> list[str]:
    progress = paper_words.progress(paper, shelf.minutes.get(paper.ref, 0.0), shelf.left.get(paper.ref), say)
    return [*progress, *paper_words.source(paper, say), paper_words.tags(paper)]


def _queue_menu(settings: Settings, say: Words, paper: Paper, menu: str) -> None:
    top = partial(papers.move, settings, paper.ref, "top")
    draw_deed(say.say("Move to the top"), ":material/vertical_align_top:", f"paper-top-{paper.id}", top, menu=menu)
    for priority, word in paper_words.PRIORITIES.items():
        if priority != paper.priority:
            change = partial(papers.change, settings, paper.ref, None, priority=priority)
            label = say.say("Priority: {name}", name=say.say(word))
            draw_deed(label, ":material/flag:", f"paper-priority{priority}-{paper.id}", change, menu=menu)
    for state, label, icon in (
        ("reading", say.say("Take up without a session"), ":material/menu_book:"),
        ("inbox", say.say("Back to the inbox"), ":material/inbox:"),
        ("later", say.say("Put off for a week"), ":material/schedule:"),
        ("read", say.say("It is read"), ":material/check:"),
        ("dropped", say.say("Drop"), ":material/do_not_disturb_on:"),
    ):
        draw_state(label, icon, paper, state, settings, menu=menu)


def _reading_menu(settings: Settings, say: Words, paper: Paper, menu: str) -> None:
    draw_state(say.say("Back to the queue"), ":material/queue:", paper, "queue", settings, menu=menu)
    draw_state(say.say("Put off for a week"), ":material/schedule:", paper, "later", settings, menu=menu)
    draw_state(say.say("Drop"), ":material/do_not_disturb_on:", paper, "dropped", settings, menu=menu)


def _read_menu(settings: Settings, say: Words, paper: Paper, menu: str) -> None:
    draw_state(say.say("Read it again now"), ":material/menu_book:", paper, "reading", settings, menu=menu)
    draw_state(say.say("To the queue"), ":material/queue:", paper, "queue", settings, menu=menu)
    draw_state(say.say("Drop"), ":material/do_not_disturb_on:", paper, "dropped", settings, menu=menu)
