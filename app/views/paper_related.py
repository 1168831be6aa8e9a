"""What belongs to a paper: runs, tasks and entries; the sessions about it; what happened to it."""

import streamlit as st

from app import paper_leaf
from app.markup import plain, shorten
from app.paper_leaf import PaperLeaf
from app.views import paper_words
from app.views.deeds import do, draw_wrong
from app.views.entry_words import FOUND
from app.views.journal_entry import PAGES
from app.words import Words
from store.paper_rows import PaperEvent
from store.settings import Settings


def draw(leaf: PaperLeaf, settings: Settings, say: Words) -> None:
    """The links, then what happened, put away."""
    if leaf.related:
        st.subheader(say.say("Linked"), anchor=False)
        for one in leaf.related:
            page, name = PAGES[one.kind]
            label = plain(shorten(one.title or f"{one.kind}:{one.id}", 90))
            st.page_link(page, label=label, icon=FOUND[one.kind][1], query_params={name: one.id}, width="content")
    if leaf.paper.source == "arxiv":
        text = say.say("Write {mark} in an entry of the journal, and it stands here.", mark=f"paper:{leaf.paper.ref}")
        st.caption(plain(text))
    if not settings.read_only:
        draw_link(leaf, settings, say)
    if leaf.found_by:
        names = ", ".join(shorten(one, 60) for one in leaf.found_by)
        st.caption(plain(say.say("Found by {searches}", searches=names)))
    with st.expander(say.say("What happened"), icon=":material/history:", type="compact", key="paper-history"):
        for moment, line in sorted(_lines(leaf, say), reverse=True):
            st.markdown(f":small[{plain(say.date(moment))} {plain(line)}]")


def draw_link(leaf: PaperLeaf, settings: Settings, say: Words) -> None:
    """The open tasks, one of which may be about the paper."""
    linked = {one.id for one in leaf.related if one.kind == "task"}
    titles = {str(one.id): one.title for one in leaf.tasks if str(one.id) not in linked}
    if not titles:
        return
    key = f"paper-task-{leaf.paper.id}-{len(linked)}"
    with (
        st.form(f"paper-link-{leaf.paper.id}", border=False),
        st.container(horizontal=True, vertical_alignment="bottom", gap="small"),
    ):
        st.selectbox(
            say.say("A task is about it"),
            list(titles),
            index=None,
            format_func=lambda one: shorten(titles[one], 90),
            placeholder=say.say("Choose one"),
            key=key,
            width="stretch",
        )
        st.form_submit_button(
            say.say("Link"), key="paper-link-go", on_click=_link, args=(settings, leaf.paper.ref, key)
        )
    draw_wrong("paper-link", say)


def _link(settings: Settings, ref: str, key: str) -> None:
    chosen = st.session_state.get(key)
    if chosen:
        do("paper-link", lambda: paper_leaf.link_task(settings, ref, int(chosen)))


def _lines(leaf: PaperLeaf, say: Words) -> list[tuple[float, str]]:
    """What happened with its time: events and sessions."""
    found = [(event.time, tell(event, say)) for event in leaf.events]
    for session in leaf.sessions:
        length = paper_words.minutes(session.seconds(leaf.as_of) / 60, say)
        found.append((session.begun, say.say("a session of {length}", length=length)))
    return found


def tell(event: PaperEvent, say: Words) -> str:
    """An event in a few words."""
    detail = event.detail
    if event.kind == "added":
        text = say.say("added")
    elif event.kind == "state":
        state = str(detail.get("now"))
        text = say.say(paper_words.STATES[state].word) if state in paper_words.STATES else state
    elif event.kind == "version":
        text = say.say("v{n} came out", n=detail.get("now"))
    elif event.kind == "withdrawn":
        text = say.say("withdrawn")
    elif event.kind == "pass":
        text = say.say("pass {n} done", n=detail.get("number"))
    elif event.kind == "back":
        text = say.say("back in the inbox")
    elif event.kind == "again":
        due = detail.get("due")
        if isinstance(due, int | float):
            text = say.say("to be read again {day}", day=paper_words.day(float(due), say))
        else:
            text = say.say("not to be read again")
    elif event.kind == "changed":
        text = say.say("changed")
    elif event.kind == "not_found":
        text = say.say("arXiv knows no paper of this id")
    else:
        text = event.kind
    return text + (" · " + say.say("taken back") if event.undone is not None else "")
