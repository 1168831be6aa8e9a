"""The form of a search for papers: categories and words, or a query typed as arXiv reads it."""

from collections.abc import Callable

import streamlit as st

from app import paper_searches as searches
from app.markup import bare, plain
from app.views.deeds import attempt, draw_wrong
from app.words import Words, mark, why
from store.errors import PaperError
from store.paper_queries import CATEGORIES, Form, make_form, write_query
from store.paper_searches import Search
from store.settings import Settings

FIELDS = {
    "words": mark("Words anywhere"),
    "title": mark("Words of the title"),
    "abstract": mark("Words of the abstract"),
    "author": mark("Authors"),
    "exclude": mark("Without these words"),
}
FORM, TYPED = "form", "typed"
_NUMBER, _WRONG = "papers-follow-number", "papers-follow"


def draw_new(settings: Settings, say: Words, *, open_it: bool) -> None:
    """The form for another search; following it pulls it at once."""
    number = int(st.session_state.get(_NUMBER, 0))
    with st.expander(say.say("Follow a search"), expanded=open_it, icon=":material/add:", key="papers-follow-part"):
        wanted, name = draw_fields(f"papers-follow-{number}", None, say)
        st.button(
            say.say("Follow"),
            key="papers-follow-go",
            type="primary",
            on_click=_follow,
            args=(settings, wanted, name, number),
        )
        draw_wrong(_WRONG, say)


def draw_edit(search: Search, settings: Settings, say: Words, close: Callable[[], None]) -> None:
    """The same form with what a search asks for; with another query it begins anew."""
    wanted, name = draw_fields(f"papers-search-{search.id}", search, say)
    with st.container(horizontal=True, gap="small"):
        st.button(
            say.say("Save"),
            key=f"papers-search-save-{search.id}",
            type="primary",
            on_click=_change,
            args=(settings, search.id, wanted, name, close),
        )
        st.button(say.say("Cancel"), key=f"papers-search-cancel-{search.id}", type="tertiary", on_click=close)
    draw_wrong(f"{_WRONG}-{search.id}", say)


def draw_fields(key: str, search: Search | None, say: Words) -> tuple[Form | str, str]:
    """The inputs; what is asked for, as a form or a query, and the name."""
    begin = search.form if search is not None else Form()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        way = st.segmented_control(
            say.say("How to search"),
            [FORM, TYPED],
            default=FORM if begin is not None else TYPED,
            required=True,
            format_func=lambda one: say.say("By a form") if one == FORM else say.say("By a query"),
            key=f"{key}-way",
            label_visibility="collapsed",
        )
        name = st.text_input(
            say.say("Name"),
            value=search.name if search is not None else "",
            placeholder=say.say("by what it is for"),
            key=f"{key}-name",
            max_chars=120,
            autocomplete="off",
            width=300,
        )
    if way == TYPED:
        query = st.text_area(
            say.say("Query, as arXiv reads it"),
            value=search.query if search is not None else "",
            placeholder='cat:cs.LG AND (ti:"state space" OR abs:mamba) ANDNOT ti:survey',
            key=f"{key}-query",
            max_chars=3000,
            height=80,
        )
        return query, name
    return draw_form(key, begin or Form(), say), name


def draw_form(key: str, begin: Form, say: Words) -> Form | str:
    """Categories and words; the query that they make is shown."""
    names = {one: f"{one} · {word}" for one, word in CATEGORIES.items()}
    given: dict[str, list[str]] = {
        "categories": st.multiselect(
            say.say("Categories, any of these"),
            list(dict.fromkeys([*begin.categories, *CATEGORIES])),
            default=list(begin.categories),
            format_func=lambda one: names.get(one, one),
            accept_new_options=True,
            filter_mode="contains",
            select_all=False,
            placeholder="cs.LG, stat.ML, …",
            key=f"{key}-categories",
        )
    }
    columns = st.columns(2, gap="small")
    for place, (field, word) in enumerate(FIELDS.items()):
        with columns[place // 3]:
            typed = st.text_input(
                say.say(word),
                value=", ".join(getattr(begin, field)),
                key=f"{key}-{field}",
                max_chars=600,
                autocomplete="off",
                help=say.say("Separate with commas; any one of them is enough. Words of one item stand together.")
                if field != "exclude"
                else say.say("Separate with commas; a category can be left out, too."),
            )
            given[field] = [typed]
    try:
        form = make_form({name: _split(values) for name, values in given.items()})
    except PaperError as error:
        st.markdown(f":orange[:material/report:] {plain(why(error, say))}")
        return ""
    if not form.is_empty:
        st.code(bare(write_query(form)), language=None, wrap_lines=True)
    return form


def _split(values: list[str]) -> list[str]:
    return [
        part for value in values for part in value.replace("、", ",").replace("，", ",").replace(";", ",").split(",")
    ]


def _follow(settings: Settings, wanted: Form | str, name: str, number: int) -> None:
    if attempt(_WRONG, lambda: searches.follow(settings, wanted, name)):
        st.session_state[_NUMBER] = number + 1


def _change(settings: Settings, search_id: int, wanted: Form | str, name: str, close: Callable[[], None]) -> None:
    if attempt(f"{_WRONG}-{search_id}", lambda: searches.change(settings, search_id, wanted, name)):
        close()
