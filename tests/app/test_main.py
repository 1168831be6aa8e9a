"""The entry: navigation, one page a file, the language of the menu."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

Open = Callable[..., AppTest]


@pytest.mark.parametrize("view", ["now", "runs", "run", "compare"])
@pytest.mark.parametrize("locale", ["en-US", "ja-JP"])
def test_every_page_opens_on_an_empty_journal(open_page: Open, view: str, locale: str) -> None:
    """Nothing recorded yet is an ordinary state of every page, in both languages."""
    app = open_page(view, locale=locale)
    assert app.title[0].value


@pytest.mark.parametrize("view", ["now", "runs"])
def test_every_page_opens_on_a_busy_journal(open_page: Open, measured: dict[str, str], view: str) -> None:
    """A busy day raises nothing."""
    assert open_page(view, locale="ja-JP").title[0].value


def test_an_unreadable_zone_is_not_an_error(open_page: Open, busy: dict[str, str]) -> None:
    """Times fall back to UTC."""
    app = open_page()
    app.context = {"locale": "en-US", "timezone": "Mars/Olympus"}
    app.run()
    assert not app.exception and app.title[0].value.startswith("2 running")


def test_a_part_that_fails_leaves_the_rest_standing() -> None:
    """What raises is replaced by a sentence, what Machiai raises on purpose by its own words."""

    def page() -> None:
        import streamlit as st

        from app import blank
        from app.words import Words
        from store.errors import JournalBusy

        def fail(error: Exception) -> None:
            raise error

        st.title("above")
        with blank.shield(Words()):
            fail(ZeroDivisionError())
        with blank.shield(Words()):
            fail(JournalBusy("the journal is **locked**"))
        st.text("below")

    app = AppTest.from_function(page, default_timeout=20).run()
    assert not app.exception
    failed, busy = (warning.value.replace("\\", "") for warning in app.warning)
    assert "This part failed just now" in failed
    assert busy.endswith("the journal is **locked**")
    assert app.text[0].value == "below"
