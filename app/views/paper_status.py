"""What the daemon does for the page *Papers* just now, what came of it, and searches that could not be pulled."""

import time

import streamlit as st

from app import blank, papers
from app import paper_searches as searches
from app.markup import plain, shorten
from app.paper_searches import Followed
from app.views.deeds import do, draw_wrong
from app.views.paper_words import answer, fault
from app.words import Words, mark
from store.intents import Intent
from store.settings import Settings

LIVE_SECONDS = 3
TOLD_SECONDS = 90.0
WRONG = "papers-pull"
DOING = {
    "paper_pull": mark("arXiv is being asked for new papers"),
    "paper_fetch": mark("a PDF is being fetched"),
    "paper_add": mark("arXiv is being asked about the papers you added"),
}
_OPEN, _SEEN, _SHOW = "papers-open", "papers-seen", "papers-show"


def draw(section: str, counts: dict[str, int], settings: Settings, say: Words) -> None:
    """The live line; the page is drawn anew when something it waited for is there."""
    st.session_state[_SEEN] = counts
    st.fragment(draw_live, run_every=LIVE_SECONDS, key="papers-status")(section, settings, say)


def draw_live(section: str, settings: Settings, say: Words) -> None:
    """What is being done, what came of the last, which searches are at fault, and the button that pulls."""
    with blank.shield(say):
        asked, followed = papers.read_asked(settings), searches.read_followed(settings)
        going = [one for one in asked if one.state in ("asked", "accepted")]
        _follow(going, section, settings)
        draw_pull(followed, going, section, settings, say)
        draw_wrong(WRONG, say)
        if (going or section == "searches") and not followed.pulse.alive:
            blank.daemon_banner(say, followed.pulse)
        elif going:
            words = list(dict.fromkeys(say.say(DOING[one.kind]) for one in going))
            st.markdown(f":small[:material/sync: {plain(' · '.join(words))} …]")
        for one in asked:
            told = one.kind == "paper_pull" and bool(followed.faulty)  # each search says it below
            if one.state == "refused" and _is_told(one) and not told:
                st.warning(
                    plain(shorten(answer(one.answer or one.kind, say, followed.as_of), 400)),
                    icon=":material/sync_problem:",
                )
        draw_faults(followed, section, say)


def draw_pull(followed: Followed, going: list[Intent], section: str, settings: Settings, say: Words) -> None:
    """When the searches were last pulled well, the button that pulls, how many came since this page was drawn."""
    new = _new(settings) if section == "inbox" else 0
    is_pulled = bool(followed.searches) and section in ("inbox", "searches")
    if not is_pulled and new <= 0:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="papers-pull-line"):
        if is_pulled:
            text = say.say("No search has been pulled well yet.")
            if followed.last_good is not None:
                text = say.say("Last good pull {time}", time=say.moment(followed.last_good, followed.as_of))
            st.caption(plain(text), width="content")
        if is_pulled and not settings.read_only:
            st.button(
                say.say("Pull now"),
                key="papers-pull",
                icon=":material/sync:",
                type="tertiary",
                disabled=any(one.kind == "paper_pull" and not one.detail for one in going),
                on_click=do,
                args=(WRONG, lambda: searches.pull(settings)),
            )
        if new > 0:
            label = say.count("Show {n} new paper", "Show {n} new papers", new)
            st.button(label, key="papers-show-new", icon=":material/fiber_new:", on_click=_ask_show)
    if st.session_state.pop(_SHOW, False):
        st.rerun()


def draw_faults(followed: Followed, section: str, say: Words) -> None:
    """Each search that could not be pulled well, why, and when it last was; under *Searches* they say it themselves."""
    if section == "searches":
        return
    for one in followed.faulty:
        good = say.moment(one.last_good, followed.as_of) if one.last_good is not None else say.say("never")
        reason = shorten(fault(one.last_reason, say, followed.as_of), 300).rstrip(".。")
        text = say.say(
            "“{name}” could not be pulled {time}: {reason}. Last good pull: {good}.",
            name=shorten(one.name, 60),
            time=say.moment(one.last_tried or followed.as_of, followed.as_of),
            reason=reason,
            good=good,
        )
        st.markdown(f":orange[:material/cloud_off:] {plain(text)}")


def _is_told(one: Intent) -> bool:
    return one.answered is not None and time.time() - one.answered < TOLD_SECONDS


def _follow(going: list[Intent], section: str, settings: Settings) -> None:
    """Draw the page anew once what was waited for is done, or where the first papers come into an empty inbox."""
    before, now = st.session_state.get(_OPEN, set()), {one.id for one in going}
    st.session_state[_OPEN] = now
    first = section == "inbox" and not st.session_state[_SEEN]["inbox"] and _new(settings) > 0
    if before - now or first:
        st.rerun()


def _new(settings: Settings) -> int:
    """How many more papers are in the inbox than when the page was drawn."""
    return papers.read_counts(settings)["inbox"] - int(st.session_state[_SEEN]["inbox"])


def _ask_show() -> None:
    st.session_state[_SHOW] = True
