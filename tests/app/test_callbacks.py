"""What a reader does next does not break off what is being kept."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.runtime.scriptrunner import RerunData, ScriptRunner, get_script_run_ctx
from streamlit.runtime.state import SafeSessionState, SessionState
from streamlit.testing.v1 import AppTest

from app import callbacks


def page(how: str) -> None:
    """A field that is kept in several steps, while something else is asked for in the middle."""
    import streamlit as st
    from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx

    def keep() -> None:
        context = get_script_run_ctx()
        assert context is not None and context.script_requests is not None
        if how == "rerun":
            context.script_requests.request_rerun(RerunData())
        else:
            context.script_requests.request_stop()
        st.session_state["kept"] = st.session_state["typed"]
        st.session_state["told"] = True

    st.text_input("Typed", key="typed", on_change=keep)


@pytest.fixture(name="bare")
def _bare():
    """Streamlit as it is by itself, and as it was afterwards."""
    methods = [(SafeSessionState, "on_script_will_rerun"), (ScriptRunner, "_maybe_handle_execution_control_request")]
    before = [getattr(owner, name) for owner, name in methods]
    for (owner, name), method in zip(methods, before, strict=True):
        setattr(owner, name, getattr(method, "__wrapped__", method))
    yield
    for (owner, name), method in zip(methods, before, strict=True):
        setattr(owner, name, method)


def type_in(how: str) -> AppTest:
    shown = AppTest.from_function(page, args=(how,), default_timeout=20).run()
    return shown.text_input(key="typed").set_value("a lesson").run()


def click(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """Press a button, and ask for another run before the callbacks of the first one began."""

    def counter() -> None:
        import streamlit as st

        def count() -> None:
            st.session_state["count"] = st.session_state.get("count", 0) + 1

        st.button("Count", on_click=count)

    shown = AppTest.from_function(counter, default_timeout=20).run()
    begin = SafeSessionState.on_script_will_rerun
    asked: list[bool] = []

    def begin_late(state: SafeSessionState, *args: Any, **options: Any) -> None:
        context = get_script_run_ctx()
        if not asked and context is not None and context.script_requests is not None:
            asked.append(context.script_requests.request_rerun(RerunData()))
        begin(state, *args, **options)

    with monkeypatch.context() as changed:
        changed.setattr(SafeSessionState, "on_script_will_rerun", begin_late)
        return shown.button[0].click().run()


class TestClicks:
    def test_a_click_is_not_dropped(self, bare: None, monkeypatch: pytest.MonkeyPatch) -> None:
        """A run that is ended before it began has done what was clicked."""
        callbacks.protect()
        assert click(monkeypatch).session_state["count"] == 1

    def test_streamlit_alone_drops_it(self, bare: None, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without it the click is lost."""
        assert "count" not in click(monkeypatch).session_state


@pytest.mark.parametrize("how", ["rerun", "stop"])
class TestProtect:
    def test_a_callback_is_done_whole(self, bare: None, how: str) -> None:
        """Another run that is asked for, or a tab that is closed, comes after what is being kept."""
        callbacks.protect()
        shown = type_in(how)
        assert shown.session_state["kept"] == "a lesson"
        assert shown.session_state["told"]

    def test_streamlit_alone_breaks_it_off(self, bare: None, how: str) -> None:
        """Without it the text is lost; where this fails, Streamlit has mended it and ``app.callbacks`` can go."""
        shown = type_in(how)
        assert "told" not in shown.session_state


def test_a_page_is_ended_for_the_next_one(bare: None) -> None:
    """Outside callbacks a run still ends where another one is asked for."""

    def slow() -> None:
        import streamlit as st
        from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx

        turns = st.session_state.get("turns", 0) + 1
        st.session_state["turns"] = turns
        context = get_script_run_ctx()
        assert context is not None and context.script_requests is not None
        if turns == 1:
            context.script_requests.request_rerun(RerunData())
        st.text("drawn")
        st.session_state["drawn"] = [*st.session_state.get("drawn", []), turns]

    callbacks.protect()
    assert AppTest.from_function(slow, default_timeout=20).run().session_state["drawn"] == [2]


def test_twice_is_once(bare: None) -> None:
    """Each run of the page may ask for it."""
    callbacks.protect()
    once = SafeSessionState.on_script_will_rerun
    callbacks.protect()
    assert SafeSessionState.on_script_will_rerun is once


def test_the_next_run_waits_for_the_callbacks_of_the_one_before(bare: None) -> None:
    """Two runs of one session, as when a key follows at once, do not work on its state at the same time."""
    callbacks.protect()
    raw, is_inside, came = SessionState(), threading.Event(), threading.Event()
    order: list[str] = []

    def first() -> None:
        is_inside.set()
        came.wait(0.3)  # the other would come in at once, if it could
        order.append("first")

    def second() -> None:
        order.append("second")
        came.set()

    def begin(act: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=SafeSessionState(raw, act).on_script_will_rerun, args=(None,))
        thread.start()
        return thread

    began = begin(first)
    assert is_inside.wait(20)
    following = begin(second)
    began.join(20)
    following.join(20)
    assert order == ["first", "second"]
