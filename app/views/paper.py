"""One paper, at ``/paper?id=2401.01234``: what it says, how far it is read, what was noted, what belongs to it."""

from functools import partial

import streamlit as st

from app import blank, paper_leaf, paper_text, papers, words
from app.markup import plain
from app.paper_leaf import PaperLeaf
from app.views import (
    paper_add,
    paper_deeds,
    paper_notes,
    paper_pages,
    paper_reading,
    paper_related,
    paper_words,
)
from app.views.deeds import do, draw_wrong
from app.views.paper_row import WRONG
from app.words import Words
from store import bibliography
from store import settings as store_settings
from store.paper_ids import read_id
from store.paper_rows import Paper
from store.settings import Settings

AUTHORS = 12


def show(settings: Settings, say: Words, ref: str) -> None:
    """The paper that the address names, or why there is none."""
    st.html(paper_words.STYLE)
    found = read_id(ref)
    leaf = paper_leaf.read_leaf(settings, found.base if found else ref)
    if leaf is None:
        draw_unknown(ref, settings, say)
        return
    draw_head(leaf, settings, say)
    with blank.shield(say):
        paper_deeds.draw(leaf, settings, say)
        draw_abstract(leaf, say)
        paper_reading.draw(leaf, settings, say)
    with blank.shield(say):
        if leaf.path is not None:
            pages, notes = st.columns([3, 2], gap="medium")
            with pages:
                paper_pages.draw(leaf, settings, say)
            with notes:
                paper_notes.draw(leaf, settings, say)
        else:
            paper_pages.draw(leaf, settings, say)
            paper_notes.draw(leaf, settings, say)
        paper_reading.draw_learned(leaf, settings, say)
    with blank.shield(say):
        paper_related.draw(leaf, settings, say)


def draw_unknown(ref: str, settings: Settings, say: Words) -> None:
    """No such paper: one that can be added, or none at all."""
    st.title(say.say("No such paper"), anchor=False)
    found = read_id(ref)
    if found is not None:
        st.text(say.say("The paper {id} is not among yours.", id=str(found)))
        if not settings.read_only:
            st.button(
                say.say("Add it to the queue"),
                key="paper-add-this",
                type="primary",
                icon=":material/bookmark_add:",
                on_click=do,
                args=(WRONG, partial(paper_add.add_text, settings, str(found), "queue")),
            )
            draw_wrong(WRONG, say)
    elif ref:
        st.text(say.say("The journal knows no paper with the id {id}.", id=repr(ref[:80])))
    draw_back("inbox", say)


def draw_back(state: str, say: Words) -> None:
    """The way to the list that the paper stands in."""
    section = paper_words.SECTION_OF.get(state, state)
    asked = {} if section == "inbox" else {"section": section}
    st.page_link(
        paper_words.LIST,
        label=say.say(paper_words.SECTIONS[section]),
        icon=":material/arrow_back:",
        query_params=asked,
        width="content",
    )


def draw_head(leaf: PaperLeaf, settings: Settings, say: Words) -> None:
    """Title, authors, where and when, links; what is wrong with it or new."""
    paper = leaf.paper
    st.title(paper_text.formulas(paper.title), anchor=False)
    if paper.authors:
        st.markdown(plain(paper_words.authors(paper, say, AUTHORS)))
    look = paper_words.STATES[paper.state]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        marks = paper_words.marks(paper, say, version=False)
        state = f":{look.colour}-badge[{look.icon} {plain(say.say(look.word))}]"
        st.markdown(f"{state} {marks}".strip(), width="content")
        st.caption(" · ".join(plain(one) for one in facts(paper, say)), width="content")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        draw_back(paper.state, say)
        for label, address in addresses(paper, say):
            st.markdown(f":small[[{plain(label)}](<{address}>)]", width="content")
    if paper.withdrawn:
        text = say.say("This paper was withdrawn.") + (f" {paper.comment}" if paper.comment else "")
        st.warning(plain(text), icon=":material/block:")
    if paper.has_newer:
        draw_newer(paper, settings, say)
    draw_wrong(WRONG, say)


def draw_newer(paper: Paper, settings: Settings, say: Words) -> None:
    """That another version is out since it was read, or taken up."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        text = say.say("v{new} is out since you read v{seen}.", new=paper.version, seen=paper.seen_version)
        when = say.say("It is of {day}.", day=paper_words.dated(paper.updated)) if paper.updated else ""
        st.markdown(f":orange[:material/update: {plain(text)}] {plain(when)}", width="content")
        if not settings.read_only:
            st.button(
                say.say("Noted"),
                key="paper-noted",
                type="tertiary",
                on_click=do,
                args=(WRONG, partial(paper_leaf.see_version, settings, paper)),
            )


def facts(paper: Paper, say: Words) -> list[str]:
    """Id, categories, versions and dates, where it was published, what its authors say of it."""
    parts = [f"arXiv:{paper.ref}" if paper.source == "arxiv" else "", ", ".join(paper.categories)]
    if paper.published is not None:
        parts.append(paper_words.dated(paper.published))
    if paper.version is not None and paper.version > 1:
        of = paper_words.dated(paper.updated)
        parts.append(say.say("v{n} of {day}", n=paper.version, day=of) if of else f"v{paper.version}")
    parts += [paper.journal or "", "" if paper.withdrawn else paper.comment or ""]
    return [part for part in parts if part]


def addresses(paper: Paper, say: Words) -> list[tuple[str, str]]:
    """Where it is on the web: what the link is called, and where it leads."""
    found = []
    where = bibliography.address(paper)
    if where:
        found.append((say.say("Abstract at arXiv") if paper.source == "arxiv" else say.say("Open the page"), where))
    if paper.pdf_url:
        found.append(("PDF", paper.pdf_url))
    if paper.doi and where != f"https://doi.org/{paper.doi}":
        found.append(("DOI", f"https://doi.org/{paper.doi}"))
    if paper.source == "arxiv" and paper.url and "arxiv.org/" not in paper.url:
        found.append((say.say("Open the page"), paper.url))
    return [(label, address) for label, address in found if papers.is_address(address)]


def draw_abstract(leaf: PaperLeaf, say: Words) -> None:
    """What it says of itself; put away once its pages are read."""
    paper = leaf.paper
    if paper.abstract:
        text = paper_text.paragraphs(paper.abstract)
        if leaf.path is not None and paper.state in ("reading", "read"):
            with st.expander(say.say("Abstract"), key="paper-abstract"):
                st.markdown(text, anchors=False)
            return
        with st.container(border=True, key="paper-abstract"):
            st.markdown(text, anchors=False)
    elif paper.source == "arxiv" and paper.version is None:
        st.caption(plain(say.say("arXiv has not been asked about it yet; that comes with the next pull.")))


_settings = store_settings.load()
show(_settings, words.for_reader(_settings), st.query_params.get("id", "").strip()[:200])
