"""Adding papers by hand: ids, addresses, DOIs or titles, a line each, a pasted list, or a BibTeX file."""

from collections.abc import Callable, Sequence

import streamlit as st

from app import paper_adding
from app.markup import plain, shorten
from app.paper_adding import Added
from app.views import drafts, paper_words
from app.views.deeds import attempt, draw_wrong
from app.words import Words
from store.papers import MOST_TAGS
from store.settings import Settings

INTO = ("queue", "inbox", "reading", "read")
LARGEST_MB = 20
SHOWN = 12
_TEXT, _FILE, _DONE, _TAGS = "papers-add", "papers-add-file", "papers-added", "papers-add-tags"


def draw(settings: Settings, say: Words, *, open_it: bool, tags: Sequence[str] = ()) -> None:
    """The form; it is open before there is any paper. What came of it stands below. ``tags`` are those in use."""
    part = st.expander(say.say("Add papers"), expanded=open_it, icon=":material/add:", key="papers-add-part")
    with part:
        drafts.area(
            say.say("arXiv ids, addresses, DOIs or titles, a line each; or BibTeX"),
            _TEXT,
            height=110,
            max_chars=2_000_000,
            placeholder="2312.00752\nhttps://arxiv.org/abs/1706.03762\nhttps://…",
        )
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            into = st.segmented_control(
                say.say("Where to"),
                list(INTO),
                default="queue",
                required=True,
                format_func=lambda one: say.say(paper_words.SECTIONS[one]),
                key="papers-add-into",
            )
            number = st.session_state.get(_FILE, 0)
            key = f"{_FILE}-{number}"
            st.multiselect(
                say.say("Tags"),
                list(tags),
                accept_new_options=True,
                filter_mode="contains",
                select_all=False,
                max_selections=MOST_TAGS,
                key=_TAGS,
                placeholder=say.say("Add a tag"),
                width=240,
            )
            with st.popover(say.say("BibTeX file"), icon=":material/upload_file:", type="tertiary"):
                st.file_uploader(
                    say.say("A .bib file"), type=["bib", "bibtex", "txt"], key=key, max_upload_size=LARGEST_MB
                )
        st.button(
            say.say("Add"),
            key="papers-add-go",
            type="primary",
            shortcut="Ctrl+Enter",
            on_click=_add,
            args=(settings, str(into), key),
        )
        draw_wrong(_TEXT, say)
        added: Added | None = st.session_state.get(_DONE)
        if added is not None:
            draw_added(added, say)


def draw_added(added: Added, say: Words) -> None:
    """What came of the last adding."""
    parts = []
    if added.new:
        parts.append(say.count("{n} paper was added.", "{n} papers were added.", len(added.new)))
    if added.known:
        parts.append(say.count("{n} was known already.", "{n} were known already.", len(added.known)))
    st.markdown(f":green[:material/check_circle:] {plain(' '.join(parts))}")
    for paper in (*added.known, *added.new)[:SHOWN]:
        look = paper_words.STATES[paper.state]
        label = f"{plain(paper_words.short_title(paper, 90))} :gray[:small[{plain(say.say(look.word))}]]"
        st.page_link(paper_words.PAGE, label=label, icon=look.icon, query_params={"id": paper.ref}, width="content")
    more = len(added.known) + len(added.new) - SHOWN
    if more > 0:
        st.caption(plain(say.count("and {n} more", "and {n} more", more)))
    for line in added.problems[:SHOWN]:
        st.markdown(f":orange[:material/report:] {plain(shorten(line, 160))}")


def add_text(settings: Settings, text: str, state: str) -> Added:
    """Keep what a text names; PaperError where that is nothing."""
    return paper_adding.add(settings, text, state)


def _add(settings: Settings, state: str, key: str) -> None:
    file = st.session_state.get(key)
    texts = [drafts.typed(_TEXT)]
    if file is not None:
        texts.append(_decode(file.getvalue()))
    st.session_state.pop(_DONE, None)
    if attempt(_TEXT, _keeping(settings, texts, state, list(st.session_state.get(_TAGS, [])))):
        drafts.forget(_TEXT)
        st.session_state[_TAGS] = []
        st.session_state[_FILE] = st.session_state.get(_FILE, 0) + 1


def _keeping(settings: Settings, texts: list[str], state: str, tags: Sequence[str]) -> Callable[[], None]:
    def keep() -> None:
        given = [one for one in texts if one.strip()] or [""]
        st.session_state[_DONE] = _together([paper_adding.add(settings, one, state, tags) for one in given])

    return keep


def _together(done: list[Added]) -> Added:
    return Added([paper for one in done for paper in one.new], [paper for one in done for paper in one.known],
                 [line for one in done for line in one.problems])  # fmt: skip


def _decode(data: bytes) -> str:
    """The text of a file, whatever program wrote it."""
    for encoding in ("utf-8-sig", "cp932" if b"\x82" in data else "latin-1", "latin-1"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "replace")
