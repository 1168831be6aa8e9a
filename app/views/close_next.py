"""The week to come: at most three goals, and the runs that are planned for it; kept as soon as a field is left."""

from functools import partial

import streamlit as st

from app import closing_steps
from app.closing import Closing
from app.closing_steps import Outlook
from app.markup import plain, shorten
from app.views import close_plans, kept_field
from app.views.deeds import attempt, draw_wrong
from app.words import Words, mark
from store.settings import Settings
from store.weekly import goals
from store.weekly.goals import Goal, Link
from store.weekly.texts import LINE_CHARACTERS

WRONG = "close-next"
NONE = -1
SIGNS = {"task": "☐", "paper": "📄", "run": "▶"}
PLACES = (mark("First goal"), mark("Second goal"), mark("Third goal"))
_TURN, _MOVED = "close-goals-turn", "close-goals-moved"


def draw(one: Closing, settings: Settings, say: Words) -> None:
    """The goals, then the runs."""
    outlook = closing_steps.read_outlook(settings, one)
    if st.session_state.pop(_MOVED, False):
        kept_field.reset(*(name_of(outlook, place) for place in range(goals.MOST)))
        st.session_state[_TURN] = turn() + 1
    days = outlook.week.days(one.start)
    name = say.say("Week {number} of {year}", number=outlook.week.number, year=outlook.week.year)
    st.caption(plain(f"{name} · {days[0]:%Y-%m-%d} – {days[-1]:%m-%d}"))
    st.markdown(f"**{plain(say.say('Its goals: what would make it a good week?'))}**")
    draw_wrong(WRONG, say)
    for place in range(goals.MOST):
        draw_goal(place, outlook, one, settings, say)
    close_plans.draw(outlook, one, settings, say)


def draw_goal(place: int, outlook: Outlook, one: Closing, settings: Settings, say: Words) -> None:
    """A goal; once it is written, its project and what it is about can be chosen."""
    goal = outlook.goals[place] if place < len(outlook.goals) else None
    if settings.read_only:
        if goal is not None:
            st.markdown(f"{place + 1}. {plain(goal.text)}" + (f" :gray[{plain(goal.project)}]" if goal.project else ""))
        elif not outlook.goals and not place:
            st.markdown("–")
        return
    kept_field.draw(
        say.say(PLACES[place]),
        name_of(outlook, place),
        goal.text if goal else "",
        partial(keep, settings, one, outlook, place),
        say,
        max_chars=LINE_CHARACTERS,
        autocomplete="off",
    )
    if goal is None:
        return
    names = {project.id: project.name for project in outlook.projects}
    with st.container(horizontal=True, gap="small", key=f"close-goal-about-{place}"):
        st.selectbox(
            say.say("Project"),
            [*names, NONE],
            index=[*names, NONE].index(goal.project_id if goal.project_id in names else NONE),
            format_func=lambda one: names.get(one) or say.say("No project"),
            key=key_of("project", place),
            on_change=change,
            args=(settings, one, outlook, place),
            width=200,
        )
        st.multiselect(
            say.say("What serves it"),
            list(outlook.choices),
            default=list(goal.links),
            format_func=lambda link: f"{SIGNS[link[0]]} {shorten(outlook.choices[link], 60)}",
            key=key_of("links", place),
            on_change=change,
            args=(settings, one, outlook, place),
            placeholder=say.say("A task, a paper or a run; it is suggested first then"),
            width=460,
        )


def keep(settings: Settings, one: Closing, outlook: Outlook, place: int, text: str, expected: str) -> str:
    """Keep the text of a goal; as it is kept. Where goals move up, the fields begin anew."""
    goal = outlook.goals[place] if place < len(outlook.goals) else None
    found = closing_steps.write_goal(settings, one, place, (text, *chosen(place, goal)), expected)
    if place >= len(found) or place > len(outlook.goals):
        st.session_state[_MOVED] = True
        return ""
    if len(found) < len(outlook.goals):
        st.session_state[_MOVED] = True
    return found[place].text


def change(settings: Settings, one: Closing, outlook: Outlook, place: int) -> None:
    """For ``on_change``: keep the project of a goal and what it is about; of one that is there still."""
    goal = outlook.goals[place]
    wanted = (goal.text, *chosen(place, goal))
    if not attempt(WRONG, lambda: closing_steps.write_goal(settings, one, place, wanted, goal.text)):
        st.session_state[_MOVED] = True


def chosen(place: int, goal: Goal | None) -> tuple[int | None, tuple[Link, ...]]:
    """The project and the links that are chosen for a goal, those it has where nothing is."""
    project = st.session_state.get(key_of("project", place), NONE if goal is None else goal.project_id)
    links = st.session_state.get(key_of("links", place), () if goal is None else goal.links)
    return (None if project == NONE else project), tuple(links)


def name_of(outlook: Outlook, place: int) -> str:
    """Under which name the field of a goal holds what is typed."""
    return f"close-goal-{outlook.week}-{place}"


def key_of(what: str, place: int) -> str:
    """The key of what is chosen for a goal; another one once goals have moved."""
    return f"close-goal-{what}-{place}-{turn()}"


def turn() -> int:
    """How often the goals have moved."""
    return int(st.session_state.get(_TURN, 0))
