"""Taking a list along: as BibTeX, as a reading list in Markdown, as CSV."""

from functools import partial

import streamlit as st

from app import paper_export
from app.markup import plain
from app.papers import Shelf
from app.views import paper_words
from app.words import Words
from store.settings import Settings


def draw(shelf: Shelf, section: str, settings: Settings, say: Words) -> None:
    """The menu with the formats, for this list or for all that was kept."""
    if not any(shelf.counts[state] for state in paper_export.KEPT):
        return
    menu = st.popover(say.say("Export"), icon=":material/download:", key=f"papers-export-{section}",
                      on_change="rerun", type="tertiary")  # fmt: skip
    if not menu.open:
        return
    tag = st.session_state.get(f"papers-tag-{section}")
    names = {state: say.say(paper_words.SECTIONS[state]) for state in paper_export.KEPT}
    with menu:
        choices = {"list": say.say("This list"), "all": say.say("Queue, in reading and read")}
        chosen = st.segmented_control(
            say.say("Which papers"),
            list(choices),
            default="list" if shelf.papers else "all",
            required=True,
            format_func=lambda one: choices[one],
            key=f"papers-export-of-{section}",
            label_visibility="collapsed",
        )
        states = (section,) if chosen == "list" else paper_export.KEPT
        with st.container(horizontal=True, gap="small"):
            for form, name in paper_export.FORMATS.items():
                st.download_button(
                    plain(name),
                    data=partial(paper_export.write_out, settings, form, states, tag, names),
                    file_name=paper_export.name_file(form, states, say),
                    mime=paper_export.MEDIA[form],
                    key=f"papers-export-{form}-{section}",
                    on_click="ignore",
                )
