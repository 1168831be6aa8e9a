"""*Papers*: what was found, to be kept or skipped; the queue, what is read and was read; the searches that find."""

import streamlit as st

from app import blank, papers, words
from app.papers import Shelf
from app.views import paper_add, paper_inbox, paper_lists, paper_searches, paper_status, paper_words, sections
from app.words import Words
from store import settings as store_settings
from store.settings import Settings


def show(settings: Settings, say: Words) -> None:
    """The section that is chosen; before there is any paper or search, the ways to have some."""
    st.html(paper_words.STYLE)
    st.title(say.say("Papers"), anchor=False)
    counts = papers.read_counts(settings)
    numbers = counts | {"aside": counts["later"] + counts["dropped"]}
    section = sections.choose(
        "papers", paper_words.SECTIONS, say, lambda one: f" {numbers[one]:,}" if numbers.get(one) else ""
    )
    if settings.read_only:
        st.caption(":material/lock: " + say.say("This dashboard only shows: nothing can be changed here."))
    paper_status.draw(section, counts, settings, say)
    if section == "searches":
        with blank.shield(say):
            paper_searches.draw(settings, say)
        return
    if not settings.read_only:
        paper_add.draw(settings, say, open_it=not any(counts.values()), tags=papers.read_tags(settings))
    with blank.shield(say):
        draw_shelf(section, settings, say)


def draw_shelf(section: str, settings: Settings, say: Words) -> None:
    """A list of papers, page by page."""
    tag = chosen_tag(section)
    shelf = papers.read_shelf(settings, section, number=page_of(section), tag=tag)
    if section == "inbox":
        paper_inbox.draw(shelf, settings, say)
    else:
        paper_lists.draw(shelf, section, settings, say)
    draw_pages(shelf, section)


def draw_pages(shelf: Shelf, section: str) -> None:
    """The way to the other pages of a long list."""
    pages = -(-shelf.total // papers.PAGE)
    if pages > 1 and section not in ("queue", "reading"):
        st.pagination(pages, key=f"papers-page-{section}", max_visible_pages=5)


def page_of(section: str) -> int:
    """The page of a list that is looked at, from 1."""
    return max(1, int(st.session_state.get(f"papers-page-{section}", 1)))


def chosen_tag(section: str) -> str | None:
    """The tag that a list is cut down to."""
    found = st.session_state.get(f"papers-tag-{section}")
    return str(found) if found else None


_settings = store_settings.load()
show(_settings, words.for_reader(_settings))
