"""The search box of every page, in the sidebar. It leads to the page *Search*; searching writes nothing."""

import streamlit as st

from app.words import Words

SEARCH_PAGE = "views/search.py"


def draw(say: Words) -> None:
    """The box; Enter leads to what is found."""
    with st.sidebar, st.form("search-box", border=False):
        field, button = st.columns([4, 1], gap="xxsmall", vertical_alignment="bottom")
        text = field.text_input(
            say.say("Search everything"),
            key="search-text",
            placeholder=say.say("Search"),
            label_visibility="collapsed",
        )
        asked = button.form_submit_button("", icon=":material/search:", help=say.say("Search"), key="search-go")
    if asked and text.strip():
        st.switch_page(SEARCH_PAGE, query_params={"q": text.strip()})
