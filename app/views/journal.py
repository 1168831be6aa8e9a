"""*Journal*: what was written and what happened, day by day; the review of one's commits; the refactor log."""

import streamlit as st

from app import blank, journal, words
from app.views import journal_days, journal_entry, journal_refactor, journal_review, journal_write, sections
from app.words import Words, mark
from store import settings as store_settings
from store.settings import Settings

SECTIONS = {"days": mark("Days"), "review": mark("Review"), "refactors": mark("Refactors")}


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
    section = sections.choose("journal", SECTIONS, say)
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


_settings = store_settings.load()
show(_settings, words.for_reader(_settings))
