"""The pages of a paper's PDF, in place, at the page reached; and how its PDF is to be had."""

from functools import partial
from pathlib import Path

import streamlit as st

from app import blank, page_pictures, paper_leaf, reads
from app.markup import plain, shorten
from app.paper_leaf import PaperLeaf
from app.views.deeds import do
from app.views.paper_row import WRONG
from app.views.paper_words import fault
from app.words import Words, why
from store import paper_files
from store.errors import MachiaiError
from store.paper_files import PaperFile
from store.paper_rows import Paper
from store.settings import Settings

PIXELS = 1400
"""Sharp where a page is shown as wide as it ever is."""
LIVE_SECONDS = 3


def draw(leaf: PaperLeaf, settings: Settings, say: Words) -> None:
    """The page that was reached, with the ways to others; or how it is with the PDF."""
    paper = leaf.paper
    if leaf.path is not None:
        st.subheader(say.say("Pages"), anchor=False)
        draw_page(paper, leaf.path, settings, say)
        if leaf.file is not None and leaf.file.version != paper.version and leaf.file.version is not None:
            draw_older(leaf.file, paper, settings, say)
        return
    if paper_files.has_pdf(paper):
        st.subheader(say.say("Pages"), anchor=False)
        draw_missing(leaf, settings, say)


def draw_page(paper: Paper, path: Path, settings: Settings, say: Words) -> None:
    """One page as a picture. Turning to it is reaching it, so that one goes on there the next time."""
    page = min(paper.page or 1, paper.pages or 1_000_000)
    if settings.read_only:
        page = int(st.session_state.get(_key(paper), page))
    last = paper.pages or page
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="paper-turn"):
        for to, icon, key, label in (
            (page - 1, ":material/chevron_left:", "Left", say.say("Page before")),
            (page + 1, ":material/chevron_right:", "Right", say.say("Next page")),
        ):
            st.button(
                "",
                key=f"paper-turn-{key}",
                icon=icon,
                shortcut=key,
                help=label,
                disabled=not 1 <= to <= last,
                on_click=_turn,
                args=(settings, paper, to),
            )
        name = f"{_key(paper)}-{page}"
        st.number_input(
            say.say("Page"),
            min_value=1,
            max_value=last,
            value=page,
            key=name,
            label_visibility="collapsed",
            width=130,
            on_change=_go,
            args=(settings, paper, name),
        )
        st.caption(plain(say.say("of {n}", n=last)), width="content")
        st.download_button(
            say.say("Download"),
            data=path.read_bytes,
            file_name=f"{paper.ref.replace('/', '_')}.pdf",
            mime="application/pdf",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
            key="paper-download",
        )
    try:
        picture = page_pictures.page_image(path, page, PIXELS)
    except MachiaiError as error:
        st.warning(plain(why(error, say)), icon=":material/broken_image:")
        return
    if page < last:
        page_pictures.prepare(path, page + 1, PIXELS)
    with st.container(border=True, key="paper-page"):
        st.image(picture, width="stretch", alt=say.say("page {page} of {pages}", page=page, pages=last))


def draw_older(file: PaperFile, paper: Paper, settings: Settings, say: Words) -> None:
    """That the pages are of an older version, and the way to have the newer."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        text = say.say("These are the pages of v{old}; v{new} is out.", old=file.version, new=paper.version)
        st.caption(plain(text), width="content")
        draw_fetch(say.say("Fetch v{n}", n=paper.version), paper, settings)


def draw_missing(leaf: PaperLeaf, settings: Settings, say: Words) -> None:
    """That the PDF is not here yet, is on its way, or could not be had and why."""
    paper, file = leaf.paper, leaf.file
    if file is not None and file.state == "wanted":
        st.fragment(draw_wanted, run_every=LIVE_SECONDS, key="paper-file")(paper.ref, settings, say)
        return
    if file is not None and file.state == "failed":
        st.warning(
            plain(say.say("The PDF could not be fetched: {why}", why=shorten(fault(file.error, say, leaf.as_of), 300))),
            icon=":material/cloud_off:",
        )
    elif file is not None:
        st.caption(plain(say.say("The PDF was here and is not there any more.")))
    if not settings.read_only:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            again = file is not None
            draw_fetch(say.say("Fetch it again") if again else say.say("Fetch the PDF"), paper, settings)
            text = say.say("It is kept in your data folder, for you alone, and its words can be searched.")
            st.caption(plain(text), width="stretch")


def draw_fetch(label: str, paper: Paper, settings: Settings) -> None:
    """The button that lets the PDF be fetched."""
    st.button(
        plain(label),
        key="paper-fetch",
        icon=":material/download:",
        on_click=do,
        args=(WRONG, partial(paper_leaf.fetch, settings, paper.ref)),
    )


def draw_wanted(ref: str, settings: Settings, say: Words) -> None:
    """That the daemon fetches it; the page is drawn anew when it is there, or cannot be had."""
    with blank.shield(say):
        file, pulse = paper_leaf.read_file(settings, ref), reads.read_pulse(settings)
        if file is None or file.state != "wanted":
            st.rerun()
        if not pulse.alive:
            blank.daemon_banner(say, pulse)
            return
        text = say.say("The PDF is being fetched; arXiv is asked for one thing in three seconds.")
        if file.error:
            text = say.say("Not fetched yet: {why}", why=shorten(fault(file.error, say, file.asked), 300))
            if file.due is not None:
                text += " · " + say.say("next try {time}", time=say.clock(file.due))
        st.caption(":material/sync: " + plain(text))


def _key(paper: Paper) -> str:
    return f"paper-page-{paper.id}"


def _turn(settings: Settings, paper: Paper, page: int) -> None:
    if settings.read_only:
        st.session_state[_key(paper)] = page
    else:
        do(WRONG, lambda: paper_leaf.reach(settings, paper.ref, page))


def _go(settings: Settings, paper: Paper, name: str) -> None:
    _turn(settings, paper, int(st.session_state[name]))
