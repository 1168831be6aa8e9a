"""Conditions on metrics that the researcher wants to be told of, and a trial of one on past runs."""

from functools import partial

import streamlit as st

from app import alert_conditions, blank
from app.alert_conditions import Trial
from app.figures import figure
from app.markup import bare, plain
from app.views.alert_inputs import SEVERITY
from app.views.deeds import attempt, do, draw_wrong
from app.words import Words
from store.alert_rules import NOW
from store.projects import Project
from store.settings import Settings
from store.thresholds import Replayed, Threshold

EXAMPLES = "val_acc > 0.9   ·   loss[50].mean > 3   ·   val_loss > 2 for 3   ·   loss is nan   ·   reward best"
_TEXT, _PROJECT, _SEVERITY = "condition-text", "condition-project", "condition-severity"
_TRIAL, _ADDED = "condition-trial", "condition-added"


def draw(settings: Settings, say: Words) -> None:
    """Those that are looked for, the form for another one, and what a trial of it found."""
    kept = alert_conditions.read_conditions(settings)
    for one in kept.known:
        draw_condition(one, settings, say)
    if not kept.known:
        st.caption(say.say("No condition is set. One is told once in each run, when it becomes true."))
    if not kept.projects:
        st.caption(say.say("A condition belongs to a project, and a project comes with its first run:"))
        st.code(blank.RUN_LINE, language=None)
        return
    draw_form(kept.projects, settings, say)
    trial = st.session_state.get(_TRIAL)
    if trial is not None:
        draw_trial(trial, say)


def draw_condition(one: Threshold, settings: Settings, say: Words) -> None:
    """One that is looked for: what, of which runs, how urgent."""
    whose = one.run if one.run_id else say.say("all runs of {project}", project=one.project)
    with (
        st.container(border=True),
        st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"),
    ):
        words = f"**{plain(one.expression)}** · {plain(whose)} · {plain(say.say(SEVERITY[one.severity]))}"
        st.markdown(words, width="content")
        key = f"condition-remove-{one.id}"
        if not settings.read_only:
            st.button(
                say.say("Remove"),
                key=key,
                icon=":material/delete:",
                on_click=do,
                args=(key, partial(alert_conditions.remove, settings, one.id)),
            )
        draw_wrong(key, say)


def draw_form(projects: list[Project], settings: Settings, say: Words) -> None:
    """Write one, try it on past runs, add it."""
    by_id = {one.id: one for one in projects}
    with st.form("condition-form", enter_to_submit=True):
        st.text_input(say.say("Condition"), key=_TEXT, max_chars=300, placeholder="val_acc > 0.9", autocomplete="off")
        st.caption(say.say("For example:") + "  " + plain(EXAMPLES))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.selectbox(
                say.say("For all runs of"),
                list(by_id),
                format_func=lambda one: by_id[one].name,
                key=_PROJECT,
                width=240,
            )
            st.selectbox(
                say.say("Urgency"),
                list(SEVERITY),
                index=list(SEVERITY).index(NOW),
                format_func=lambda severity: say.say(SEVERITY[severity]),
                key=_SEVERITY,
                width=180,
            )
        with st.container(horizontal=True):
            st.form_submit_button(say.say("Try it on past runs"), on_click=try_out, args=(settings, by_id))
            if not settings.read_only:
                st.form_submit_button(say.say("Add"), type="primary", on_click=add, args=(settings, by_id))
        draw_wrong(_TEXT, say)


def try_out(settings: Settings, projects: dict[int, Project]) -> None:
    """For the button: look through past runs."""
    text, project = st.session_state[_TEXT], projects[st.session_state[_PROJECT]]
    st.session_state.pop(_TRIAL, None)
    st.session_state[_ADDED] = False
    attempt(_TEXT, lambda: _remember(alert_conditions.try_out(settings, text, project)))


def add(settings: Settings, projects: dict[int, Project]) -> None:
    """For the button: keep it; what was typed leaves the input once it is kept."""
    text, project = st.session_state[_TEXT], projects[st.session_state[_PROJECT]]
    severity = st.session_state[_SEVERITY]
    st.session_state.pop(_TRIAL, None)
    if attempt(_TEXT, lambda: _remember(alert_conditions.add(settings, text, project, severity))):
        st.session_state[_TEXT], st.session_state[_ADDED] = "", True


def draw_trial(trial: Trial, say: Words) -> None:
    """In how many runs it would have been told, and when in each."""
    with st.container(border=True, gap="small"):
        if st.session_state.get(_ADDED):
            st.markdown(f":green[:material/check_circle:] {plain(say.say('Added: {what}', what=trial.expression))}")
        if trial.near is not None:
            text = say.say(
                "No run of {project} has a metric {name} so far.", project=trial.project.name, name=trial.metric
            )
            if trial.near:
                text += " " + say.say("Did you mean {names}?", names=say.say(", ").join(trial.near))
            st.warning(plain(text), icon=":material/help:")
            return
        counts = {"fired": trial.fired, "project": trial.project.name, "what": trial.expression}
        text = say.count(
            "{what} would have been told in {fired} of the last {n} run of {project} with that metric.",
            "{what} would have been told in {fired} of the last {n} runs of {project} with that metric.",
            trial.measured,
            **counts,
        )
        st.markdown(plain(text))
        st.dataframe([row_of(one, say) for one in trial.found if one.found], hide_index=True)


def row_of(one: Replayed, say: Words) -> dict[str, str]:
    """What it would have told in one run."""
    return {
        say.say("Run"): bare(one.name),
        say.say("Launched"): say.date(one.created),
        say.say("Told"): say.count("{n} time", "{n} times", one.count) if one.count else say.say("never"),
        say.say("First at step"): f"{one.fired[0].step:.10g}" if one.fired else "–",
        say.say("Value then"): figure(one.fired[0].value) if one.fired else "–",
        say.say("Lowest … highest"): "–" if one.low is None else f"{figure(one.low)} … {figure(one.high)}",
    }


def _remember(trial: Trial) -> None:
    st.session_state[_TRIAL] = trial
