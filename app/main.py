"""The dashboard: navigation, language, and what every page has in common.

Run by Streamlit (`machiai up` does), from the checkout, so that `.streamlit/config.toml` is in force.
"""

import streamlit as st

from app import blank, callbacks, collection, styles, undelivered, words
from app.markup import plain
from app.views import drafts, search_box, session_clock
from store import settings as store_settings
from store.errors import MachiaiError

WIDTH = 1120
# A bench. Drawn here because a named icon would be fetched from the network for the browser's tab.
BENCH = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<rect x="3" y="11" width="26" height="6" rx="2" fill="#5E8F7B"/>'
    '<path d="M8 17v9M24 17v9" stroke="#5E8F7B" stroke-width="4" stroke-linecap="round"/></svg>'
)


def show() -> None:
    """Draw the page the address names."""
    callbacks.protect()
    st.set_page_config(page_title="Machiai", page_icon=BENCH, layout="wide", initial_sidebar_state=210)
    try:
        settings = store_settings.load()
    except MachiaiError as error:
        st.title("Machiai", anchor=False)
        st.error(plain(words.why(error, words.for_reader(None))))
        st.stop()
    say = words.for_reader(settings)
    page = st.navigation(
        [
            st.Page("views/now.py", title=say.say("Now"), icon=":material/chair_alt:", default=True),
            st.Page("views/plan.py", title=say.say("Plan"), icon=":material/checklist:", url_path="plan"),
            st.Page("views/journal.py", title=say.say("Journal"), icon=":material/book:", url_path="journal"),
            st.Page("views/papers.py", title=say.say("Papers"), icon=":material/menu_book:", url_path="papers"),
            st.Page("views/review.py", title=say.say("Review"), icon=":material/event_note:", url_path="review"),
            st.Page("views/runs.py", title=say.say("Runs"), icon=":material/list:", url_path="runs"),
            st.Page("views/machine.py", title=say.say("Machine"), icon=":material/memory:", url_path="machine"),
            st.Page("views/settings.py", title=say.say("Settings"), icon=":material/settings:", url_path="settings"),
            st.Page(
                "views/run.py",
                title=say.say("Run"),
                icon=":material/article:",
                url_path="run",
                visibility="hidden",
            ),
            st.Page(
                "views/paper.py",
                title=say.say("Paper"),
                icon=":material/article:",
                url_path="paper",
                visibility="hidden",
            ),
            st.Page(
                "views/close.py",
                title=say.say("Close the week"),
                icon=":material/event_available:",
                url_path="close",
                visibility="hidden",
            ),
            st.Page(
                "views/compare.py",
                title=say.say("Compare"),
                icon=":material/compare_arrows:",
                url_path="compare",
                visibility="hidden",
            ),
            st.Page(
                "views/search.py",
                title=say.say("Search"),
                icon=":material/search:",
                url_path="search",
                visibility="hidden",
            ),
        ]
    )
    st.logo(BENCH, size="small")
    search_box.draw(say)
    with st.container(width=WIDTH):
        for problem in settings.problems:
            st.warning(plain(words.why(problem, say)), icon=":material/settings_alert:")
        undelivered.banner(settings, say)
        session_clock.banner(settings, say)
        with blank.shield(say):
            page.run()
    collection.settle()
    if not settings.read_only:
        drafts.watch()
    st.html(styles.SHEET)


show()
