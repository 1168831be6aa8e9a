"""Editing an entry. Where it was changed elsewhere meanwhile both are shown, and what was typed stays."""

from collections.abc import Callable
from typing import NamedTuple

import streamlit as st

from app import journal
from app.attached import File
from app.journal import Leaf
from app.markup import bare, plain
from app.views import drafts, journal_write
from app.words import Words, why
from store.entry_rows import Entry, Version
from store.errors import Conflict, JournalBusy, MachiaiError
from store.settings import Settings

_OPEN, _WRONG, _THEIRS, _FILES = "entry-open:", "entry-wrong:", "entry-theirs:", "entry-files-"


class Began(NamedTuple):
    """What an editing began with: the entry as it was read, the revision that a change is made to, and the title and
    text that were put into the fields."""

    entry: Entry
    revision: int
    title: str
    body: str


def is_open(entry_id: int) -> bool:
    """Whether it is being edited in this tab."""
    return _OPEN + str(entry_id) in st.session_state


def begin(entry: Entry, version: Version | None = None) -> None:
    """For ``on_click``: edit it as it is, or on from what it said before. What is typed already is not given up."""
    if is_open(entry.id) and version is None:
        return
    _reset(entry.id)
    begun = version or entry
    st.session_state[_OPEN + str(entry.id)] = Began(entry, entry.revision, begun.title, begun.body)


def draw(leaf: Leaf, settings: Settings, say: Words) -> None:
    """The fields, begun with what it said when the editing began."""
    entry = leaf.entry
    began: Began = st.session_state[_OPEN + str(entry.id)]
    with st.container(border=True, gap="small", key="writing-entry"):
        draw_theirs(entry.id, say)
        drafts.line(say.say("Title"), f"entry-{entry.id}-title", began.title)
        drafts.area(say.say("Text"), f"entry-{entry.id}-body", began.body, height=420)
        number = drafts.number(f"entry-{entry.id}-body")
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            new_kind = journal_write.draw_kind(f"entry-{entry.id}-kind-{number}", say, began.entry.kind)
            projects = journal.read_projects(settings)
            new_project = journal_write.draw_project(
                f"entry-{entry.id}-project-{number}", projects, say, began.entry.project_id
            )
        files = journal_write.draw_uploader(f"{_FILES}{entry.id}", say)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(
                say.say("Save"),
                key="entry-save",
                type="primary",
                shortcut="Ctrl+Enter",
                on_click=_save,
                args=(settings, say, entry.id, began, new_kind, new_project, files),
            )
            st.button(say.say("Cancel"), key="entry-cancel", type="tertiary", on_click=_reset, args=(entry.id,))
        wrong = st.session_state.get(_WRONG + str(entry.id))
        if wrong:
            st.error(plain(wrong), icon=":material/error:")


def draw_theirs(entry_id: int, say: Words) -> None:
    """What is kept now, where it is not what this editing began with."""
    theirs: Entry | None = st.session_state.get(_THEIRS + str(entry_id))
    if theirs is None:
        return
    text = say.say("It was changed elsewhere meanwhile. Your text is below; this is what is kept now:")
    st.warning(plain(text), icon=":material/call_split:")
    st.code(bare(f"{theirs.title}\n\n{theirs.body}".strip()), language="markdown", wrap_lines=True)
    with st.container(horizontal=True, gap="small"):
        st.button(
            say.say("Keep mine in its place"),
            key="entry-mine",
            help=say.say("What is kept now becomes an earlier version: nothing is lost."),
            on_click=_take_mine,
            args=(theirs,),
        )
        st.button(say.say("Give mine up"), key="entry-theirs", type="tertiary", on_click=_reset, args=(entry_id,))


def _save(
    settings: Settings,
    say: Words,
    entry_id: int,
    began: Began,
    kind: str,
    project: int | None,
    files: Callable[[], list[File]],
) -> None:
    key, was = str(entry_id), began.entry
    title = drafts.typed(f"entry-{entry_id}-title", began.title)
    body = drafts.typed(f"entry-{entry_id}-body", began.body)
    fields = {"title": (title, was.title), "kind": (kind, was.kind), "project_id": (project, was.project_id)}
    changed = {name: new for name, (new, old) in fields.items() if new != old}
    try:
        text = None if body == was.body else body
        journal.change_entry(settings, entry_id, began.revision, body=text, files=files(), **changed)
    except Conflict as error:
        st.session_state[_THEIRS + key] = error.current
        st.session_state.pop(_WRONG + key, None)
    except JournalBusy:
        st.session_state[_WRONG + key] = say.say(
            "The journal is busy; your text is still here. Save it again in a moment."
        )
    except MachiaiError as error:
        st.session_state[_WRONG + key] = say.say("Not kept: {why}", why=why(error, say))
    else:
        _reset(entry_id)


def _take_mine(theirs: Entry) -> None:
    """Go on from what is kept now, with one's own text; nothing is written until it is saved."""
    key = str(theirs.id)
    began: Began = st.session_state[_OPEN + key]
    st.session_state[_OPEN + key] = began._replace(revision=theirs.revision)
    st.session_state.pop(_THEIRS + key, None)


def _reset(entry_id: int) -> None:
    key = str(entry_id)
    for name in (_OPEN, _WRONG, _THEIRS):
        st.session_state.pop(name + key, None)
    drafts.forget(f"entry-{entry_id}-title", f"entry-{entry_id}-body")
    journal_write.empty_uploader(f"{_FILES}{entry_id}")
