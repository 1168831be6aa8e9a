"""*Journal*: what was written and what happened, day by day; the review of one's commits; the refactor log."""

import streamlit as st

from app import blank, journal, words
from app.views import journal_days, journal_entry, journal_refactor, journal_review, journal_write
from app.words import Words, mark
from store import settings as store_settings
from store.settings import Settings

SECTIONS = {"days": mark("Days"), "review": mark("Review"), "refactors": mark("Refactors")}
_SECTION, _ASKED = "journal-section", "journal-section-asked"


def show(settings: Settings, say: Words) -> None:
    """An entry or a commit where the address names one, else the section that is chosen."""
    if entry := st.query_params.get("entry", ""):
        journal_entry.show(settings, say, entry)
    elif commit := st.query_params.get("commit", ""):
        journal_review.show_commit(settings, say, commit.strip())
    else:
        show_sections(settings, say)


def show_sections(settings: Settings, say: Words) -> None:
    """Days to write in and look back on, the review, the refactors."""
    st.title(say.say("Journal"), anchor=False)
    section = choose_section(say)
    projects = journal.read_projects(settings)
    if section == "days":
        if settings.read_only:
            st.caption(":material/lock: " + say.say("This dashboard only shows: nothing can be changed here."))
        else:
            journal_write.draw(projects, settings, say)
        with blank.shield(say):
            journal_days.draw(projects, settings, say)
    elif section == "review":
        with blank.shield(say):
            journal_review.draw(projects, settings, say)
    else:
        with blank.shield(say):
            journal_refactor.draw(projects, settings, say)


def choose_section(say: Words) -> str:
    """The section; the address carries it, so that links lead there."""
    asked = st.query_params.get("section", "")
    number, shown = st.session_state.get(_ASKED, (0, asked))
    if asked in SECTIONS and asked != shown:
        number += 1  # a link of this page asks for another section than the one that is chosen
    section = st.segmented_control(
        say.say("Section"),
        list(SECTIONS),
        default=asked if asked in SECTIONS else "days",
        required=True,
        format_func=lambda one: say.say(SECTIONS[one]),
        key=f"{_SECTION}~{number}" if number else _SECTION,
        label_visibility="collapsed",
    )
    if section != "days":
        st.query_params["section"] = section
    else:
        st.query_params.pop("section", None)
    st.session_state[_ASKED] = (number, "" if section == "days" else section)
    return str(section)


_settings = store_settings.load()
show(_settings, words.for_reader(_settings))
