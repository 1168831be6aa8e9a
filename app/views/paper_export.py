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
        if shelf.papers:
            choices["some"] = say.say("Some of this list")
        chosen = st.segmented_control(
            say.say("Which papers"),
            list(choices),
            default="list" if shelf.papers else "all",
            required=True,
            format_func=lambda one: choices[one],
            key=f"papers-export-of-{section}",
            label_visibility="collapsed",
        )
        states = paper_export.KEPT if chosen == "all" else (section,)
        picked = draw_picking(shelf, section, say) if chosen == "some" else None
        with st.container(horizontal=True, gap="small"):
            for form, name in paper_export.FORMATS.items():
                st.download_button(
                    plain(name),
                    data=partial(paper_export.write_out, settings, form, states, tag, names, picked),
                    file_name=paper_export.name_file(form, states, say, picked=picked is not None),
                    mime=paper_export.MEDIA[form],
                    key=f"papers-export-{form}-{section}",
                    on_click="ignore",
                    disabled=picked == [],
                )


def draw_picking(shelf: Shelf, section: str, say: Words) -> list[str]:
    """The papers of the list that is shown, to pick from; the refs of those that are picked."""
    titles = {paper.ref: paper_words.short_title(paper, 80) for paper in shelf.papers}
    return st.multiselect(
        say.say("Papers to take along"),
        list(titles),
        format_func=lambda ref: titles.get(ref, ref),
        placeholder=say.say("Choose papers"),
        filter_mode="contains",
        key=f"papers-export-picked-{section}",
        label_visibility="collapsed",
    )
