"""The runs that are planned for the week to come, and what they take of the GPU-hours that the machine has."""

from functools import partial

import streamlit as st

from app import closing, closing_steps
from app.closing import Closing
from app.closing_steps import Outlook
from app.markup import plain
from app.views import drafts, kept_field
from app.views.deeds import attempt, do, draw_wrong
from app.words import Words
from store.settings import Settings
from store.weekly import plans, terms
from store.weekly.plans import PlannedRun
from store.weekly.texts import LINE_CHARACTERS

WRONG = "close-plans"
_LINE = "close-plan-line"


def draw(outlook: Outlook, one: Closing, settings: Settings, say: Words) -> None:
    """Each run that is planned, a line for another one, and the sum."""
    st.markdown(f"**{plain(say.say('The runs planned'))}**")
    for planned in outlook.planned:
        draw_planned(planned, one, settings, say)
    if not settings.read_only:
        drafts.line(
            say.say("Plan a run: what is it? Enter adds it"),
            _LINE,
            max_chars=LINE_CHARACTERS,
            placeholder=say.say("Three seeds of the baseline"),
            autocomplete="off",
            on_change=add,
            args=(settings, one),
        )
        draw_wrong(WRONG, say)
    elif not outlook.planned:
        st.markdown("–")
    draw_sum(outlook, one, settings, say)


def draw_planned(planned: PlannedRun, one: Closing, settings: Settings, say: Words) -> None:
    """What is planned, how often, for how long, on how many GPUs."""
    if settings.read_only:
        hours = say.say("length unknown") if planned.gpu_hours is None else hours_of(planned.gpu_hours, say)
        st.markdown(f"{plain(planned.text)} × {planned.count} :gray[{plain(hours)}]")
        return
    with st.container(border=True, gap="xsmall", key=f"close-plan-{planned.id}"):
        kept_field.draw(
            say.say("Run"),
            f"close-plan-{planned.id}",
            planned.text,
            partial(rename, settings, one, planned.id),
            say,
            max_chars=LINE_CHARACTERS,
            label_visibility="collapsed",
            autocomplete="off",
        )
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            count, hours, gpus = (f"close-plan-{name}-{planned.id}" for name in ("count", "hours", "gpus"))
            st.number_input(
                say.say("How many"),
                value=planned.count,
                min_value=1,
                max_value=plans.MOST_RUNS,
                key=count,
                on_change=change,
                args=(settings, one, planned.id, "count", count),
                width=92,
            )
            st.number_input(
                say.say("Hours each"),
                value=planned.hours,
                min_value=0.0,
                max_value=plans.MOST_HOURS,
                step=1.0,
                format="%g",
                placeholder="?",
                key=hours,
                on_change=change,
                args=(settings, one, planned.id, "hours", hours),
                width=92,
            )
            st.number_input(
                say.say("GPUs each"),
                value=1 if planned.gpus is None else planned.gpus,
                min_value=0,
                max_value=plans.MOST_GPUS,
                key=gpus,
                on_change=change,
                args=(settings, one, planned.id, "gpus", gpus),
                width=92,
            )
            st.button(
                say.say("Remove"),
                key=f"close-plan-remove-{planned.id}",
                icon=":material/delete:",
                type="tertiary",
                on_click=do,
                args=(WRONG, partial(closing_steps.remove_planned, settings, one, planned.id)),
            )


def draw_sum(outlook: Outlook, one: Closing, settings: Settings, say: Words) -> None:
    """The GPU-hours that are planned, against those that the machine has and those that this week took."""
    hours, unknown = plans.planned_hours(outlook.planned)
    capacity = outlook.capacity
    if capacity:
        count = say.count("{n} GPU", "{n} GPUs", outlook.gpus or 0)
        text = say.say("{planned} planned of the {all} that {gpus} have in that week",
                       planned=hours_of(hours, say), all=hours_of(capacity, say), gpus=count)  # fmt: skip
        st.progress(min(1.0, hours / capacity), text=plain(text))
        if hours > capacity:
            text = say.say("That is {times} times what the machine has.", times=f"{hours / capacity:.1f}")
            st.markdown(f":orange[:material/warning: {plain(text)}]")
    elif outlook.planned:
        text = (
            say.say("{planned} planned; how many GPUs this machine has is not known.", planned=hours_of(hours, say))
            if outlook.gpus is None
            else say.say("{planned} planned; this machine has no GPU.", planned=hours_of(hours, say))
        )
        st.caption(plain(text))
    notes = []
    if unknown:
        count = say.count(
            "{n} run of unknown length is not in it.", "{n} runs of unknown length are not in it.", unknown
        )
        notes.append(count)
    held = float((closing.read_figures(settings, one).get("gpu") or {}).get("seconds") or 0)
    if held:
        notes.append(say.say("The week that is closed took {hours}.", hours=terms.gpu_hours(held, say)))
    if notes:
        st.caption(plain(" ".join(notes)))


def hours_of(hours: float, say: Words) -> str:
    """``38 GPU-hours``"""
    return terms.gpu_hours(hours * 3600, say)


def add(settings: Settings, one: Closing) -> None:
    """For ``on_change``: plan what was typed, and begin the line anew."""
    text = drafts.typed(_LINE)
    if text.strip() and attempt(WRONG, lambda: closing_steps.plan_run(settings, one, text)):
        drafts.forget(_LINE)


def rename(settings: Settings, one: Closing, planned_id: int, text: str, expected: str) -> str:
    """Keep what a planned run is; as it is kept."""
    return closing_steps.rename_planned(settings, one, planned_id, text, expected).text


def change(settings: Settings, one: Closing, planned_id: int, name: str, key: str) -> None:
    """For ``on_change``: keep a number of a planned run."""
    value = st.session_state.get(key)
    if value is None and name == "count":
        value = 1
    attempt(WRONG, lambda: closing_steps.change_planned(settings, one, planned_id, **{name: value}))
