"""Writing in the journal: to today's entry as a rule, or an entry of its own. What is typed stays until it is kept."""

import time
from collections.abc import Callable

import streamlit as st

from app import journal
from app.attached import File
from app.journal import Written
from app.markup import plain
from app.views import drafts, entry_words
from app.words import Words, why
from store.attachments import LARGEST
from store.errors import JournalBusy, MachiaiError
from store.projects import Project
from store.settings import Settings

TEXT, TITLE = "journal", "journal-title"
_WRONG, _KEPT, _FILES = "journal-wrong", "journal-kept", "journal-files"
KEPT_SECONDS = 5.0
"""For how long it is said that something was kept, at the least."""
PICTURES = ("png", "jpg", "jpeg", "gif", "webp", "pdf")


def draw(projects: list[Project], settings: Settings, say: Words) -> None:
    """The field to write in, and what came of writing."""
    with st.container(border=True, gap="small", key="writing"):
        is_new = bool(st.session_state.get("journal-new", False))
        if is_new:
            drafts.line(say.say("Title"), TITLE)
        drafts.area(
            say.say("Text") if is_new else say.say("Add to today"),
            TEXT,
            height=220 if is_new else 110,
            placeholder=say.say(
                "What do you see, think, try next? Markdown, $formulas$ and code; run:ID, task:12 become links."
            ),
        )
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            kind = draw_kind("journal-kind", say)
            project = draw_project("journal-project", projects, say)
            st.toggle(say.say("An entry of its own"), key="journal-new", persist_state="session", width="content")
        files = draw_uploader(_FILES, say)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(
                say.say("Save the entry") if is_new else say.say("Add to today"),
                key="journal-save",
                type="primary",
                shortcut="Ctrl+Enter",
                on_click=_save,
                args=(settings, say, is_new, kind, project, files),
            )
            draw_outcome(say)


def draw_kind(key: str, say: Words, kept: str = "note") -> str:
    """Which kind of entry it is."""
    kinds = list(journal.KINDS)
    return st.selectbox(
        say.say("Kind"),
        kinds,
        index=kinds.index(kept),
        format_func=lambda kind: say.say(entry_words.look_of(kind).word),
        key=key,
        persist_state="session",
        width=160,
    )


def draw_project(
    key: str, projects: list[Project], say: Words, kept: int | None = None, *, none: str = ""
) -> int | None:
    """Which project it belongs to, if any; ``none`` is how None is called."""
    names = {one.id: one.name for one in projects}
    ids: list[int | None] = [None, *names]
    if kept is not None and kept not in names:
        ids.append(kept)
    return st.selectbox(
        say.say("Project"),
        ids,
        index=ids.index(kept),
        format_func=lambda one: (none or say.say("no project")) if one is None else names.get(one, str(one)),
        key=key,
        persist_state="session",
        width=240,
    )


def draw_uploader(name: str, say: Words) -> Callable[[], list[File]]:
    """The place for pictures and PDFs, where pasted pictures go too; the files, when they are asked for."""
    key = f"{name}-{st.session_state.get(name, 0)}"
    st.file_uploader(
        say.say("Pictures and PDFs (a picture can be pasted into the text)"),
        type=list(PICTURES),
        accept_multiple_files=True,
        max_upload_size=LARGEST // 1_000_000,
        key=key,
    )
    return lambda: [File(one.name, one.getvalue()) for one in st.session_state.get(key) or []]


def empty_uploader(name: str) -> None:
    """The files are kept: show none."""
    st.session_state[name] = st.session_state.get(name, 0) + 1


def draw_outcome(say: Words) -> None:
    """That it is kept, or why it is not; the text is still in the field then."""
    wrong = st.session_state.get(_WRONG)
    kept, until = st.session_state.get(_KEPT, ("", 0.0))
    if wrong:
        st.error(plain(wrong), icon=":material/error:")
    elif kept and time.monotonic() < until:  # the next draw may come at once: by Ctrl+Enter two things happen
        st.caption(":material/check: " + plain(kept), width="content")


def _save(
    settings: Settings, say: Words, is_new: bool, kind: str, project: int | None, files: Callable[[], list[File]]
) -> None:
    text, title = drafts.typed(TEXT), drafts.typed(TITLE)
    try:
        if is_new:
            written = journal.write_new(settings, title, text, kind=kind, project_id=project, files=files())
        else:
            written = journal.append_today(settings, text, say.zone, kind=kind, project_id=project, files=files())
    except JournalBusy:
        st.session_state[_WRONG] = say.say("The journal is busy; your text is still here. Save it again in a moment.")
    except MachiaiError as error:
        st.session_state[_WRONG] = say.say("Not kept: {why}", why=why(error, say))
    else:
        _settle(written, say, is_new)


def _settle(written: Written, say: Words, is_new: bool) -> None:
    drafts.forget(TEXT, TITLE)
    if written.problem:
        st.session_state[_WRONG] = say.say("The text is kept, the files are not: {why}", why=why(written.problem, say))
        return
    st.session_state.pop(_WRONG, None)
    empty_uploader(_FILES)
    if is_new:
        st.session_state["journal-new"] = False
    st.session_state[_KEPT] = say.say("Kept."), time.monotonic() + KEPT_SECONDS
