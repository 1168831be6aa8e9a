"""The sections of a page, side by side at its top; the address names the one that is shown, so links lead there."""

from collections.abc import Callable, Mapping

import streamlit as st

from app.words import Words


def choose(page: str, sections: Mapping[str, str], say: Words, tell: Callable[[str], str] = lambda _: "") -> str:
    """The section that is shown; the first one where the address names none. ``tell`` is what stands behind a name."""
    first = next(iter(sections))
    asked = st.query_params.get("section", "")
    memory = f"{page}-section-asked"
    number, shown = st.session_state.get(memory, (0, asked))
    if asked in sections and asked != shown:
        number += 1  # a link of this page asks for another section than the one that is chosen
    section = st.segmented_control(
        say.say("Section"),
        list(sections),
        default=asked if asked in sections else first,
        required=True,
        format_func=lambda one: say.say(sections[one]) + tell(one),
        key=f"{page}-section~{number}" if number else f"{page}-section",
        label_visibility="collapsed",
    )
    if section != first:
        st.query_params["section"] = section
    else:
        st.query_params.pop("section", None)
    st.session_state[memory] = (number, "" if section == first else section)
    return str(section)
