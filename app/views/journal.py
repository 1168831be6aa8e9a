"""*Journal*: what was written and what happened, day by day; the review of one's commits; the refactor log."""

import streamlit as st

from app import blank, journal, words
from app.views import drafts, journal_days, journal_entry, journal_refactor, journal_review, journal_write
from app.words import Words, mark
from store import settings as store_settings
from store.settings import Settings

SECTIONS = {"days": mark("Days"), "review": mark("Review"), "refactors": mark("Refactors")}
_SECTION = "journal-section"
# A link to another part of this page is drawn as the one to the page one is on; what is chosen, a button's key, and the
# marks of code and of differences are too pale to read.
STYLE = """<style>
[data-testid=stMain] a[data-testid=stPageLink-NavLink]:not(:hover) { background: transparent !important; }
[data-testid=stMain] button[data-variant][data-selected=true] { color: inherit !important; }
[data-testid=stMain] kbd { opacity: 1 !important; }
[data-testid=stMain] [data-testid=stCode] :is(.keyword, .punctuation, .operator) { color: inherit !important; }
[data-testid=stMain] [data-testid=stCode] :is(.inserted, .deleted, .unchanged, .coord) { color: inherit !important; }
[data-testid=stMain] [data-testid=stCode] .inserted { background: rgba(0, 158, 115, 0.16); }
[data-testid=stMain] [data-testid=stCode] .deleted { background: rgba(196, 78, 0, 0.16); }
</style>"""


def show(settings: Settings, say: Words) -> None:
    """An entry or a commit where the address names one, else the section that is chosen."""
    if not settings.read_only:
        drafts.watch()
    st.html(STYLE)
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
    section = st.segmented_control(
        say.say("Section"),
        list(SECTIONS),
        default=asked if asked in SECTIONS else "days",
        required=True,
        format_func=lambda one: say.say(SECTIONS[one]),
        key=_SECTION,
        label_visibility="collapsed",
    )
    if section != "days":
        st.query_params["section"] = section
    else:
        st.query_params.pop("section", None)
    return str(section)


_settings = store_settings.load()
show(_settings, words.for_reader(_settings))
