"""The refactor log: what was done and why, what tests supported it, and which runs were running then."""

import streamlit as st

from app import refactors
from app.markup import plain, shorten
from app.views import drafts, journal_write
from app.views.journal_days import draw_heading
from app.words import Words, why
from store.commits import Commit
from store.errors import JournalBusy, MachiaiError
from store.projects import Project
from store.settings import Settings

TITLE, WHY, TESTS = "refactor-title", "refactor-why", "refactor-tests"
_WRONG, _MADE = "refactor-wrong", "refactor-made"


def draw(projects: list[Project], settings: Settings, say: Words) -> None:
    """The form for a range of commits, then the entries so far."""
    names = {one.id: one.name for one in projects}
    project = (
        journal_write.draw_project("refactor-project", projects, say, none=say.say("all"))
        if len(projects) > 1
        else None
    )
    log = refactors.read_log(settings, project)
    if not settings.read_only:
        draw_form(log.commits, settings, say)
    st.subheader(say.say("Refactor log"), anchor=False)
    if not log.entries:
        st.caption(say.say("No refactor entry yet: what you write above stands here, tied to its commits."))
    for entry in log.entries:
        with st.container(gap="xxsmall", key=f"refactor-{entry.id}"):
            draw_heading(entry, names, say)
            st.caption(plain(summary(entry.facts, say)))


def summary(facts: dict[str, object], say: Words) -> str:
    """``3 commits · tests: pytest tests/data · 1 run was running then``"""
    commits, runs = facts.get("commits") or [], facts.get("runs") or []
    tests = str(facts.get("tests") or "")
    parts = [
        say.count("{n} commit", "{n} commits", len(commits) if isinstance(commits, list) else 0),
        say.say("tests: {text}", text=shorten(tests, 80)) if tests else say.say("no test supported it"),
        say.count("{n} run was running then", "{n} runs were running then", len(runs) if isinstance(runs, list) else 0),
    ]
    return " · ".join(parts)


def draw_form(known: list[Commit], settings: Settings, say: Words) -> None:
    """Which commits, why, what supported it."""
    if not known:
        st.caption(
            say.say("No commit of yours in the last 60 days: the daemon reads them from your projects' repositories.")
        )
        return
    by_name = {f"{one.repository}@{one.sha}": one for one in known}
    with st.container(border=True, gap="small", key="writing-refactor"):
        st.markdown("**" + say.say("Tell of a refactor") + "**")
        first = by_name[draw_commit("refactor-first", say.say("From commit"), by_name, 0, say)]
        same = {name: one for name, one in by_name.items() if one.repository == first.repository}
        last = by_name[draw_commit("refactor-last", say.say("To commit"), same, 0, say)]
        try:
            chosen = refactors.between(known, first, last)
        except MachiaiError as error:
            st.error(plain(why(error, say)), icon=":material/error:")
            return
        running = refactors.running_then(settings, chosen)
        told = [say.count("{n} commit", "{n} commits", len(chosen))]
        if running:
            told.append(say.say("running then: {names}", names=", ".join(shorten(run.name, 30) for run in running[:6])))
        else:
            told.append(say.say("nothing was running then"))
        st.caption(plain(" · ".join(told)))
        drafts.line(say.say("Title"), TITLE, placeholder=chosen[-1].subject)
        drafts.area(say.say("Why"), WHY, height=120)
        drafts.line(
            say.say("Tests that supported it"),
            TESTS,
            placeholder=say.say("left empty: no test supported it"),
        )
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(
                say.say("Write the refactor entry"),
                key="refactor-save",
                type="primary",
                shortcut="Ctrl+Enter",
                on_click=_save,
                args=(settings, say, chosen),
            )
            wrong, made = st.session_state.get(_WRONG), st.session_state.pop(_MADE, None)
            if wrong:
                st.error(plain(wrong), icon=":material/error:")
            elif made:
                st.caption(":material/check: " + plain(say.say("Kept.")), width="content")


def draw_commit(key: str, label: str, known: dict[str, Commit], index: int, say: Words) -> str:
    """One end of the range."""
    names = list(known)
    name = st.selectbox(
        label,
        names,
        index=index,
        format_func=lambda one: (
            f"{say.date(known[one].time)[:16]} {shorten(known[one].subject, 70)} · {known[one].project}"
            if one in known
            else one
        ),
        key=key,
    )
    return name if name in known else names[index]


def _save(settings: Settings, say: Words, chosen: list[Commit]) -> None:
    try:
        refactors.write(settings, drafts.typed(TITLE), drafts.typed(WHY), drafts.typed(TESTS), chosen)
    except JournalBusy:
        st.session_state[_WRONG] = say.say("The journal is busy; your text is still here. Save it again in a moment.")
    except MachiaiError as error:
        st.session_state[_WRONG] = say.say("Not kept: {why}", why=why(error, say))
    else:
        drafts.forget(TITLE, WHY, TESTS)
        st.session_state.pop(_WRONG, None)
        st.session_state[_MADE] = True
