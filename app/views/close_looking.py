"""Closing a week, looking back: what came of its goals, what worked, what did not, beside what is known by itself."""

from functools import partial

import streamlit as st

from app import closing, closing_steps, review
from app.closing import Closing
from app.markup import plain
from app.views import kept_field
from app.views.deeds import attempt, draw_wrong
from app.words import Words, mark
from store.settings import Settings
from store.weekly import words as sentences
from store.weekly.goals import OPEN, Goal
from store.weekly.texts import TEXT_CHARACTERS

QUESTIONS = {
    "worked": mark("What worked?"),
    "did_not": mark("What did not?"),
}
"""What is asked, by the name that the answer is kept under."""
CAME = ("reached", "missed", "dropped")
_WRONG = "close-goal-came"


def draw(one: Closing, settings: Settings, say: Words) -> None:
    """The week in a line, in sentences where they are wanted, its goals, and the two questions."""
    figures = closing.read_figures(settings, one)
    st.markdown(f"**{plain(sentences.headline(figures, say))}**")
    with st.expander(say.say("What the week was, looked back on by itself"), key="close-told"):
        for part in sentences.tell_week(figures, say):
            if not part.calm:
                lines = "  \n".join(plain(line) for line in part.sentences)
                st.markdown(f"**{plain(part.title)}**  \n{lines}")
    draw_goals(one, settings, say)
    for name, question in QUESTIONS.items():
        if settings.read_only:
            st.markdown(f"**{plain(say.say(question))}**")
            st.text(one.answer(name) or "–")
            continue
        kept_field.draw(
            say.say(question),
            f"close-{one.week}-{name}",
            one.answer(name),
            partial(closing.write_answer, settings, one, name),
            say,
            area=True,
            height=140,
            max_chars=TEXT_CHARACTERS,
        )


def draw_goals(one: Closing, settings: Settings, say: Words) -> None:
    """What came of each goal that the week had."""
    for goal in closing_steps.read_goals(settings, one):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"close-goal-{goal.id}"):
            st.markdown(f":material/flag: {plain(goal.text)}", width="stretch")
            key = f"close-came-{goal.id}"
            st.segmented_control(
                say.say("What came of “{goal}”", goal=goal.text),
                CAME,
                default=None if goal.state == OPEN else goal.state,
                format_func=lambda state: say.say(sentences.GOAL_STATES[state]),
                key=key,
                label_visibility="collapsed",
                disabled=settings.read_only,
                on_change=tell,
                args=(settings, goal, key),
            )
    draw_wrong(_WRONG, say)


def tell(settings: Settings, goal: Goal, key: str) -> None:
    """For ``on_change``: keep what came of a goal; nothing yet where nothing is chosen."""
    attempt(_WRONG, lambda: review.set_goal(settings, goal.id, st.session_state.get(key) or OPEN))
