"""What a reader does is done whole: a callback is not broken off by what they do next.

Streamlit ends a run of the page as soon as the reader does something else, at whichever call comes next, and each use
of ``st.session_state`` is such a call, also in a callback. A key pressed right after a field was left would so have
broken off what kept its text, and that callback is not called again (streamlit/streamlit, issue 10578). A click whose
run is ended before its callbacks began is dropped as well. Here what is asked for meanwhile waits until the callbacks
are through, and the next run of the same session begins its own after them.
"""

import threading
from functools import wraps
from typing import Any

from streamlit.runtime.scriptrunner import ScriptRunner
from streamlit.runtime.state import SafeSessionState

_CALL, _CHECK = "on_script_will_rerun", "_maybe_handle_execution_control_request"
_LOCK = threading.Lock()
_TURNS = [threading.RLock() for _ in range(64)]
"""A session's is found by where its state lies in memory, as nothing can be kept with the state itself."""
_inside = threading.local()


def protect() -> None:
    """Let every callback of this process be done whole; once is enough. AttributeError with a Streamlit that has no
    such methods, which only another version than the pinned one can be."""
    with _LOCK:
        call, check = getattr(SafeSessionState, _CALL), getattr(ScriptRunner, _CHECK)
        if hasattr(call, "__wrapped__"):
            return

        @wraps(call)
        def call_whole(state: SafeSessionState, *args: Any, **options: Any) -> None:
            with _TURNS[id(object.__getattribute__(state, "_state")) // 64 % len(_TURNS)]:
                _inside.callbacks = True
                try:
                    call(state, *args, **options)
                finally:
                    _inside.callbacks = False

        @wraps(check)
        def check_between(runner: ScriptRunner) -> None:
            if not getattr(_inside, "callbacks", False):
                check(runner)

        setattr(SafeSessionState, _CALL, call_whole)
        setattr(ScriptRunner, _CHECK, check_between)
