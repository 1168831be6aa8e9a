"""What to do now: up to three suggestions that fit the time left, why each, and what they are weighed with."""

import streamlit as st

from app import sessions as desk
from app.markup import plain, shorten
from app.views import session_begin
from app.views.deeds import draw_wrong
from app.views.session_moves import act, lead, moved
from app.views.session_ways import way_of
from app.views.session_words import icon, kind_word
from app.waiting import Waiting
from app.words import Words
from store import sessions
from store.advice import Advice
from store.alert_words import say_phrase
from store.settings import Settings
from store.symptoms import Phrase

RUN_PAGE = "views/run.py"
PAPER_PAGE = "views/paper.py"
_ORDER, _WRONG = "advice-order", "advice"
_LED = ("review", "plan")
"""Kinds that are done on a page of their own, which nothing else would lead to."""


def draw(waiting: Waiting, settings: Settings, say: Words) -> None:
    """The suggestions side by side; during a session, put away until they are asked for."""
    session = waiting.session
    if session is not None and not sessions.is_over(session, waiting.now):
        with st.expander(say.say("Something else?"), key="advice-else"):
            st.caption(plain(tell(waiting.lead, waiting, settings, say)))
            draw_cards(waiting, settings, say)
        return
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        lead = tell(waiting.lead, waiting, settings, say)
        st.subheader(f"{say.say('What to do now')} :gray[:small[{plain(lead)}]]", anchor=False, width="content")
    draw_cards(waiting, settings, say)


def draw_cards(waiting: Waiting, settings: Settings, say: Words) -> None:
    """A card a suggestion; quiet words where nothing fits. The time left, the first reason of each, stands above."""
    if not waiting.advices:
        st.caption(say.say("Nothing that is known fits this time. A task with an estimate would."))
    else:
        shown = in_order(waiting.advices)
        for place, one in zip(st.columns(len(shown), gap="small"), shown, strict=True):
            with place:
                draw_card(one, waiting, settings, say)
    draw_wrong(_WRONG, say)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if not settings.read_only:
            st.button(say.say("Begin something …"), key="begin-open", type="tertiary", icon=":material/timer:",
                      on_click=ask_begin)  # fmt: skip
        with st.popover(say.say("Why these"), icon=":material/balance:", type="tertiary", key="advice-why"):
            draw_weights(waiting, settings, say)


def draw_card(one: Advice, waiting: Waiting, settings: Settings, say: Words) -> None:
    """What, how long and why; one button that begins it, one that says not now."""
    name = f"{one.kind}-{one.subject or 'any'}".replace(":", "-")
    with st.container(border=True, gap="xsmall", height="stretch", key=f"advice-{name}"):
        title = plain(shorten(tell(one.title, waiting, settings, say), 120))
        minutes = "" if one.minutes is None else " · " + plain(say.say("{n} min", n=f"{one.minutes:,.0f}"))
        st.markdown(f"{icon(one.kind)} **{title}**{minutes}")
        reasons = " · ".join(tell(reason, waiting, settings, say) for reason in one.reasons[1:])
        st.caption(plain(reasons))
        if settings.read_only:
            return
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(
                say.say("Begin"),
                key=f"take-{name}",
                type="primary",
                help=plain(kind_word(one.kind, say)),
                on_click=begin,
                args=(settings, one),
            )
            st.button(
                say.say("Not now"),
                key=f"skip-{name}",
                type="tertiary",
                help=say.say("Not again for two hours"),
                on_click=act,
                args=(_WRONG, desk.skip, settings, one),
            )
            if one.run_id is not None:
                st.page_link(RUN_PAGE, label=plain(say.say("Open")), query_params={"id": one.run_id})
            elif one.paper is not None:
                st.page_link(PAPER_PAGE, label=plain(say.say("Open")), query_params={"id": one.paper})


def draw_weights(waiting: Waiting, settings: Settings, say: Words) -> None:
    """How much each kind counts, from what was done with earlier suggestions, and the way back."""
    st.markdown(
        say.say("What fits the time left is ranked by plain rules. Each kind counts more when you finish it, less when "
                "you skip it; half of that is forgotten in two weeks.")
    )  # fmt: skip
    rows = [
        {
            "kind": f"{icon(one.kind)} {plain(kind_word(one.kind, say))}",
            "weight": f"**× {one.value:.2f}**",
            "answers": plain(
                say.say("begun {accepted}, finished {finished}, skipped {skipped}", accepted=one.accepted,
                        finished=one.finished, skipped=one.skipped)
            ),
        }
        for one in waiting.weights
    ]  # fmt: skip
    st.table(rows, border="horizontal", hide_index=True, hide_header=True)
    if not settings.read_only:
        st.button(
            say.say("Count all alike again"),
            key="weights-reset",
            disabled=all(one.value == 1 for one in waiting.weights),
            on_click=act,
            args=(_WRONG, desk.reset_weights, settings),
        )


def begin(settings: Settings, one: Advice) -> None:
    """For the button: begin it, and go to where it is done; where the session before needs its resume form, that comes
    first, on the same page."""
    act(_WRONG, desk.start, settings, one)
    if one.kind in _LED and one.task_id is None and desk.is_at(settings, one):
        lead(way_of(one))


def ask_begin() -> None:
    """Let the page ask what to begin."""
    st.session_state[session_begin.ASKED] = True
    moved()


def in_order(advices: list[Advice]) -> list[Advice]:
    """The suggestions, in the order they were shown in while they are the same ones: a button stays in its place."""
    before: list[tuple[str, str]] = st.session_state.get(_ORDER, [])
    names = [(one.kind, one.subject) for one in advices]
    if set(names) != set(before):
        st.session_state[_ORDER] = before = names
    return sorted(advices, key=lambda one: before.index((one.kind, one.subject)))


def tell(phrase: Phrase, waiting: Waiting, settings: Settings, say: Words) -> str:
    """A phrase in the reader's language, the names in it not too long and without what is secret."""
    return say_phrase(phrase, say, waiting.now, lambda text: shorten(settings.redact(text), 80))
