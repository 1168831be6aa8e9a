"""What was kept is not brought back by a page that is loaded anew right then."""

import json
import re

import pytest
from streamlit.testing.v1 import AppTest

from app.views import drafts


@pytest.fixture(autouse=True)
def _nothing_lately():
    drafts._lately.clear()
    yield
    drafts._lately.clear()


def page() -> None:
    """A line that is added with a button, and one that is kept as soon as it is left."""
    import streamlit as st

    from app.views import drafts

    def add() -> None:
        st.session_state["added"] = drafts.typed("task")
        drafts.forget("task")

    def keep() -> None:
        drafts.sent("answer", drafts.typed("answer"))

    drafts.line("Task", "task")
    drafts.line("Answer", "answer", on_change=keep)
    st.button("Add", on_click=add)
    drafts.watch()


def told(shown: AppTest) -> list[list[str]]:
    """What the browser is told to hold no longer, with the text where it is one text only."""
    texts = [str(getattr(one, "value", "")) for one in shown.get("html")]
    (script,) = [text for text in texts if "machiaiDrafts" in text]
    found = re.search(r"const gone = (.*); // turn", script)
    assert found is not None
    return json.loads(found[1])


def load() -> AppTest:
    """The page as a tab loads it."""
    return AppTest.from_function(page, default_timeout=20).run()


class TestLately:
    def test_a_tab_hears_what_another_load_of_the_page_kept(self) -> None:
        """A line that was added, and an answer, are known to the next load, each with its text."""
        first = load()
        first.text_input[0].set_value("  write the table ")
        first.button[0].click().run()
        first.text_input[1].set_value("seeds first").run()
        assert told(load()) == [["task", "  write the table "], ["answer", "seeds first"]]

    def test_it_is_told_once(self) -> None:
        """After its first drawing a page hears of its own texts alone, so that the same line can be typed again."""
        second = load()
        first = load()
        first.text_input[0].set_value("write the table")
        first.button[0].click().run()
        assert told(second.run()) == []

    def test_it_is_forgotten(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What was kept long ago is no news."""
        monkeypatch.setattr(drafts, "LATELY_SECONDS", 0.0)
        first = load()
        first.text_input[0].set_value("write the table")
        first.button[0].click().run()
        assert told(load()) == []

    def test_nothing_that_was_empty(self) -> None:
        """A field that was begun anew while it was empty takes nothing from another page."""
        first = load()
        first.button[0].click().run()
        assert told(load()) == []
