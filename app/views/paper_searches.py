"""The searches that find papers: how the last pull of each went and when one was good, and the form for new ones."""

from dataclasses import replace
from datetime import time as clock_time
from functools import partial

import streamlit as st

from app import paper_searches as searches
from app.markup import bare, plain, shorten
from app.paper_searches import Followed
from app.status import Look
from app.views import paper_search_form
from app.views.deeds import attempt, do, draw_wrong
from app.views.paper_words import fault
from app.words import Words, mark
from store.paper_preferences import PaperPreferences
from store.paper_searches import DEGRADED, FAILED, NOTHING_NEW, OK, Search
from store.settings import Settings

OUTCOMES = {
    OK: Look(mark("new papers"), ":material/check_circle:", "green", "✔"),
    NOTHING_NEW: Look(mark("nothing new"), ":material/check_circle:", "green", "✔"),
    DEGRADED: Look(mark("incomplete"), ":material/cloud_off:", "orange", "!"),
    FAILED: Look(mark("failed"), ":material/error:", "red", "✘"),
}
WRONG = "papers-searches"
_EDITED = "papers-search-edited"


def draw(settings: Settings, say: Words) -> None:
    """The searches, the form for another, and when they are pulled by themselves."""
    followed = searches.read_followed(settings)
    draw_wrong(WRONG, say)
    if followed.until is not None:
        text = say.say("arXiv wants to be left alone until {time}: {reason}", time=say.clock(followed.until),
                       reason=shorten(fault(followed.reason, say, followed.as_of), 200))  # fmt: skip
        st.warning(plain(text), icon=":material/hourglass_top:")
    if not followed.searches:
        st.markdown("**" + plain(say.say("No search is followed yet.")) + "**")
        text = say.say(
            "Choose a category and a word or two: what is new comes into the inbox each day, the best first."
        )
        st.caption(plain(text))
    for search in followed.searches:
        with st.container(border=True, gap="xsmall", key=f"search-{search.id}"):
            draw_search(search, followed, settings, say)
    if settings.read_only:
        return
    if st.session_state.get(_EDITED) is None:
        paper_search_form.draw_new(settings, say, open_it=not followed.searches)
    draw_times(followed, settings, say)


def draw_search(search: Search, followed: Followed, settings: Settings, say: Words) -> None:
    """One search: its name and query, how its last pull went and why, when one was good."""
    if st.session_state.get(_EDITED) == search.id and not settings.read_only:
        paper_search_form.draw_edit(search, settings, say, _close)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{plain(shorten(search.name, 120))}** {badge(search, say)}", width="stretch")
        if not settings.read_only:
            draw_deeds(search, settings, say)
    st.code(bare(search.query), language=None, wrap_lines=True)
    st.caption(plain(" · ".join(told(search, followed, say))))
    if search.last_outcome in (DEGRADED, FAILED) and search.last_reason:
        colour = OUTCOMES[search.last_outcome].colour
        st.markdown(f":{colour}[{plain(shorten(fault(search.last_reason, say, followed.as_of), 400))}]")
    part = st.expander(say.say("Last pulls"), key=f"search-pulls-{search.id}", type="compact", on_change="rerun")
    if part.open:
        with part:
            for pull in searches.read_pulls(settings, search.id):
                look = OUTCOMES[pull.outcome]
                reason = fault(pull.reason, say, followed.as_of) if pull.reason else ""
                words = [say.say(look.word), _count(pull.new, say), reason]
                line = " · ".join(word for word in words if word)
                st.markdown(f":small[:{look.colour}[{look.icon}] {plain(say.date(pull.ended))} {plain(line)}]")


def badge(search: Search, say: Words) -> str:
    """How it is with a search, as a badge of Markdown."""
    if search.is_paused:
        return f":gray-badge[:material/pause_circle: {plain(say.say('paused'))}]"
    if search.last_outcome is None:
        return f":gray-badge[:material/hourglass_empty: {plain(say.say('not pulled yet'))}]"
    look = OUTCOMES[search.last_outcome]
    word = _count(search.new, say) if search.last_outcome == OK else say.say(look.word)
    return f":{look.colour}-badge[{look.icon} {plain(word)}]"


def told(search: Search, followed: Followed, say: Words) -> list[str]:
    """When it was last tried, and when a pull was last good."""
    parts = []
    if search.last_tried is not None:
        parts.append(say.say("last tried {time}", time=say.moment(search.last_tried, followed.as_of)))
    if search.last_good is not None:
        parts.append(say.say("last good pull {time}", time=say.moment(search.last_good, followed.as_of)))
    elif search.last_tried is not None:
        parts.append(say.say("no good pull yet"))
    return parts or [say.say("it is pulled next")]


def draw_deeds(search: Search, settings: Settings, say: Words) -> None:
    """Pull it now, and in a menu: change, pause, remove."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", width="content"):
        st.button(
            say.say("Pull"),
            key=f"search-pull-{search.id}",
            icon=":material/sync:",
            type="tertiary",
            on_click=do,
            args=(WRONG, partial(searches.pull, settings, search.id)),
        )
        key = f"search-menu-{search.id}"
        menu = st.popover(say.say("More"), key=key, on_change="rerun", type="tertiary")
        if not menu.open:
            return
        with menu, st.container(gap="xxsmall"):
            st.button(say.say("Change …"), key=f"search-edit-{search.id}", icon=":material/edit:", type="tertiary",
                      width="stretch", on_click=_edit, args=(search.id, key))  # fmt: skip
            pause = partial(searches.pause, settings, search.id, not search.is_paused)
            label = say.say("Go on with it") if search.is_paused else say.say("Pause")
            icon = ":material/play_circle:" if search.is_paused else ":material/pause_circle:"
            st.button(label, key=f"search-pause-{search.id}", icon=icon, type="tertiary", width="stretch",
                      on_click=_deed, args=(pause, key))  # fmt: skip
            drop = partial(searches.remove, settings, search.id)
            st.button(say.say("Remove"), key=f"search-remove-{search.id}", icon=":material/delete:", type="tertiary",
                      width="stretch", help=say.say("What it has found stays"), on_click=_deed,
                      args=(drop, key))  # fmt: skip


def draw_times(followed: Followed, settings: Settings, say: Words) -> None:
    """When the searches are pulled by themselves."""
    chosen = followed.chosen
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="papers-times"):
        daily = f"papers-daily-{chosen.pull_daily}"
        st.toggle(say.say("Pull every day"), value=chosen.pull_daily, key=daily, width="content",
                  on_change=_choose, args=(settings, chosen, "pull_daily", daily))  # fmt: skip
        if chosen.pull_daily:
            hour, _, minute = chosen.pull_time.partition(":")
            at = f"papers-at-{chosen.pull_time}"
            st.time_input(
                say.say("From, by the machine's clock"),
                value=clock_time(int(hour), int(minute)),
                key=at,
                width=240,
                on_change=_choose,
                args=(settings, chosen, "pull_time", at),
            )


def _count(new: int, say: Words) -> str:
    return say.count("{n} new", "{n} new", new) if new else ""


def _choose(settings: Settings, chosen: PaperPreferences, name: str, key: str) -> None:
    value = st.session_state[key]
    if isinstance(value, clock_time):
        value = f"{value:%H:%M}"
    if value is not None:
        attempt(WRONG, lambda: searches.choose(settings, replace(chosen, **{name: value})))


def _edit(search_id: int, menu: str) -> None:
    st.session_state[_EDITED], st.session_state[menu] = search_id, False


def _close() -> None:
    st.session_state.pop(_EDITED, None)


def _deed(deed: "partial[None]", menu: str) -> None:
    attempt(WRONG, deed)
    st.session_state[menu] = False
