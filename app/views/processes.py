"""What is at work: the processes on GPUs and each run's whole tree, and the way to watch what no run claims."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote_plus

import streamlit as st

from app import blank
from app import machine as machines
from app.machine import WORKING, Machine
from app.markup import bare, plain, shorten
from app.views.gpu_words import percent
from app.views.gpus import RUN_PAGE
from app.words import Words
from store.intents import WATCH_PID, Intent
from store.settings import Settings
from store.sizes import spell_size

ROW_PIXELS = 35
MOST_ROWS = 14
MOST_JOBS = 8
OPEN = ("asked", "accepted")
Row = dict[str, object]


def draw(machine: Machine, settings: Settings, say: Words) -> None:
    """The table, and below it what could be watched."""
    st.subheader(say.say("Processes"), anchor=False)
    rows = rows_of(machine, say)
    if rows:
        draw_table(rows, say)
    else:
        st.caption(say.say("No run and no GPU process is at work."))
    draw_strangers(machine, settings, say)


def draw_table(rows: Sequence[Row], say: Words) -> None:
    """One row a run's tree or a GPU process."""
    column = st.column_config
    st.dataframe(
        rows,
        key="machine-processes",
        hide_index=True,
        height=ROW_PIXELS * (min(MOST_ROWS, len(rows)) + 1) + 3,
        alt=say.say("Table of processes: run, process, owner, command, CPU, memory, GPU, GPU memory, utilisation"),
        column_config={
            "run": column.LinkColumn(say.say("Run"), display_text=r"#(.*)$", width=140),
            "pid": column.TextColumn(say.say("Process"), width=100),
            "user": column.TextColumn(say.say("Owner"), width=75),
            "command": column.TextColumn(say.say("Command"), width=200),
            "cpu": column.TextColumn("CPU", width=70, alignment="right"),
            "memory": column.TextColumn(say.say("Memory"), width=85, alignment="right"),
            "gpu": column.TextColumn("GPU", width=55, alignment="right"),
            "gpu_memory": column.TextColumn(say.say("GPU memory"), width=95, alignment="right"),
            "utilisation": column.TextColumn(say.say("GPU use"), width=80, alignment="right"),
        },
    )


def rows_of(machine: Machine, say: Words) -> list[Row]:
    """Runs in order of launch, each with its GPU processes under it, then what belongs to none."""
    loose: list[Row] = []
    of_runs: dict[str, list[Row]] = {}
    for gpu in machine.cards:
        for process in gpu.get("processes") or []:
            row = row_of(process, gpu, machine, say)
            if process.get("run"):
                of_runs.setdefault(str(process["run"]), []).append(row)
            else:
                loose.append(row)
    rows: list[Row] = []
    for run_id in sorted(set(machine.usages) | set(of_runs)):
        usage = machine.usage(run_id)
        if usage is not None:
            rows.append(tree_row(run_id, usage, machine, say))
        own = of_runs.get(run_id, [])
        if usage is None or len(own) > 1:  # the only one would repeat what stands above it
            rows += own
    return rows + loose


def tree_row(run_id: str, usage: Mapping[str, Any], machine: Machine, say: Words) -> Row:
    """A run's whole process tree."""
    run = machine.runs.get(run_id)
    on = usage.get("gpus") or []
    memory = [one["memory"] for one in on if one.get("memory") is not None]
    work = [one["utilisation"] for one in on if one.get("utilisation") is not None]
    n = int(usage.get("processes") or 0)
    return {
        "run": link_to(run_id, machine),
        "pid": say.count("{n} process", "{n} processes", n),
        "user": "",
        "command": bare(shorten(run.command, 200)) if run else "",
        "cpu": percent(usage.get("cpu")),
        "memory": spell_size(usage.get("memory")),
        "gpu": ", ".join(str(one.get("index")) for one in on),
        "gpu_memory": spell_size(sum(memory)) if memory else "",
        "utilisation": percent(sum(work) / len(work)) if work else "",
    }


def row_of(process: Mapping[str, Any], gpu: Mapping[str, Any], machine: Machine, say: Words) -> Row:
    """One process on one GPU."""
    hidden = process.get("visible") is False
    run_id = process.get("run")
    return {
        "run": link_to(str(run_id), machine) if run_id else "",
        "pid": str(process.get("pid")),
        "user": bare(process.get("user") or "–"),
        "command": say.say("not visible from here") if hidden else bare(process.get("command") or "–"),
        "cpu": "",
        "memory": "",
        "gpu": str(gpu.get("index")),
        "gpu_memory": spell_size(process.get("memory")),
        "utilisation": percent(process.get("utilisation")),
    }


def link_to(run_id: str, machine: Machine) -> str:
    """The address of a run's page, with its name behind it for the table to show."""
    run = machine.runs.get(run_id)
    return f"/run?id={quote_plus(run_id)}#{quote_plus(bare(run.name if run else run_id))}"


def strangers(machine: Machine) -> list[tuple[Mapping[str, Any], list[int]]]:
    """Processes of ours that compute and belong to no run, one a job, with the GPUs the job is on."""
    jobs: dict[int, tuple[Mapping[str, Any], list[int]]] = {}
    for gpu in machine.cards:
        for process in gpu.get("processes") or []:
            if process.get("run") or not process.get("ours") or process.get("visible") is False:
                continue
            if process.get("kind") not in WORKING:
                continue
            root = int(process.get("root") or process["pid"])
            _, on = jobs.setdefault(root, (process, []))
            if gpu.get("index") not in on:
                on.append(int(gpu.get("index") or 0))
    return list(jobs.values())


def draw_strangers(machine: Machine, settings: Settings, say: Words) -> None:
    """A line and a button for each job that could be watched, and how far earlier requests have come."""
    jobs = strangers(machine) if machine.is_heard else []
    asked = {intent.detail.get("pid"): intent for intent in reversed(machine.asked) if intent.kind == WATCH_PID}
    if not jobs and not asked:
        return
    with st.container(border=True, gap="small", key="strangers"):
        st.markdown("**" + plain(say.say("Not watched yet")) + "**" if jobs else plain(say.say("Asked to watch")))
        for process, on in jobs[:MOST_JOBS]:
            root = int(process.get("root") or process["pid"])
            intent = asked.pop(root, None)
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                places = ", ".join(f"GPU {index}" for index in on)
                command = plain(shorten(str(process.get("command") or "–"), 90))
                small = plain(f"pid {root} · {process.get('user') or '–'} · {places}")
                st.markdown(f"{command} :gray[:small[{small}]]", width="stretch")
                is_open = intent is not None and intent.state in OPEN
                if not settings.read_only:
                    st.button(
                        say.say("Watch"),
                        key=f"watch-{root}",
                        icon=":material/visibility:",
                        disabled=is_open,
                        on_click=watch,
                        args=(settings, say, root, root_ticks(process, root)),
                    )
            if intent is not None:
                draw_answer(intent, say)
        if len(jobs) > MOST_JOBS:
            st.caption(say.count("and {n} more", "and {n} more", len(jobs) - MOST_JOBS))
        for intent in asked.values():
            draw_answer(intent, say)


def root_ticks(process: Mapping[str, Any], root: int) -> int | None:
    """When the top of a job started, in clock ticks since boot; None where only its pid is known."""
    return process.get("start_ticks" if process.get("pid") == root else "root_start_ticks")


def watch(settings: Settings, say: Words, pid: int, start_ticks: int | None) -> None:
    """Ask the daemon to watch a process; a journal that is busy is said so."""
    with blank.shield(say):
        machines.ask_watch(settings, pid, start_ticks)


def draw_answer(intent: Intent, say: Words) -> None:
    """``Watch asked 12:03:05 · done 12:03:06: …``, and the way to the run that came of it."""
    pid = intent.detail.get("pid")
    text = say.say("Watching pid {pid} was asked at {time}", pid=pid, time=say.clock(intent.asked))
    if intent.answered is None:
        text += " · " + say.say("the daemon has not answered yet")
    elif intent.state == "refused":
        text += " · " + say.say("refused {time}", time=say.clock(intent.answered))
    elif intent.state == "done":
        text += " · " + say.say("done {time}", time=say.clock(intent.answered))
    if intent.answer:
        text += f": {intent.answer}"
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.caption(":material/visibility: " + plain(text), width="content")
        if intent.run_id:
            st.page_link(RUN_PAGE, label=say.say("Open"), icon=":material/article:", query_params={"id": intent.run_id})
