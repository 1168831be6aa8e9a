"""*Search*: everything that holds the words, at ``/search?q=…``: entries, tasks, runs …, best first."""

import streamlit as st

from app import blank, finds, words
from app.finds import Finds
from app.markup import plain, shorten
from app.views import entry_words
from app.words import Words
from store import settings as store_settings
from store.search import Hit
from store.settings import Settings

PAGES = {
    "entry": ("views/journal.py", "entry"),
    "task": ("views/plan.py", "task"),
    "run": ("views/run.py", "id"),
    "log": ("views/run.py", "id"),
    "commit": ("views/journal.py", "commit"),
    "session": ("views/journal.py", "day"),
    "paper": ("views/paper.py", "id"),
    "week": ("views/review.py", "week"),
}
_SPAN = tuple[tuple[int, int], ...]


def show(settings: Settings, say: Words, text: str) -> None:
    """The hits, with filters by kind and project."""
    with blank.shield(say):
        number = max(1, int(st.session_state.get(f"found-page:{text}", 1)))
        kinds = st.session_state.get(f"found-kinds:{text}") or []
        project = st.session_state.get("found-project")
        found = finds.find(settings, text, kinds=kinds, project_id=project, number=number) if text else None
        total = sum(found.counts.values()) if found else 0
        st.title(plain(heading(text, total, say)), anchor=False)
        draw_field(text, say)
        if found is None:
            return
        draw_filters(found, text, say)
        chosen = sum(n for kind, n in found.counts.items() if not kinds or kind in kinds)
        if not found.hits:
            draw_nothing(text, say)
        names = {one.id: one.name for one in found.projects}
        for hit in found.hits:
            draw_hit(hit, names, say)
        pages = -(-chosen // finds.PAGE)
        if pages > 1:
            st.pagination(pages, key=f"found-page:{text}", max_visible_pages=5)


def heading(text: str, total: int, say: Words) -> str:
    """``3 hits for “学習”``"""
    if not text:
        return say.say("Search")
    return say.count("{n} hit for “{text}”", "{n} hits for “{text}”", total, text=shorten(text, 60))


def draw_field(text: str, say: Words) -> None:
    """The field to search on with, where the sidebar is away (on a phone)."""
    form = st.form(f"search-again:{text}", border=False)
    with form, st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        typed = st.text_input(
            say.say("Search for"), value=text, key=f"search-again-text:{text}", label_visibility="collapsed"
        )
        asked = st.form_submit_button(say.say("Search"), icon=":material/search:", key=f"search-again-go:{text}")
    if asked and typed.strip() != text:
        st.switch_page("views/search.py", query_params={"q": typed.strip()})


def draw_filters(found: Finds, text: str, say: Words) -> None:
    """Kinds with how many there are of each; the project."""
    names = {one.id: one.name for one in found.projects}
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        kinds = [kind for kind in finds.KINDS if found.counts.get(kind)]
        if len(kinds) > 1:
            st.pills(
                say.say("Kind"),
                kinds,
                selection_mode="multi",
                format_func=lambda kind: f"{say.say(entry_words.FOUND[kind][0])} {found.counts.get(kind, 0)}",
                key=f"found-kinds:{text}",
                on_change=_first_page,
                args=(text,),
            )
        if len(names) > 1:
            st.selectbox(
                say.say("Project"),
                [None, *names],
                format_func=lambda one: say.say("all") if one is None else names.get(one, str(one)),
                key="found-project",
                on_change=_first_page,
                args=(text,),
                width=220,
            )


def draw_hit(hit: Hit, names: dict[int, str], say: Words) -> None:
    """A hit: its title leading to it, its text around the found place."""
    icon = entry_words.FOUND[hit.kind][1]
    label = marked(shorten(hit.title, 110) or hit.id, hit.title_marks)
    with st.container(gap="xxsmall", key=f"hit-{hit.kind}-{hit.id}"):
        if hit.kind in PAGES:
            page, name = PAGES[hit.kind]
            ref = say.date(hit.time)[:10] if hit.kind == "session" else hit.id
            st.page_link(page, label=label, icon=icon, query_params={name: ref}, width="content")
        else:
            st.markdown(f"{icon} {label}")
        if hit.snippet and hit.snippet != hit.title:
            st.markdown(marked(hit.snippet, hit.marks))
        parts = [say.say(entry_words.FOUND[hit.kind][0]), names.get(hit.project_id or 0, ""), say.date(hit.time)[:16]]
        st.caption(plain(" · ".join(part for part in parts if part)))


def marked(text: str, marks: _SPAN) -> str:
    """A text as Markdown, the found places on a ground of their own."""
    parts, position = [], 0
    for begin, end in marks:
        if begin >= len(text):
            break
        parts += [_plain(text[position:begin]), f":orange-background[{plain(text[begin:end])}]"]
        position = end
    return "".join([*parts, _plain(text[position:])])


def draw_nothing(text: str, say: Words) -> None:
    """Why nothing is found, and what to try."""
    st.caption(say.say("Nothing holds all of these words. Fewer words find more."))


def _plain(text: str) -> str:
    """Plain text with the spaces at its ends, which a neighbour follows."""
    if not text.strip():
        return " " if text else ""
    return (" " if text[0].isspace() else "") + plain(text) + (" " if text[-1].isspace() else "")


def _first_page(text: str) -> None:
    st.session_state[f"found-page:{text}"] = 1


_settings = store_settings.load()
show(_settings, words.for_reader(_settings), st.query_params.get("q", "").strip()[:200])
