"""*Plan*: what there is to do, by project; what woke, what waits for a run, what was done lately."""

import streamlit as st

from app import blank, tasks, words
from app.markup import plain, shorten
from app.tasks import ALL, NONE, Board, Group, Project
from app.views import project_form, task_form, task_paste, task_row, task_words
from app.views.deeds import attempt, draw_wrong
from app.words import Words
from store import settings as store_settings
from store.settings import Settings

LIVE_SECONDS = 5
SHOWN = 40
_ALL_OF = "plan-all-of:"


def show(settings: Settings, say: Words) -> None:
    """The line to write in, then the list, which keeps itself fresh, then what is needed seldom."""
    projects = tasks.read_projects(settings)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        st.title(say.say("Plan"), anchor=False, width="content")
        chosen = draw_filter(projects, say)
    if not settings.read_only:
        task_paste.draw_line(projects, chosen, settings, say)
    st.fragment(draw_live, run_every=LIVE_SECONDS, key="plan")(settings, say, chosen, asked_task())
    if settings.read_only:
        st.caption(":material/lock: " + say.say("This dashboard only shows: nothing can be changed here."))
        return
    task_paste.draw_list(projects, chosen, settings, say)
    project_form.draw(projects, settings, say)
    task_form.draw_dialog(projects, settings, say)


def draw_filter(projects: list[Project], say: Words) -> int:
    """Which project is looked at; an archived one only when it is asked for by the address."""
    names = {one.id: one.name for one in projects if one.archived is None}
    asked = st.query_params.get("project", "")
    wanted = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else ALL
    hidden = {one.id: one.name for one in projects if one.id == wanted and one.archived is not None}
    names = {ALL: say.say("All projects"), **names, **hidden, NONE: say.say("No project")}
    if len(names) <= 2:
        return ALL
    return st.selectbox(
        say.say("Project"),
        list(names),
        index=list(names).index(wanted) if wanted in names else 0,
        format_func=lambda one: names[one],
        key="plan-project",
        label_visibility="collapsed",
        width=240,
    )


def asked_task() -> int | None:
    """The task that the address names."""
    asked = st.query_params.get("task", "").strip()
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else None


def draw_live(settings: Settings, say: Words, chosen: int, asked: int | None) -> None:
    """The state in a sentence; the task that the address names; what woke, the projects, what was done lately."""
    task_row.turn()
    with blank.shield(say):
        board = tasks.read_board(settings, chosen, asked)
        st.markdown(f"**{plain(sentence(board, say))}**")
        draw_wrong(task_row.WRONG, say)
        if any(task.state == "blocked" for task in board.open_tasks):
            blank.daemon_banner(say, board.pulse)
        if asked is not None:
            draw_asked(board, settings, say)
        if board.woken:
            st.subheader(say.say("Can go on"), anchor=False)
            with st.container(border=True, gap="small", key="plan-woken"):
                for task in board.woken:
                    task_row.draw(task, board, settings, say, project=True)
        for group in board.groups:
            draw_group(group, board, settings, say)
        draw_ended(board, settings, say)


def draw_asked(board: Board, settings: Settings, say: Words) -> None:
    """The task that the address names, in front of all others."""
    with st.container(border=True, gap="small", key="plan-asked"):
        if board.asked is None:
            st.caption(say.say("This task is no longer known."))
        else:
            task_row.draw(board.asked, board, settings, say, project=True)
        st.page_link("views/plan.py", label=say.say("All tasks"), icon=":material/checklist:")


def sentence(board: Board, say: Words) -> str:
    """``1 can go on · 2 doing · 5 to do · 1 waiting``."""
    states = [task.state for task in board.open_tasks]
    parts = []
    if board.woken:
        parts.append(say.count("{n} can go on", "{n} can go on", len(board.woken)))
    if doing := states.count("doing"):
        parts.append(say.count("{n} in doing", "{n} in doing", doing))
    if todo := states.count("todo"):
        parts.append(say.count("{n} to do", "{n} to do", todo))
    if blocked := states.count("blocked"):
        parts.append(say.count("{n} waiting", "{n} waiting", blocked))
    if parts:
        return " · ".join(parts)
    return say.say("Nothing is left to do here.") if board.ended else say.say("Nothing is planned here yet.")


def draw_group(group: Group, board: Board, settings: Settings, say: Words) -> None:
    """A project with its open tasks; too many in doing is pointed out, and nothing more."""
    if not group.tasks and not group.is_over:
        return
    project_id = group.project.id if group.project else NONE
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        name = group.project.name if group.project else say.say("No project")
        st.subheader(plain(shorten(name, 60)), anchor=False, width="content")
        if group.is_over:
            text = say.say("{n} in doing, {limit} is your limit", n=group.doing, limit=group.limit)
            st.badge(plain(text), icon=":material/front_hand:", color="orange")
    key = f"{_ALL_OF}{project_id}"
    shown = group.tasks if st.session_state.get(key) else group.tasks[:SHOWN]
    if shown:
        with st.container(border=True, gap="small", key=f"plan-group-{project_id}"):
            for task in shown:
                task_row.draw(task, board, settings, say)
    more = len(group.tasks) - len(shown)
    if more:
        label = say.count("Show {n} more", "Show {n} more", more)
        st.button(label, key=f"button-{key}", type="tertiary", on_click=_show_all, args=(key,))


def draw_ended(board: Board, settings: Settings, say: Words) -> None:
    """What was done or dropped lately, with the way back."""
    if not board.ended:
        return
    part = st.expander(say.say("Done lately"), key="plan-ended", on_change="rerun", type="compact")
    if not part.open:
        return
    with part:
        for task in board.ended:
            with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"ended-task-{task.id}"):
                look = task_words.STATES[task.state]
                when = say.moment(task.ended or task.changed, board.pulse.as_of)
                title = plain(shorten(task.title, task_row.TITLE))
                text = f":{look.colour}[{look.icon}] {title} :gray[:small[{plain(say.say(look.word))} {plain(when)}]]"
                st.markdown(text, width="stretch")
                if not settings.read_only:
                    st.button(
                        say.say("Take up again"),
                        key=f"task-again-{task.id}",
                        type="tertiary",
                        on_click=_take_up,
                        args=(settings, task.id),
                    )


def _take_up(settings: Settings, task_id: int) -> None:
    attempt(task_row.WRONG, lambda: tasks.set_state(settings, task_id, "todo"))


def _show_all(key: str) -> None:
    st.session_state[key] = True


_settings = store_settings.load()
show(_settings, words.for_reader(_settings))
