"""Notes on a paper, beside its pages: entries of the journal that are about it, to be written, read and edited here."""

from collections.abc import Callable

import streamlit as st

from app import journal, paper_leaf
from app.attached import File
from app.markup import plain, shorten
from app.paper_leaf import PaperLeaf
from app.views import drafts, entry_body, journal_edit, journal_write
from app.words import Words, why
from store.entry_rows import Entry
from store.errors import JournalBusy, MachiaiError
from store.paper_rows import Paper
from store.settings import Settings

_WRONG, _KEPT, _FILES, _EDITED = "paper-note-wrong", "paper-note-kept", "paper-note-files", "paper-note-edited"


def draw(leaf: PaperLeaf, settings: Settings, say: Words) -> None:
    """What was noted, oldest first, and the field for more."""
    st.subheader(say.say("Notes"), anchor=False)
    if not leaf.notes:
        st.caption(plain(say.say("Nothing is noted yet.")))
    for entry in leaf.notes:
        draw_note(entry, leaf, settings, say)
    if not settings.read_only:
        draw_field(leaf.paper, (leaf.paper.page or 1) if leaf.path is not None else None, settings, say)


def draw_note(entry: Entry, leaf: PaperLeaf, settings: Settings, say: Words) -> None:
    """One note; it can be edited in its place."""
    with st.container(border=True, gap="xsmall", key=f"paper-note-{entry.id}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            label = plain(say.moment(entry.created, leaf.as_of))
            if entry.title:
                label = f"**{plain(shorten(entry.title, 80))}** :small[{label}]"
            st.page_link("views/journal.py", label=label, icon=":material/school:",
                         query_params={"entry": str(entry.id)}, width="stretch")  # fmt: skip
            if not settings.read_only and st.session_state.get(_EDITED) != entry.id:
                st.button(say.say("Edit"), key=f"paper-note-edit-{entry.id}", type="tertiary",
                          icon=":material/edit:", on_click=_edit, args=(entry.id, settings))  # fmt: skip
        if st.session_state.get(_EDITED) == entry.id and journal_edit.is_open(entry.id) and not settings.read_only:
            whole = journal.read_leaf(settings, entry.id)
            if whole is not None:
                journal_edit.draw(whole, settings, say)
                return
        entry_body.draw(entry.body, leaf.attached, settings, say)


def draw_field(paper: Paper, page: int | None, settings: Settings, say: Words) -> None:
    """The field for a new note; the page that is open goes before it."""
    name = f"paper-note-{paper.id}"
    with st.container(border=True, gap="small", key="writing-note"):
        drafts.area(
            say.say("A new note"),
            name,
            height=120,
            placeholder=say.say("What does it claim, what is doubtful, what do I try? Markdown and $formulas$."),
        )
        with st.expander(say.say("With pictures"), icon=":material/image:", key="paper-note-with", type="compact"):
            files = journal_write.draw_uploader(_FILES, say)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(
                say.say("Save note of page {n}", n=page) if page else say.say("Save note"),
                key="paper-note-save",
                type="primary",
                shortcut="Ctrl+Enter",
                on_click=_save,
                args=(settings, say, paper, page, name, files),
            )
            wrong, kept = st.session_state.get(_WRONG), st.session_state.pop(_KEPT, None)
            if wrong:
                st.error(plain(wrong), icon=":material/error:")
            elif kept:
                st.caption(":material/check: " + plain(say.say("Kept.")), width="content")


def _edit(entry_id: int, settings: Settings) -> None:
    whole = journal.read_leaf(settings, entry_id)
    if whole is not None:
        st.session_state[_EDITED] = entry_id
        journal_edit.begin(whole.entry)


def _save(
    settings: Settings, say: Words, paper: Paper, page: int | None, name: str, files: Callable[[], list[File]]
) -> None:
    text = drafts.typed(name)
    if page and text.strip():
        text = f"**{say.say('p. {n}', n=page)}** {text}"
    try:
        problem = paper_leaf.write_note(settings, paper.ref, text, files())
    except JournalBusy:
        st.session_state[_WRONG] = say.say("The journal is busy; your text is still here. Save it again in a moment.")
    except MachiaiError as error:
        st.session_state[_WRONG] = say.say("Not kept: {why}", why=why(error, say))
    else:
        drafts.forget(name)
        st.session_state.pop(_WRONG, None)
        if problem:
            st.session_state[_WRONG] = say.say("The text is kept, the files are not: {why}", why=problem)
            return
        journal_write.empty_uploader(_FILES)
        st.session_state[_KEPT] = True
